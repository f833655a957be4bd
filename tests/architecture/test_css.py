"""The look keeps its promises: no left or right, readable colours, honest hashes, light enough for a slow phone."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

from portal.paths import ROOT, STATIC, TEMPLATES

BUILD = STATIC / "build"
OWN_NAMES = ("English", "اردو", "ਪੰਜਾਬੀ", "বাংলা", "polski", "română", "العربية", "Soomaaliga")
THEMES = ("plum", "forest", "navy", "teal", "berry", "slate", "rust", "indigo")
TEXT_CONTRAST = 4.5  # WCAG 2.2, 1.4.3
PART_CONTRAST = 3.0  # WCAG 2.2, 1.4.11: borders of fields, steps, badges' shapes

PHYSICAL = re.compile(
    r"""
    (?<![-\w])(left|right|float|clear)\s*:
    | (padding|margin|border|inset|scroll-padding|scroll-margin)-(left|right)\b
    | border-(top|bottom)-(left|right)-radius
    | text-align\s*:\s*(left|right)\b
    | (?:background|object|transform)[-\w]*\s*:[^;]*\b(left|right)\b
    """,
    re.VERBOSE,
)


def physical_rules(scss: str) -> list[str]:
    """Declarations that name a side of the screen instead of a side of the text."""
    bare = re.sub(r"/\*.*?\*/|//[^\n]*", "", scss, flags=re.DOTALL)
    return [match.group(0).strip() for match in PHYSICAL.finditer(bare)]


def manifest() -> dict[str, dict[str, str]]:
    path = BUILD / "manifest.json"
    assert path.is_file(), "static/build is missing: run `make assets` first"
    loaded: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def built(name: str) -> Path:
    return BUILD / manifest()["files"][name]


def css() -> str:
    return built("app.css").read_text(encoding="utf-8")


def variables(selector: str) -> dict[str, str]:
    """All custom properties set by rules with exactly this selector, later ones winning."""
    found: dict[str, str] = {}
    for block in re.findall(rf"(?:^|[}}]){re.escape(selector)}\{{([^}}]*)\}}", css()):
        found |= dict(re.findall(r"(--[a-z-]+):\s*([^;]+)", block))
    return found


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it, of #abc, #aabbcc or rgb(1, 2, 3)."""
    if colour.startswith("rgb("):
        channels = [int(part) / 255 for part in colour[4:-1].split(",")]
    else:
        digits = colour.removeprefix("#")
        digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
        channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(
    "rule",
    [
        "a{padding-left:1px}",
        "a{margin-right:0}",
        "a{text-align: right}",
        "a{left: 0}",
        "a{float:left}",
        "a{border-top-left-radius:2px}",
        "a{background-position: left top}",
    ],
)
def test_a_physical_rule_is_found(rule: str) -> None:
    assert physical_rules(rule)


def test_a_logical_rule_is_not_blamed() -> None:
    assert not physical_rules("a{padding-inline-start:1px;text-align:start;inset-inline-end:0} // left: not code")


@pytest.mark.parametrize("path", sorted((STATIC / "scss").glob("**/*.scss")), ids=lambda path: path.name)
def test_our_styles_know_no_left_or_right(path: Path) -> None:
    assert physical_rules(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("theme", THEMES)
def test_a_schools_colour_is_readable_wherever_it_stands(theme: str) -> None:
    house, school = variables(":root"), variables(f"[data-theme={theme}]")
    colour, deep, soft = school["--school"], school["--school-deep"], school["--school-soft"]
    assert contrast(colour, "#fff") >= TEXT_CONTRAST
    assert contrast(colour, house["--paper"]) >= TEXT_CONTRAST
    assert contrast(colour, soft) >= TEXT_CONTRAST
    assert contrast(deep, soft) >= TEXT_CONTRAST
    assert contrast(house["--ink-quiet"], soft) >= TEXT_CONTRAST
    assert contrast(house["--ink"], soft) >= TEXT_CONTRAST


def test_there_is_a_theme_for_each_name_and_no_other() -> None:
    assert tuple(re.findall(r"\[data-theme=([a-z]+)\]\{--school:", css())) == THEMES


def test_the_houses_own_colours_are_readable() -> None:
    house = variables(":root")
    for word, ground in (
        ("--ink", "--paper"),
        ("--ink-quiet", "--paper"),
        ("--ink-quiet", "--sheet"),
        ("--good", "--good-soft"),
        ("--wait", "--wait-soft"),
        ("--warn", "--warn-soft"),
        ("--warn", "--wait-soft"),
        ("--ink-quiet", "--wait-soft"),
        ("--govuk-error-colour", "--paper"),
    ):
        assert contrast(house[word], house[ground]) >= TEXT_CONTRAST, (word, ground)
    assert contrast(house["--govuk-input-border-colour"], house["--paper"]) >= PART_CONTRAST


def test_contrast_is_the_formula_of_wcag() -> None:
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#777777", "rgb(255, 255, 255)") == pytest.approx(4.478, abs=0.001)


def test_names_carry_the_hash_of_the_content_and_text_has_an_equal_gz_beside_it() -> None:
    files = manifest()["files"]
    assert {
        "app.css",
        "app.rtl.css",
        "staff.css",
        "staff.rtl.css",
        "portal.js",
        "icons.svg",
        "pictures.svg",
        "mark.svg",
    } <= files.keys()
    for hashed in files.values():
        content = (BUILD / hashed).read_bytes()
        assert hashlib.sha256(content).hexdigest().startswith(hashed.split(".")[-2]), hashed
        if not hashed.endswith(".woff2"):
            assert gzip.decompress((BUILD / f"{hashed}.gz").read_bytes()) == content


@pytest.mark.parametrize("name", ["app.css", "app.rtl.css"])
def test_a_style_sheet_asks_only_for_what_is_there_and_for_nothing_elsewhere(name: str) -> None:
    names = set(manifest()["files"].values())
    addresses = re.findall(r"url\(([^)]*)\)", built(name).read_text(encoding="utf-8"))
    assert addresses
    assert {address.strip("\"'") for address in addresses} <= names


def test_the_script_imports_a_file_that_is_there() -> None:
    (imported,) = re.findall(r'from "\./([^"]+)"', built("portal.js").read_text(encoding="utf-8"))
    assert imported in manifest()["files"].values()


def test_a_first_visit_is_light() -> None:
    latin = [f"atkinson-hyperlegible-next-latin-{weight}-normal.woff2" for weight in (400, 700)]
    text = [Path(f"{built(name)}.gz").stat().st_size for name in ("app.css", "portal.js", "govuk-frontend.min.js")]
    assert text[0] < 14 * 1024
    assert sum(text) + sum(built(name).stat().st_size for name in latin) < 75 * 1024


def test_the_menu_of_languages_needs_no_whole_font_of_a_script() -> None:
    faces = re.findall(r'@font-face\{font-family:"Language names"[^}]*url\(([^)]+)\)[^}]*unicode-range:([^;}]+)', css())
    covered = {chr(int(code, 16)) for _, ranges in faces for code in re.findall(r"U\+([0-9A-F]+)", ranges)}
    needed = {letter for name in OWN_NAMES for letter in name if ord(letter) > 0xFF}
    assert needed <= covered
    assert sum((BUILD / file).stat().st_size for file, _ in faces) < 10 * 1024


def test_every_picture_a_template_names_exists() -> None:
    known = manifest()["icons"].keys()
    named = {
        name
        for path in TEMPLATES.glob("**/*.html")
        for name in re.findall(r"\b(?:icon|picture)\('([a-z-]+)'", path.read_text(encoding="utf-8"))
    }
    assert {"tick", "star"} <= named
    assert named <= known


def test_pictures_for_pupils_are_all_different_drawings() -> None:
    groups = json.loads((ROOT / "static" / "icons.json").read_text(encoding="utf-8"))
    drawings = [source for names in groups.values() for source in names.values()]
    assert len(drawings) == len(set(drawings)) >= 45


def test_no_page_carries_style_or_script_within() -> None:
    for path in TEMPLATES.glob("**/*.html"):
        if path.parts[len(TEMPLATES.parts)] in {"mail", "pdf"}:
            continue
        text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=\"", text), path
