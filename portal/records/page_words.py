"""The words for what is in a record, as its pages use them."""

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
