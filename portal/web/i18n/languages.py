"""The languages of the portal stand in one explicit table, because a look-up by locale gets some of them wrong."""

from dataclasses import dataclass
from typing import Final

from babel import Locale
from babel.messages.plurals import get_plural


@dataclass(frozen=True)
class Language:
    """`tag` stands in addresses and folders, `html_tag` in `lang=`; `locale` is Babel's, `direction` ltr or rtl."""

    tag: str
    html_tag: str
    locale: str
    name: str
    english_name: str
    direction: str


# `pa` is Punjabi in Gurmukhi; bare `en` would print American dates.
LANGUAGES: Final = {
    language.tag: language
    for language in (
        Language("en", "en-GB", "en_GB", "English", "English", "ltr"),
        Language("ur", "ur", "ur", "اردو", "Urdu", "rtl"),
        Language("pa", "pa", "pa_Guru", "ਪੰਜਾਬੀ", "Punjabi", "ltr"),
        Language("bn", "bn", "bn", "বাংলা", "Bengali", "ltr"),
        Language("pl", "pl", "pl", "polski", "Polish", "ltr"),
        Language("ro", "ro", "ro", "română", "Romanian", "ltr"),
        Language("ar", "ar", "ar", "العربية", "Arabic", "rtl"),
        Language("so", "so", "so", "Soomaaliga", "Somali", "ltr"),
    )
}

# Where Babel's gettext rule is not CLDR's: 0 is singular in Punjabi and Bengali, and Babel's last two forms of Arabic
# stand the other way round than CLDR and translators have them.
_NOT_BABELS_RULE: Final = {
    "pa": (2, "(n > 1)"),
    "bn": (2, "(n > 1)"),
    "ar": (6, "(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5)"),
}


def plural_forms(language: Language) -> tuple[int, str]:
    """Return the number of gettext plural forms and the header line that CLDR's rules ask for."""
    number, rule = _NOT_BABELS_RULE.get(language.tag) or get_plural(Locale.parse(language.locale))
    return number, f"nplurals={number}; plural={rule};"


def counts_by_form(language: Language) -> list[list[int]]:
    """Return, for each gettext plural form in turn, the counts up to 200 that need it by CLDR's rules."""
    category = Locale.parse(language.locale).plural_form
    counts: dict[str, list[int]] = {name: [] for name in ("zero", "one", "two", "few", "many", "other")}
    for count in range(201):
        counts[category(count)].append(count)
    return [group for group in counts.values() if group]
