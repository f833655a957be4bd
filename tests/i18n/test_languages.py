"""The explicit table of languages agrees with CLDR wherever CLDR is right."""

from gettext import c2py  # type: ignore[attr-defined]

import pytest
from babel import Locale

from portal.web.i18n.languages import LANGUAGES, Language, counts_by_form, plural_forms

every_language = pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES.keys())


def test_the_tags_are_those_promised_to_the_outside() -> None:
    assert list(LANGUAGES) == ["en", "ur", "pa", "bn", "pl", "ro", "ar", "so"]
    assert [tag for tag, language in LANGUAGES.items() if language.direction == "rtl"] == ["ur", "ar"]
    assert LANGUAGES["en"].html_tag == "en-GB"


@every_language
def test_direction_and_names_are_those_of_cldr(language: Language) -> None:
    locale = Locale.parse(language.locale)
    assert locale.text_direction == language.direction
    assert language.english_name in (locale.get_language_name("en") or "").replace("Bangla", "Bengali")
    # CLDR calls Somali “Soomaali”, the people; its speakers call the language Soomaaliga.
    assert language.name.startswith(locale.get_language_name() or "?")


@every_language
def test_the_plural_header_sends_every_count_to_the_form_of_its_cldr_category(language: Language) -> None:
    forms, header = plural_forms(language)
    rule = c2py(header.split("plural=")[1].rstrip(";"))
    category = Locale.parse(language.locale).plural_form
    pairs = {(rule(count), category(count)) for count in range(2001)}
    assert len(pairs) == forms == len({form for form, _ in pairs}) == len({name for _, name in pairs})
    for form, counts in enumerate(counts_by_form(language)):
        assert {rule(count) for count in counts} == {form}


@pytest.mark.parametrize(
    ("tag", "examples"),
    [
        ("en", [1, 0]),
        ("ur", [1, 0]),
        ("pa", [0, 2]),
        ("bn", [1, 2]),
        ("so", [1, 0]),
        ("pl", [1, 22, 12]),
        ("ro", [1, 0, 20]),
        ("ar", [0, 1, 2, 103, 11, 100]),
    ],
)
def test_forms_stand_in_the_order_translators_are_given(tag: str, examples: list[int]) -> None:
    groups = counts_by_form(LANGUAGES[tag])
    assert len(groups) == len(examples)
    assert all(example in group for example, group in zip(examples, groups, strict=True))
