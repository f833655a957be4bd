"""Whatever people type, the school gets its PDF, shows the words as words, and keeps them on the page."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import structlog
from fontTools.ttLib import TTFont
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.web.i18n import LANGUAGES
from portal.web.pdf import DocumentError, render

from .builders import fragment, letters, pdf_of, plan, target
from .conftest import ReadPdf

HOSTILE = {
    "nul and controls": "before\x00\x01\x1b\x7f\x9fafter",
    "lone surrogates": "before\ud800 \udfffafter",
    "bidi overrides": "before\u202e\u202d\u202a\u202c\u2066\u2067\u2068\u2069after",
    "emoji": "before 😀 👨‍👩‍👧‍👦 🇬🇧 👍🏽 after",
    "byte order mark": "before\ufeff\ufffe\uffffafter",
    "private use": "before \ue000 \uf8ff \U000f0000 \U0010fffd after",
    "no such letters": "before 漢字 한국어 ไทย ⠿ 𐍈 after",
    "towers of marks": "before Z" + "\u0310\u0323\u0347" * 400 + " after",
    "marks of other scripts": "before a\u064e 1\u093e ب\u0301 \u09bea\u0a4d after",
    "only marks": "before \u064e\u064e \u0301 \ufe0f after",
    "template code": '#panic() #read("/etc/passwd") $x^2$ #{1+1} [*b*] `c` @d <e> \\ // before after',
    "markup": "<script>alert(1)</script> &amp; before after",
    "separators": "before\r\nx\u2028x\u2029x\x0bx\x85after",
    "many lines": "before" + "\n" * 20_000 + "after",
}
PLACES = ("name", "heading", "school", "foot", "outcomes_heading", "note")


def everywhere(text: str) -> dict[str, object]:
    """A plan with the text in every kind of place: headings, paragraphs, lists, cards, tables, foot."""
    typed = {"text": text, "lang": "en", "dir": "ltr"}
    card = {**target("en"), "title": typed, "now": typed, "goal": typed, "strategies": [typed, typed], "home": typed}
    card["duties"] = [{"what": typed, "who": text, "often": typed}]
    section = {"heading": text, "body": [typed, {"items": [typed]}]}
    return plan(
        "en",
        **dict.fromkeys(PLACES, text),
        profile=[section],
        needs=section,
        outcomes=[{"outcome": typed, "targets": [card]}],
    )


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("tag", ["en", "ur"])
def test_hostile_text_gives_a_plan_with_the_rest_of_its_words(
    kind: str, tag: str, fonts_folder: Path, read: ReadPdf
) -> None:
    with structlog.testing.capture_logs() as logs:
        words = read(pdf_of("plan", tag, everywhere(HOSTILE[kind]), fonts_folder))
    assert "before" in words
    assert "after" in words
    assert logs == [], "nothing had to be tried twice"


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_gives_a_letter(kind: str, fonts_folder: Path, read: ReadPdf) -> None:
    text = HOSTILE[kind]
    data = letters("pa", recipient=text, greeting=text, code=text[:20], paragraphs=[text], help=text, batch=text)
    pdf = pdf_of("letter", "pa", data, fonts_folder, title=text)
    assert "before" in read(pdf)


def test_template_code_is_shown_and_never_run(fonts_folder: Path, read: ReadPdf) -> None:
    words = read(pdf_of("plan", "en", plan("en", note=HOSTILE["template code"]), fonts_folder))
    assert HOSTILE["template code"][:40] in words
    assert "root:" not in words


def test_bidi_overrides_are_gone_and_joiners_stay_where_letters_join(fonts_folder: Path, read: ReadPdf) -> None:
    note = "abc\u202edef a\u200db ক্\u200dষ"
    words = read(pdf_of("plan", "en", plan("en", note=note), fonts_folder))
    assert "abcdef ab" in words
    assert "\u202e" not in words


def test_letters_no_font_has_become_a_visible_sign(fonts_folder: Path, read: ReadPdf) -> None:
    words = read(pdf_of("plan", "en", plan("en", note="sign 𐍈 and 漢 and Ｗｉｄｅ"), fonts_folder))
    assert "sign \ufffd and \ufffd and Wide" in words


@pytest.mark.parametrize("tag", ["en", "ur"])
def test_feelings_are_kept_as_they_were_typed(tag: str, fonts_folder: Path, read: ReadPdf) -> None:
    pdf = pdf_of("plan", tag, plan(tag, note={"text": "12 😢 👍🏽 ❤️ 1️⃣", "lang": "en", "dir": "ltr"}), fonts_folder)
    words = read(pdf)
    assert all(sign in words for sign in "😢👍❤")
    assert "\ufffd" not in words


@pytest.mark.parametrize(
    "text", ["W" * 5_000, "a" * 5_000, "ب" * 5_000, "ਕਿ" * 2_500, "https://x.example/" + "q" * 4_982]
)
def test_a_word_without_end_stays_within_the_page(text: str, fonts_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "plan.pdf"
    file.write_bytes(pdf_of("plan", "en", plan("en", note=text, name=text[:200]), fonts_folder))
    assert beyond_the_margins(file) == []


@pytest.mark.parametrize("tag", ["en", "ar"])
def test_twenty_thousand_letters_in_two_directions(tag: str, fonts_folder: Path, tmp_path: Path, read: ReadPdf) -> None:
    sentence = "Reads aloud يقرأ بصوت عال 15 min. "
    text = sentence * (20_000 // len(sentence)) + "the-end"
    card = {**target("en"), "now": text, "duties": [{"what": "a", "who": text, "often": "b"}]}
    data = plan(tag, heading=text, foot=text, note=text, outcomes=[{"outcome": "Reading", "targets": [card]}])
    file = tmp_path / "plan.pdf"
    file.write_bytes(pdf_of("plan", tag, data, fonts_folder))
    assert beyond_the_margins(file) == []
    assert "the-end" in read(file.read_bytes())


def beyond_the_margins(file: Path) -> list[str]:
    """Words that pdftotext finds less than 1.5 cm from either side of the sheet."""
    boxes = subprocess.run(["pdftotext", "-bbox", str(file), "-"], check=True, capture_output=True).stdout.decode()
    sides = re.findall(r'<word xMin="([-\d.]+)" yMin="[-\d.]+" xMax="([-\d.]+)"', boxes)
    assert sides
    return [f"{start} {end}" for start, end in sides if float(start) < 42 or float(end) > 595 - 42]


def test_a_wrong_colour_language_or_direction_falls_back(fonts_folder: Path) -> None:
    for colour in ("red", "#12", "rgb(1,2,3)", None, '#panic("x")'):
        assert pdf_of("plan", "en", plan("en", colour=colour), fonts_folder)
    for lang in ("", "x", "en_GB", "pa-Guru-IN", "q" * 500, None, "#!"):
        assert pdf_of("plan", "en", plan("en", note={"text": "a", "lang": lang, "dir": lang}), fonts_folder)


planes = st.text(st.characters(codec=None, categories=None), max_size=120)
mixed = st.text(st.sampled_from("aZ1 .-\nłكةًپੰਿੁਂক্ষঁি\u200c\u200d\u200f\u064e\u0301\u093e😀\x00\ue000"), max_size=120)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.one_of(planes, mixed), tag=st.sampled_from(sorted(LANGUAGES)))
def test_any_text_gives_a_pdf(fonts_folder: Path, text: str, tag: str) -> None:
    typed = fragment(tag, text)
    pdf = pdf_of("plan", tag, plan(tag, name=text, note=typed, outcomes=[]), fonts_folder, title=text)
    assert pdf.startswith(b"%PDF-1.7")


def test_when_fonts_disagree_the_marks_go_and_the_log_holds_no_text(fonts_folder: Path, tmp_path: Path) -> None:
    """Families the template does not know: typst then guesses by the first letter, and in one of two orders of the
    files (which the file system may give back either way) it guesses wrong."""
    text, told = "Secret e\u0329 q\u0303\u0323 e\u0323\u0309", []
    files = sorted(fonts_folder.glob("*-400-normal.ttf"))
    for name, ordered in (("forth", files), ("back", files[::-1])):
        folder = tmp_path / name
        folder.mkdir()
        for file in ordered:
            font = TTFont(file)
            for record in font["name"].names:
                if record.nameID in (1, 4, 16):
                    record.string = f"Strange {file.stem[:1]}"
            font.save(folder / file.name)
        with structlog.testing.capture_logs() as logs:
            assert pdf_of("plan", "en", plan("en", note=text), folder)
        told += logs
    assert {entry["event"] for entry in told} == {"pdf.refused"}
    assert "Secret" not in json.dumps(told)


def test_a_template_that_does_not_fit_its_data_raises_without_the_text(fonts_folder: Path) -> None:
    with pytest.raises(DocumentError) as raised:
        render("plan", {"name": "Secret"}, language=LANGUAGES["en"], title="Secret", fonts_folder=fonts_folder)
    assert "Secret" not in str(raised.value)
    assert raised.value.__context__ is None


def test_fonts_that_were_not_built_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="build the assets"):
        pdf_of("plan", "en", plan("en"), tmp_path)
