"""Everything of one question as a letter to hand on: for the people outside the portal, and for whoever asked."""

from datetime import date

from portal.concerns.page_words import step_name
from portal.concerns.queries_thread import Entry, Thread
from portal.concerns.rules import TURNS, Turn
from portal.people.rules import colour_of
from portal.web.i18n import LANGUAGES, current, full_date, say
from portal.web.i18n import gettext as _
from portal.web.pdf import render


def letter_pdf(thread: Thread, *, today: date) -> bytes:
    """The first words and all that followed, each with who wrote it and when. Raises DocumentError."""
    title = say(thread.wish.title)
    data = {
        "colour": colour_of(thread.theme),
        "school": {"name": thread.school, "lines": thread.address.splitlines()},
        "heading": title,
        "facts": [
            {"label": _("Child"), "text": thread.full_name},
            {"label": _("Class"), "text": thread.class_name},
            {"label": _("Asked by"), "text": thread.author},
            {"label": _("Asked on"), "text": full_date(thread.sent_at)},
            {"label": _("Who answers now"), "text": step_name(thread.step, thread.sendco_word)},
            {"label": _("Answer by"), "text": full_date(thread.answer_by)},
        ],
        "parts": [{"label": say(label), "text": _said(words, thread.language)} for label, words in thread.parts],
        "entries": [_entry(entry) for entry in thread.entries],
        "copied": _("Copy made on %(day)s", day=full_date(today)),
        "foot": thread.school,
    }
    return render("concern", data, language=current(), title=title)


def _said(words: str, tag: str) -> dict[str, str]:
    language = LANGUAGES.get(tag)
    lang, direction = (language.html_tag, language.direction) if language else ("", "auto")
    return {"text": words, "lang": lang, "dir": direction}


def _entry(entry: Entry) -> dict[str, object]:
    return {
        "label": f"{say(TURNS[entry.kind])} · {entry.name} · {full_date(entry.at)}",
        "text": _said(entry.words, "en" if entry.kind == Turn.TRANSLATED else ""),
        "by_family": entry.by_family,
    }
