"""The child's card as a PDF to hang up: what the child said and what we will do, in large short words."""

from portal.people.rules import colour_of
from portal.records.queries_card import Card, CardRow, Said
from portal.records.record_copy import fragment, picked
from portal.web.i18n import LANGUAGES, current, full_date, say
from portal.web.i18n import gettext as _
from portal.web.pdf import render


def card_pdf(card: Card) -> bytes:
    """One card. Raises DocumentError when no PDF can be made."""
    title = _("You said, we will")
    data = {
        "colour": colour_of(card.theme),
        "name": card.name,
        "heading": title,
        "school": card.school,
        "day": full_date(card.held_at) if card.held_at else "",
        "note": _("Some parts are in English. Ask us and we will go through them with you.")
        if card.has_original
        else "",
        "labels": {"said": _("You said")},
        "rows": [_row(row) for row in card.rows],
        "none": _("There is nothing on your card yet."),
        "foot": card.school,
    }
    return render("card", data, language=current(), title=title)


def _row(row: CardRow) -> dict[str, object]:
    return {
        "said": _said(row.said),
        "picked": picked(row.said.taps),
        "heading": say(row.heading),
        "ending": say(row.ending) if row.ending else "",
        "words": fragment(row.words),
    }


def _said(said: Said) -> object:
    language = LANGUAGES.get(said.language)
    facts = {"lang": language.html_tag if language else "", "dir": language.direction if language else "auto"}
    return {"text": said.text, **facts} if said.text else ""
