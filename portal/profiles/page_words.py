"""The tables in which staff pages look up what a code is called; the family's own tables come first."""

from portal.kernel.words import N_
from portal.people.rules import RELATIONSHIPS, YEAR_NAMES
from portal.profiles.routes_family import WORDS as FAMILY_WORDS
from portal.profiles.rules import NEED_TYPES, OPINIONS, PROVISIONS, VersionState
from portal.profiles.rules_content import AREAS, LABELS
from portal.profiles.rules_steps import KIND_NAMES, STEP_NAMES
from portal.web.i18n import LANGUAGES, say
from portal.web.i18n import gettext as _

VERSION_STATES = {
    VersionState.DRAFT: N_("Draft"),
    VersionState.PUBLISHED: N_("The family has it"),
    VersionState.EARLIER: N_("Earlier"),
}


def year_name(nc_year: str) -> str:
    """Nursery, Reception, Year 4."""
    return say(YEAR_NAMES[nc_year]) if nc_year in YEAR_NAMES else _("Year %(number)s", number=nc_year)


def language_name(tag: str) -> str:
    """A language in its own name; an unknown one by its tag."""
    return LANGUAGES[tag].name if tag in LANGUAGES else tag


WORDS = {
    **FAMILY_WORDS,
    "provisions": PROVISIONS,
    "need_names": NEED_TYPES,
    "kind_names": KIND_NAMES,
    "step_names": STEP_NAMES,
    "version_states": VERSION_STATES,
    "opinions": OPINIONS,
    "relationships": RELATIONSHIPS,
    "area_names": AREAS,
    "labels": LABELS,
    "all_languages": LANGUAGES,
    "year_name": year_name,
    "language_name": language_name,
}
