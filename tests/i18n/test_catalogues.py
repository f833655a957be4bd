"""The real catalogues are complete and sound, and each check of theirs finds the fault it is there for."""

import json
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from portal.paths import TRANSLATIONS
from portal.web import catalogues
from portal.web.i18n import LANGUAGES, load
from portal.web.i18n.checks import translation_problems
from portal.web.i18n.messages import read_catalogue

TRANSLATED = [tag for tag in LANGUAGES if tag != "en"]
DAYS = ("%(num)s day", "%(num)s days")
MAPPING = """
[tool.babel]
[[tool.babel.mappings]]
method = "python"
pattern = "portal/**.py"
[[tool.babel.mappings]]
method = "jinja2"
pattern = ["templates/**.html"]
trimmed = "true"
silent = "false"
newstyle_gettext = "true"
"""


@pytest.fixture(scope="module")
def found() -> list[str]:
    return catalogues.check(TRANSLATIONS)


@pytest.mark.parametrize("tag", TRANSLATED)
def test_the_catalogue_is_complete_and_sound(found: list[str], tag: str) -> None:
    assert [line for line in found if line.startswith(f"{tag}:")] == []


def test_the_source_is_what_the_code_says_and_nothing_else_is_wrong(found: list[str]) -> None:
    assert [line for line in found if line.split(":")[0] not in TRANSLATED] == []


def test_all_eight_languages_are_offered() -> None:
    assert [language.tag for language in load(TRANSLATIONS, tuple(LANGUAGES))] == list(LANGUAGES)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small checkout with one module, one template and its source extracted."""
    for name in ("portal", "templates", "translations", "node_modules"):
        (tmp_path / name).mkdir()
    (tmp_path / "pyproject.toml").write_text(MAPPING)
    (tmp_path / "node_modules" / "no.py").write_text('gettext("Not ours")')
    (tmp_path / "portal" / "words.py").write_text(
        'N_("Marked")\nlazy_gettext("Label")\n# Translators: of a week\nngettext("%(num)s day", "%(num)s days", 3)\n'
        'translated_plural("a", "b", n)\npgettext("verb", "Open")\n'
    )
    (tmp_path / "templates" / "page.html").write_text(
        '{{ _("Hello %(name)s", name=name) }} {% trans %}\n  two\n  lines 50%\n{% endtrans %}'
    )
    (tmp_path / "translations" / "same-as-english.json").write_text('{"*": ["Marked"]}')
    assert run(tmp_path, "extract") == 0
    return tmp_path


def run(checkout: Path, *arguments: str) -> int:
    return catalogues.main(["--folder", str(checkout / "translations"), *arguments])


def test_extraction_finds_every_way_to_mark_a_message_and_is_the_same_each_time(checkout: Path) -> None:
    source = checkout / "translations" / "messages.pot"
    before = source.read_bytes()
    messages = {message.id: message for message in read_catalogue(source) if message.id}
    assert set(messages) == {"Marked", "Label", DAYS, ("a", "b"), "Open", "Hello %(name)s", "two lines 50%%"}
    assert messages["Open"].context == "verb"
    assert messages[DAYS].auto_comments == ["of a week"]
    assert b"Date" not in before
    assert b"#:" not in before
    assert run(checkout, "extract") == 0
    assert source.read_bytes() == before


def test_an_update_keeps_translations_guesses_none_and_drops_what_is_gone(checkout: Path) -> None:
    run(checkout, "update")
    path = checkout / "translations" / "pl" / "LC_MESSAGES" / "messages.po"
    assert catalogues.fill(path.parents[2], LANGUAGES["pl"], [{"msgid": "Label", "msgstr": "Etykieta"}]) == []
    (checkout / "portal" / "words.py").write_text('gettext("Label")\ngettext("Labels")')
    run(checkout, "extract")
    run(checkout, "update")
    strings = {message.id: message.string for message in read_catalogue(path) if message.id}
    assert strings == {"Label": "Etykieta", "Labels": "", "Hello %(name)s": "", "two lines 50%%": ""}
    assert "#~" not in path.read_text()


def test_a_translators_round_trip(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(checkout, "update")
    assert run(checkout, "missing", "ar") == 0
    tasks = {task["msgid"]: task for task in json.loads(capsys.readouterr().out)}
    assert tasks["%(num)s day"] == {
        "msgid": "%(num)s day",
        "msgid_plural": "%(num)s days",
        "forms": 6,
        "counts": ["0", "1", "2", "3, 4, 5, 6, 7, 8", "11, 12, 13, 14, 15, 16", "100, 101, 102, 200"],
        "comment": "of a week",
    }
    assert tasks["Open"]["context"] == "verb"
    days = ["بلا أيام", "يوم واحد", "يومان", "%(num)s أيام", "%(num)s يومًا", "%(num)s يوم"]
    answers = [
        {"msgid": "%(num)s day", "msgstr_plural": days},
        {"msgid": "Open", "context": "verb", "msgstr": "افتح"},
        {"msgid": "Hello %(name)s", "msgstr": "مرحبا %(nom)s"},
        {"msgid": "Label", "msgstr": ""},
        {"msgid": "Nobody says this", "msgstr": "لا"},
    ]
    file = checkout / "answers.json"
    file.write_text(json.dumps(answers))
    assert run(checkout, "fill", "ar", str(file)) == 1
    refused = capsys.readouterr().err
    assert refused.count("\n") == 3
    assert "placeholders" in refused
    assert "no msgstr for 'Label'" in refused
    assert "not a message of the portal" in refused
    left = {task["msgid"] for task in catalogues.missing(checkout / "translations", LANGUAGES["ar"])}
    assert left == {"Marked", "Label", "a", "Hello %(name)s", "two lines 50%%"}


def test_the_check_fails_when_the_code_says_something_new(checkout: Path) -> None:
    (checkout / "portal" / "more.py").write_text('gettext("New")')
    assert "messages.pot is not what the code says: run `make translations`" in catalogues.check(
        checkout / "translations"
    )
    assert run(checkout, "check") == 1


def test_the_check_finds_a_variable_that_a_template_translates(checkout: Path) -> None:
    (checkout / "templates" / "risky.html").write_text('\n{{ _(typed) }}{{ _("fine") }}{{ ngettext("a", b, 3) }}')
    found = [line for line in catalogues.check(checkout / "translations") if "variable" in line]
    assert len(found) == 2
    assert found[0].startswith("risky.html:2")


def test_the_check_finds_faults_of_the_english_messages(checkout: Path) -> None:
    (checkout / "portal" / "words.py").write_text('gettext("Dear %s")\ngettext("Open ")\ngettext("100% sure, 50 %")')
    run(checkout, "extract")
    found = [line for line in catalogues.check(checkout / "translations") if line.startswith("messages.pot")]
    assert found == [
        "messages.pot: placeholder without a name in 'Dear %s'",
        "messages.pot: space at an end of 'Open '",
    ]


def test_the_check_finds_each_fault_of_a_catalogue_file(checkout: Path) -> None:
    (checkout / "portal" / "words.py").write_text('gettext("Label")\ngettext("Plain")')
    (checkout / "templates" / "page.html").write_text("")
    run(checkout, "extract")
    run(checkout, "update")
    path = checkout / "translations" / "bn" / "LC_MESSAGES" / "messages.po"
    sound = 'msgid "Label"\nmsgstr "লেবেল"\n\nmsgid "Plain"\nmsgstr "সহজ"\n'
    header = path.read_text().split("\n\n")[0]

    def faults(text: str) -> list[str]:
        path.write_text(text)
        return [line for line in catalogues.check(checkout / "translations") if line.startswith("bn:")]

    assert faults(f"{header}\n\n{sound}") == []
    assert faults(f"{header}\n\n{sound}".replace("n > 1", "n != 1"))[0].startswith("bn: the plural header is")
    assert faults(f"{header}\n\n#, fuzzy\n{sound}") == ["bn: fuzzy: 'Label'"]
    assert faults(f"{header}\n\n{sound}".replace("সহজ", "")) == ["bn: not translated: 'Plain'"]
    assert faults(f"{header}\n\n{sound}".replace('"Plain"', '"Old"')) == [
        "bn: not in the catalogue, run update: 'Plain'",
        "bn: no longer in the source, run update: 'Old'",
    ]
    path.unlink()
    assert "bn: there is no catalogue" in catalogues.check(checkout / "translations")


@pytest.mark.parametrize(
    ("tag", "english", "text", "fault"),
    [
        ("pl", "Dear %(name)s", "Dla %(imie)s", "other placeholders"),
        ("pl", "Dear %(name)s", "Dla", "other placeholders"),
        ("pl", "Dear %(name)s", "Dla %(name)d", "other placeholders"),
        ("pl", "Dear %(name)s", "Dla %(name)s 5%", "% signs"),
        ("pl", "100% sure", "pewne", "% signs"),
        ("pl", "<b>Dear</b>", "<b>Dla<b>", "markup"),
        ("pl", '<a href="%(url)s">Go</a>', "Idź %(url)s", "markup"),
        ("pl", "Dear", "Dla ", "space"),
        ("pl", "Dear ", "Dla", "space"),
        ("pl", "Dear", "Dear", "still in English"),
        ("pl", "Dear", "\u200fDla", "direction characters"),
        ("ur", "Dear", "\u202eمحترم", "direction characters"),
        ("ur", "Day 5", "دن ۵", "digits"),
        ("bn", "Day 5", "দিন ৫", "digits"),
        ("pa", "Day 5", "ਦਿਨ ੫", "digits"),
        ("ar", "Day 5", "يوم ٥", "digits"),
        ("ur", "Plan", "كتاب", "letters of another language (U+0643)"),
        ("ar", "Plan", "کتاب", "letters of another language (U+06A9)"),
        ("pa", "Plan", "योजना", "letters of another language"),
        ("bn", "Plan", "योजना", "letters of another language"),
        ("ro", "Lesson", "Lecţie", "letters of another language (U+0163)"),
    ],
)
def test_each_fault_of_a_translation_is_found(tag: str, english: str, text: str, fault: str) -> None:
    problems = list(translation_problems(LANGUAGES[tag], Message(english, text), set()))
    assert len(problems) == 1
    assert fault in problems[0]


@pytest.mark.parametrize(
    ("tag", "english", "text"),
    [
        ("ro", "SENDCO", "SENDCO"),
        ("pl", "%(a)s - %(b)s", "%(a)s - %(b)s"),
        ("pl", "%(a)s and %(b)s", "%(b)s i %(a)s oraz %(a)s"),
        ("ur", "Plan (PDF)", "منصوبہ \u2068(PDF)\u2069"),
        ("pa", "Done.", "ਹੋ ਗਿਆ।"),
        ("pl", "<b>%(a)s</b> is <i>here</i>, 100%%", "<i>Tu</i> jest <b>%(a)s</b>, 100%%"),
    ],
)
def test_sound_translations_pass(tag: str, english: str, text: str) -> None:
    assert list(translation_problems(LANGUAGES[tag], Message(english, text), {"SENDCO"})) == []


@pytest.mark.parametrize(
    ("tag", "forms", "sound"),
    [
        ("ar", ("لا أيام", "يوم", "يومان", "%(num)s أيام", "%(num)s يومًا", "%(num)s يوم"), True),
        ("ar", ("لا أيام", "يوم", "يومان", "أيام", "%(num)s يومًا", "%(num)s يوم"), False),
        ("ar", ("لا أيام", "يوم", "يومان"), False),
        ("pl", ("jeden dzień", "%(num)s dni", "%(num)s dni"), True),
        # In Bengali the first form is for 0 as well, so it must name the number.
        ("bn", ("এক দিন", "%(num)s দিন"), False),
        ("bn", ("%(num)s দিন", "%(num)s দিন"), True),
    ],
)
def test_a_count_is_left_out_only_where_the_form_stands_for_one_number(
    tag: str, forms: tuple[str, ...], sound: bool
) -> None:
    assert (not list(translation_problems(LANGUAGES[tag], Message(DAYS, forms), set()))) == sound
