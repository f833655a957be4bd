"""The words for what is in a record, as its pages use them, and the names of languages."""

from portal.meetings.forms_family import language_words
from portal.people.rules import RELATIONSHIPS, Readers, Side
from portal.profiles.page_words import language_name
from portal.profiles.rules import Party
from portal.records.rules import ACTION_STATES, ENDINGS, HEADINGS, REPLIES, EntryKind
from portal.records.rules_actions import PARTY_NAMES
from portal.reviews.rules import KINDS, STAGES
from portal.web.i18n.languages import LANGUAGES

OF_LANGUAGES = {"all_languages": LANGUAGES, "language_name": language_name, "language_words": language_words}
WORDS = {
    **OF_LANGUAGES,
    "action_states": ACTION_STATES,
    "endings": ENDINGS,
    "headings": HEADINGS,
    "kinds": KINDS,
    "party_names": PARTY_NAMES,
    "relationships": RELATIONSHIPS,
    "reply_names": REPLIES,
    "stages": STAGES,
    "EntryKind": EntryKind,
    "Party": Party,
    "Readers": Readers,
    "Side": Side,
}
