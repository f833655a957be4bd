"""The record as a PDF to keep: the same words as on the page, in the reader's language."""

from collections.abc import Iterable, Sequence
from datetime import date

from portal.contributions.rules_pupil import Tapped
from portal.people.rules import colour_of
from portal.profiles.queries_texts import SchoolText
from portal.profiles.rules import Party
from portal.records.queries_actions import ActionRead
from portal.records.queries_family import Became, SharedRecord
from portal.records.queries_lines import Line
from portal.records.rules import ACTION_STATES, ENDINGS, EntryKind, Heading
from portal.records.rules_actions import PARTY_NAMES
from portal.reviews.rules import KINDS
from portal.web.i18n import LANGUAGES, current, full_date, say
from portal.web.i18n import gettext as _
from portal.web.pdf import render


def record_pdf(record: SharedRecord, *, today: date) -> bytes:
    """One record, also a draft for those who write it. Raises DocumentError when no PDF can be made."""
    head = record.head
    title = say(KINDS[head.kind])
    data = {
        "colour": colour_of(head.theme),
        "name": head.full_name,
        "heading": title,
        "school": head.school,
        "met": full_date(head.held_at) if head.held_at else "",
        "version": _("Shared with you on %(day)s", day=full_date(head.shared_at)) if head.shared_at else _("Draft"),
        "copied": _("Copy made on %(day)s", day=full_date(today)),
        "note": _("Some parts are in English. Ask us and we will go through them with you.")
        if record.has_original
        else "",
        "sections": [
            {"heading": say(section.title), "lines": [_line(line) for line in section.lines]}
            for section in record.sections
            if section.lines or section.heading == Heading.ACTIONS
        ],
        "actions": [_party(party, record.actions) for party in Party if _of(party, record.actions)],
        "endings": {
            "heading": _("What became of what was said"),
            "lines": [_ending(ending) for ending in record.endings],
        },
        "labels": {"know": _("How we will know")},
        "foot": f"{head.child} · {head.school}",
    }
    return render("record", data, language=current(), title=title)


def _line(line: Line) -> dict[str, object]:
    return {
        "label": _label(line),
        "asked": say(line.asked) if line.asked else "",
        "text": fragment(line.words),
        "picked": picked(line.taps),
        "written": _written(line),
        "apart": line.kind == EntryKind.DISAGREEMENT,
    }


def _label(line: Line) -> str:
    if line.kind == EntryKind.DISAGREEMENT:
        return _("People see this differently")
    if line.kind == EntryKind.ADDENDUM:
        return _("Added later")
    return (line.name or _("You")) if line.kind == EntryKind.TAKEN_OVER else ""


def _written(line: Line) -> str:
    return f"{line.writer} · {full_date(line.written_at)}" if line.kind == EntryKind.ADDENDUM else ""


def _of(party: Party, actions: Sequence[ActionRead]) -> list[ActionRead]:
    return [agreed for agreed in actions if agreed.action.party == party]


def _party(party: Party, actions: Sequence[ActionRead]) -> dict[str, object]:
    return {"heading": say(PARTY_NAMES[party]), "lines": [_action(agreed) for agreed in _of(party, actions)]}


def _action(agreed: ActionRead) -> dict[str, object]:
    action = agreed.action
    return {
        "text": fragment(agreed.text),
        "who": action.owner or fragment(agreed.owner_words),
        "due": full_date(action.due_on) if action.due_on else "",
        "state": say(ACTION_STATES[action.state]),
        "know": fragment(agreed.how_we_will_know),
    }


def _ending(became: Became) -> dict[str, object]:
    ending = became.ending
    tag = LANGUAGES.get(ending.language)
    said = {"text": ending.text, "lang": tag.html_tag if tag else "", "dir": tag.direction if tag else "auto"}
    return {
        "label": _("You") if became.is_mine else ending.name,
        "said": said if ending.text else "",
        "picked": picked(ending.taps),
        "ending": say(ENDINGS[ending.kind]),
        "words": fragment(became.words),
        "action": fragment(became.action),
    }


def picked(taps: Iterable[Tapped]) -> list[str]:
    """Tapped pictures in words, each in a line."""
    return [f"{say(tap.card.label)}: {say(tap.feeling.label)}" if tap.card else say(tap.feeling.label) for tap in taps]


def fragment(text: SchoolText | None) -> object:
    """Words with their language, as the documents take them."""
    return {"text": text.text, "lang": text.lang, "dir": text.direction} if text else ""
