"""What the pages of a record share: the words for what is in it, and documents whose names say nothing."""

from flask import Response

from portal.people.rules import Readers, Side
from portal.profiles.rules import Party
from portal.records.rules import ACTION_STATES, ENDINGS, HEADINGS, REPLIES, EntryKind
from portal.records.rules_actions import PARTY_NAMES
from portal.reviews.rules import KINDS, STAGES

WORDS = {
    "action_states": ACTION_STATES,
    "endings": ENDINGS,
    "headings": HEADINGS,
    "kinds": KINDS,
    "party_names": PARTY_NAMES,
    "reply_names": REPLIES,
    "stages": STAGES,
    "EntryKind": EntryKind,
    "Party": Party,
    "Readers": Readers,
    "Side": Side,
}
FILE_NAME = "school-copy.pdf"  # it names no child and nothing that a child is helped with


def document(pdf: bytes) -> Response:
    """The document as a file to keep."""
    disposition = f'attachment; filename="{FILE_NAME}"'
    return Response(pdf, mimetype="application/pdf", headers={"Content-Disposition": disposition})
