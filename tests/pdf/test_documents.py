"""Both documents in every language: tagged, titled, in the right letters, and with the words in them."""

import io
import re
import subprocess
from collections import Counter
from pathlib import Path

import pikepdf
import pytest
import segno

from portal.web.i18n import LANGUAGES
from portal.web.pdf import qr_svg

from .builders import ADDRESS, CHILD, CODE, TAGS, letters, pdf_of, plan, target
from .conftest import ReadPdf
from .letter_words import LETTER_WORDS

DOCUMENTS = {"letter": letters, "plan": plan}
every_document = pytest.mark.parametrize("template", DOCUMENTS)
every_language = pytest.mark.parametrize("tag", TAGS)


def made(template: str, tag: str, fonts_folder: Path) -> bytes:
    return pdf_of(template, tag, DOCUMENTS[template](tag), fonts_folder, title=f"Oakfield {template}")


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


def tags_of(node: object) -> Counter[str]:
    """How often each kind of element stands in the structure tree, and each language on its elements."""
    found: Counter[str] = Counter()
    if isinstance(node, pikepdf.Array):
        for child in node:
            found += tags_of(child)
    elif isinstance(node, pikepdf.Dictionary):
        found.update(str(node[key]) for key in ("/S", "/Lang") if key in node)
        found += tags_of(node.get("/K"))
    return found


def font_names(pdf: pikepdf.Pdf) -> set[str]:
    return {str(font.BaseFont).partition("+")[2] for page in pdf.pages for font in page.Resources.Font.values()}


@every_language
@every_document
def test_is_a_tagged_pdf_in_its_language(template: str, tag: str, fonts_folder: Path) -> None:
    with opened(made(template, tag, fonts_folder)) as pdf:
        assert str(pdf.Root.Lang) == LANGUAGES[tag].html_tag
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert str(pdf.docinfo.Title) == f"Oakfield {template}"
        assert pdf.open_metadata()["pdfuaid:part"] == "1"
        right_to_left = str(pdf.Root.ViewerPreferences.get("/Direction", "/L2R")) == "/R2L"
        assert right_to_left == (LANGUAGES[tag].direction == "rtl")
        tags = tags_of(pdf.Root.StructTreeRoot.K)
    assert tags["/H1"] == 1
    assert tags["/LI"] >= 3
    assert tags["/Figure"] == (template == "letter")
    assert (tags["/Table"], tags["/TH"]) == ((3, 8) if template == "plan" else (0, 0))


@every_language
def test_letter_is_one_page_with_code_address_and_date(tag: str, fonts_folder: Path, read: ReadPdf) -> None:
    pdf = made("letter", tag, fonts_folder)
    with opened(pdf) as document:
        assert len(document.pages) == 1
    words = read(pdf)
    for shown in (CODE, ADDRESS, "0121 496 0142", "Nasreen Akhtar", "2026-10-13 / 0007"):
        assert shown in words
    if tag in {"en", "pl", "ro", "so"}:
        assert LETTER_WORDS[tag].heading in words


@every_language
def test_plan_names_the_child_and_counts_its_pages(tag: str, fonts_folder: Path, read: ReadPdf) -> None:
    pdf = made("plan", tag, fonts_folder)
    with opened(pdf) as document:
        pages = len(document.pages)
    words = read(pdf)
    assert words.count(CHILD) == pages + 1
    closed_up = words.replace(" ", "")
    assert all(f"{page}/{pages}" in closed_up for page in range(1, pages + 1))


@pytest.mark.parametrize("tag", ["ur", "ar"])
def test_a_telephone_number_keeps_its_order_amid_right_to_left_words(
    tag: str, fonts_folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "letter.pdf"
    data = letters(tag, school={"name": "Oakfield", "lines": []})
    file.write_bytes(pdf_of("letter", tag, data, fonts_folder))
    boxes = subprocess.run(["pdftotext", "-bbox", str(file), "-"], check=True, capture_output=True).stdout.decode()
    at = [re.search(rf'xMin="([\d.]+)"[^>]*>[^<]*{group}', boxes) for group in ("0121", "496", "0142")]
    places = [float(found[1]) for found in at if found]
    assert len(places) == 3
    assert places == sorted(places)


def test_english_words_in_another_language_are_marked_as_english(fonts_folder: Path, read: ReadPdf) -> None:
    pdf = made("plan", "ur", fonts_folder)
    assert "Let me ask for things in the shop." in read(pdf)
    with opened(pdf) as document:
        assert tags_of(document.Root.StructTreeRoot.K)["en"] >= 8


def test_urdu_is_set_in_nastaliq_and_arabic_is_not(fonts_folder: Path) -> None:
    with opened(made("plan", "ur", fonts_folder)) as urdu, opened(made("plan", "ar", fonts_folder)) as arabic:
        assert {"NotoNastaliqUrdu-Regular", "AtkinsonHyperlegibleNext-Regular"} <= font_names(urdu)
        assert "NotoSansArabic-Regular" in font_names(arabic)
        assert not any("Nastaliq" in name for name in font_names(arabic))


def test_urdu_inside_an_english_plan_is_nastaliq_too(fonts_folder: Path) -> None:
    outcomes = [{"outcome": "Asking", "targets": [target("ur")]}]
    pdf = pdf_of("plan", "en", plan("en", outcomes=outcomes), fonts_folder)
    with opened(pdf) as document:
        assert "NotoNastaliqUrdu-Regular" in font_names(document)
        assert tags_of(document.Root.StructTreeRoot.K)["ur"] >= 8


def test_latin_letters_keep_one_typeface_whatever_order_the_disk_lists(fonts_folder: Path) -> None:
    with opened(made("plan", "pl", fonts_folder)) as document:
        assert font_names(document) == {"AtkinsonHyperlegibleNext-Regular", "AtkinsonHyperlegibleNext-Bold"}


def test_a_batch_has_a_page_for_each_letter(fonts_folder: Path, read: ReadPdf) -> None:
    pdf = pdf_of("letter", "en", letters("en", count=30), fonts_folder)
    pages = read(pdf).split("\f")[:-1]
    assert len(pages) == 30
    assert all(CODE in page and "2026-10-13 / 0007" in page for page in pages)


def test_a_plan_with_nothing_in_it_yet_says_so(fonts_folder: Path, read: ReadPdf) -> None:
    helpers = {"heading": "Who helps me", "name_label": "Name", "part_label": "Part", "rows": []}
    data = plan("en", profile=[], outcomes=[], no_outcomes="There are no targets yet.", helpers=helpers)
    words = read(pdf_of("plan", "en", data, fonts_folder))
    assert "There are no targets yet." in words
    assert "Who helps me" not in words


def test_the_square_code_holds_the_address_and_the_code_in_its_fragment() -> None:
    url = f"{ADDRESS}#{CODE}"
    svg = qr_svg(url).decode()
    expected = segno.make(url, error="m", micro=False)
    assert drawn_modules(svg) == {(x, y) for y, row in enumerate(expected.matrix) for x, dark in enumerate(row) if dark}
    assert drawn_modules(svg) != drawn_modules(qr_svg(ADDRESS).decode())


def drawn_modules(svg: str) -> set[tuple[int, int]]:
    """The dark squares of a QR code's path: moves and horizontal strokes of one unit's height."""
    path = re.search(r'd="([^"]+)"', svg)
    assert path
    x, y, dark = 0.0, 0.0, set()
    for command, first, second in re.findall(r"([Mmh])\s*(-?[\d.]+)(?:[ ,]?(-?[\d.]+))?", path[1]):
        if command == "M":
            x, y = float(first), float(second)
        elif command == "m":
            x, y = x + float(first), y + float(second)
        else:
            dark |= {(int(x) + step, int(y)) for step in range(int(first))}
            x += float(first)
    return dark


@pytest.mark.parametrize("tag", ["en", "ur"])
def test_a_title_stands_clear_of_the_line_above_it(tag: str, fonts_folder: Path, tmp_path: Path) -> None:
    file, school = tmp_path / "concern.pdf", {"name": "Oakfield", "lines": ["Mill Lane", "B99 7HL"]}
    facts = {"facts": [], "parts": [], "entries": [], "copied": "", "foot": "Oakfield"}
    data = {"colour": "#ff0000", "school": school, "heading": LETTER_WORDS[tag].heading, **facts}
    file.write_bytes(pdf_of("concern", tag, data, fonts_folder))
    boxes = subprocess.run(["pdftotext", "-bbox", str(file), "-"], check=True, capture_output=True).stdout.decode()
    postcode = re.search(r'yMax="([\d.]+)">7HL<', boxes)
    assert postcode
    subprocess.run(["pdftoppm", "-r", "144", str(file), str(tmp_path / "page")], check=True)
    _, size, _, dots = next(tmp_path.glob("page*.ppm")).read_bytes().split(b"\n", 3)
    row = 3 * int(size.split()[0])
    below = dots[row * int(float(postcode[1]) * 2) :][: 6 * row]  # three points from the foot of the line above
    assert min(below[1::3]) > 200, "nothing is drawn there"


def test_the_square_code_is_on_the_paper(fonts_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "letter.pdf"
    file.write_bytes(made("letter", "en", fonts_folder))
    subprocess.run(["pdftoppm", "-r", "150", "-gray", str(file), str(tmp_path / "page")], check=True)
    _, size, _, pixels = next(tmp_path.glob("page*.pgm")).read_bytes().split(b"\n", 3)
    width = int(size.split()[0])
    rows = [pixels[at : at + width] for at in range(0, len(pixels), width)]
    black_in_row = max(row.count(0) for row in rows)
    assert black_in_row > 80
