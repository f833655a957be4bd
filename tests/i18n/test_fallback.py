"""A wrong or missing translation shows English, never an error and never a gap."""

import logging
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from portal.kernel.words import N_
from portal.web.i18n import (
    FormTranslations,
    current,
    gettext,
    lazy_gettext,
    load,
    ngettext,
    offered,
    pgettext,
    say,
    speaking,
)

Words = dict[str | tuple[str, str], str | tuple[str, ...]]

Write = Callable[[dict[str, Words]], Path]
DAYS = ("%(num)s day", "%(num)s days")


def test_english_needs_no_catalogue(write: Write) -> None:
    assert [language.tag for language in load(write({}), ["en"])] == ["en"]
    assert gettext("Hello %(name)s", name="Ana") == "Hello Ana"
    assert ngettext(*DAYS, 1) == "1 day"
    assert ngettext(*DAYS, 0) == "0 days"
    assert pgettext("verb", "Open") == "Open"


def test_without_values_a_percent_sign_stays() -> None:
    assert gettext("100% of %%") == "100% of %%"


def test_arabic_has_six_forms(write: Write) -> None:
    forms = ("لا أيام", "يوم واحد", "يومان", "%(num)s أيام", "%(num)s يومًا", "%(num)s يوم")
    load(write({"ar": {DAYS: forms}}), ["en", "ar"])
    with speaking("ar"):
        said = [ngettext(*DAYS, count) for count in (0, 1, 2, 3, 11, 100)]
    assert said == ["لا أيام", "يوم واحد", "يومان", "3 أيام", "11 يومًا", "100 يوم"]


def test_polish_and_romanian_have_three_and_zero_is_singular_in_bengali(write: Write) -> None:
    polish, romanian = (
        ("%(num)s dzień", "%(num)s dni (few)", "%(num)s dni"),
        ("o zi", "%(num)s zile", "%(num)s de zile"),
    )
    bengali = ("%(num)s দিন (one)", "%(num)s দিন")
    load(write({"pl": {DAYS: polish}, "ro": {DAYS: romanian}, "bn": {DAYS: bengali}}), ["en", "pl", "ro", "bn"])
    with speaking("pl"):
        assert [ngettext(*DAYS, n) for n in (1, 22, 12)] == ["1 dzień", "22 dni (few)", "12 dni"]
    with speaking("ro"):
        assert [ngettext(*DAYS, n) for n in (1, 0, 19, 20)] == ["o zi", "0 zile", "19 zile", "20 de zile"]
    with speaking("bn"):
        assert [ngettext(*DAYS, n) for n in (0, 2)] == ["0 দিন (one)", "2 দিন"]


def test_a_wrong_placeholder_falls_back_to_english(write: Write, caplog: pytest.LogCaptureFixture) -> None:
    load(write({"pl": {"Hello %(name)s": "Witaj %(imie)s", "Bye %(name)s": "Pa %(name)"}}), ["en", "pl"])
    with speaking("pl"), caplog.at_level(logging.WARNING):
        assert gettext("Hello %(name)s", name="Ana") == "Hello Ana"
        assert gettext("Bye %(name)s", name="Ana") == "Bye Ana"
    assert "wrong placeholder in pl" in caplog.text


def test_a_wrong_placeholder_in_english_is_a_bug_and_is_seen() -> None:
    with pytest.raises(KeyError):
        gettext("Hello %(name)s", nom="Ana")


def test_fuzzy_translations_are_not_used(write: Write) -> None:
    folder = write({"pl": {"Hello": "Witaj", "Goodbye": "Do widzenia"}})
    path = folder / "pl" / "LC_MESSAGES" / "messages.po"
    path.write_text(path.read_text().replace('msgid "Hello"', '#, fuzzy\nmsgid "Hello"'))
    assert [language.tag for language in load(folder, ["en", "pl"])] == ["en"]
    load(folder, ["en", "pl"], offer_incomplete=True)
    with speaking("pl"):
        assert (gettext("Hello"), gettext("Goodbye")) == ("Hello", "Do widzenia")


def test_a_language_is_offered_only_when_it_is_complete(write: Write, caplog: pytest.LogCaptureFixture) -> None:
    complete: Words = {"Hello": "Witaj", DAYS: ("%(num)s dzień", "%(num)s dni", "%(num)s dni")}
    half: Words = {"Hello": "Salut", DAYS: ("o zi", "", "%(num)s de zile")}
    folder = write({"pl": complete, "ro": half})
    with caplog.at_level(logging.WARNING):
        assert [language.tag for language in load(folder, ["ro", "pl", "so", "en"])] == ["pl", "en"]
    assert "Language ro is left out: 1 messages missing" in caplog.text
    assert "Language so is left out: no file" in caplog.text
    assert [language.tag for language in load(folder, ["en", "ro", "so"], offer_incomplete=True)] == ["en", "ro"]
    assert [language.tag for language in offered()] == ["en", "ro"]


def test_a_catalogue_mended_on_disk_is_read_again(write: Write) -> None:
    folder = write({"pl": {"Hello": ""}})
    assert len(load(folder, ["en", "pl"])) == 1
    path = folder / "pl" / "LC_MESSAGES" / "messages.po"
    path.write_text(path.read_text().replace('msgid "Hello"\nmsgstr ""', 'msgid "Hello"\nmsgstr "Witaj"'))
    assert len(load(folder, ["en", "pl"])) == 2
    with speaking("pl"):
        assert gettext("Hello") == "Witaj"


def test_it_refuses_to_start_without_english_or_source_or_with_an_unknown_language(
    write: Write, tmp_path: Path
) -> None:
    folder = write({})
    with pytest.raises(ValueError, match="English"):
        load(folder, ["ur"])
    with pytest.raises(ValueError, match="tlh"):
        load(folder, ["en", "tlh"])
    with pytest.raises(ValueError, match=r"messages\.pot"):
        load(tmp_path / "nowhere", ["en"])


@pytest.mark.usefixtures("all_spoken")
def test_speaking_nests_and_is_left_even_by_an_error() -> None:
    with speaking("ur") as language:
        assert language.name == "اردو"
        with speaking("pl"):
            assert gettext("Hello") == "Hello in pl"
        assert gettext("Hello") == "Hello in ur"
        with pytest.raises(KeyError), speaking("pl"):
            gettext("Hello %(name)s", nom="Ana")
        assert gettext("Hello") == "Hello in ur"
    assert current().tag == "en"


@pytest.mark.usefixtures("all_spoken")
def test_a_language_that_is_no_longer_offered_is_spoken_as_english() -> None:
    with speaking("tlh"):
        assert current().tag == "en"


@pytest.mark.usefixtures("all_spoken")
def test_another_thread_does_not_hear_it() -> None:
    heard: list[str] = []
    with speaking("ur"):
        thread = Thread(target=lambda: heard.append(current().tag))
        thread.start()
        thread.join()
    assert heard == ["en"]


@pytest.mark.usefixtures("all_spoken")
def test_lazy_words_and_marked_words_are_said_when_they_are_shown() -> None:
    label, marked = lazy_gettext("Hello"), N_("Hello")
    with speaking("so"):
        assert str(label) == say(marked) == "Hello in so"
    assert str(label) == say(marked) == "Hello"


def test_what_wtforms_says_is_said_in_our_words(write: Write) -> None:
    letters = ("Write at least %(min)d character.", "Write at least %(min)d characters.")
    words: Words = {
        "Fill in this box.": "Wypełnij to pole.",
        letters: ("%(min)d znak", "%(min)d znaki", "%(min)d znaków"),
    }
    load(write({"pl": words}), ["en", "pl"])
    forms = FormTranslations()
    theirs = ("Field must be at least %(min)d character long.", "Field must be at least %(min)d characters long.")
    assert forms.gettext("This field is required.") == "Fill in this box."
    assert forms.gettext("Something of our own") == "Something of our own"
    with speaking("pl"):
        assert forms.gettext("This field is required.") == "Wypełnij to pole."
        assert forms.ngettext(*theirs, 5) % {"min": 5} == "5 znaków"
