"""Sets words in a tagged PDF (PDF/UA-1), so that no typed text can steer, break or run off the page.

Typst refuses a whole PDF/UA document for one character that no font can draw. So every string is cut down to what
the fonts cover before it is set, and text reaches the templates as JSON only: it is shown, never evaluated.
"""

import io
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from pathlib import Path

import segno
import structlog
import typst
from fontTools.ttLib import TTFont

from portal.paths import STATIC, TEMPLATES
from portal.web.i18n import Language

log = structlog.get_logger()

FONTS_FOLDER = STATIC / "build" / "fonts-ttf"
_TEMPLATES_FOLDER = TEMPLATES / "pdf"

_READING_ORDER = (b"/DisplayDocTitle true/Direction/R2L", b"/DisplayDocTitle true/Direction/L2R")
_JOINERS = frozenset("\u200c\u200d")
_DIRECTION_MARKS = frozenset("\u061c\u200e\u200f")
_NEVER_DRAWN = frozenset({"Cc", "Cf", "Co", "Cs"})
_NEW_LINE = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_MANY_NEW_LINES = re.compile(r"\n(?:[^\S\n]*\n){2,}")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_GROUPS_OF_DIGITS = re.compile(r"\+?\d+(?:[ /-]+\d+)+")
_LONGEST_CLUSTER = 8


class DocumentError(RuntimeError):
    """No PDF could be made; it names the template only, for the engine's own message quotes what people wrote."""


@dataclass(frozen=True, slots=True, eq=False)
class Typefaces:
    """The fonts of one folder, what each file can draw, and the sign for what none can."""

    fonts: typst.Fonts
    coverage: tuple[frozenset[str], ...]
    box: str

    def can_draw(self, cluster: str) -> bool:
        """Whether one single file has all of it: a letter and its marks are never set from two fonts."""
        return any(file.issuperset(cluster) for file in self.coverage)


@cache
def typefaces(folder: Path) -> Typefaces:
    """Read once per process; raises FileNotFoundError while the assets are not built."""
    coverage = {_covered_by(file) for file in sorted(folder.glob("*.ttf"))}
    if not coverage:
        raise FileNotFoundError(f"no fonts in {folder}: build the assets first")
    box = next(sign for sign in "\ufffd\u25a1?" if any(sign in file for file in coverage))
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
    return Typefaces(fonts, tuple(coverage), box)


def _covered_by(file: Path) -> frozenset[str]:
    with TTFont(file, lazy=True) as font:
        drawn = set(map(chr, font.getBestCmap()))
    joiners = drawn & _JOINERS
    return frozenset({c for c in drawn if unicodedata.category(c) not in _NEVER_DRAWN} | joiners | _DIRECTION_MARKS)


def qr_svg(url: str) -> bytes:
    """A QR code as SVG; a secret belongs in the fragment of `url`, which no server ever sees."""
    picture = io.BytesIO()
    segno.make(url, error="m", micro=False).save(picture, kind="svg", border=0, xmldecl=False, dark="#000")
    return picture.getvalue()


def render(
    template: str,
    data: Mapping[str, object],
    *,
    language: Language,
    title: str,
    fonts_folder: Path = FONTS_FOLDER,
) -> bytes:
    """The PDF of `templates/pdf/<template>.typ`, whose head describes the shape of `data`.

    Values are str, int, float, bool, None, sequences and mappings of these, and bytes: an SVG picture we drew.
    Raises DocumentError, without a word of the text, when nothing helps.
    """
    faces = typefaces(fonts_folder)
    tag, _, region = language.html_tag.partition("-")
    head = {"title": title, "lang": tag, "region": region, "dir": language.direction}
    for clean in (_covered, _unmarked):
        words = partial(clean, faces)
        inputs = {"document": json.dumps(_cleaned(head, words)), "data": json.dumps(_cleaned(data, words))}
        try:
            pdf = typst.compile(
                _TEMPLATES_FOLDER / f"{template}.typ",
                root=_TEMPLATES_FOLDER,
                font_paths=faces.fonts,
                sys_inputs=inputs,
                pdf_standards=["ua-1"],
            )
            # Typst takes all Punjabi for right-to-left; ours is in Gurmukhi. As many bytes, so no offset moves.
            return pdf.replace(*_READING_ORDER) if language.direction == "ltr" else pdf
        except typst.TypstError as error:
            log.warning("pdf.refused", template=template, cleaned=clean.__name__, kind=type(error).__name__)
    raise DocumentError(template)


def _cleaned(value: object, clean: Callable[[str], str]) -> object:
    match value:
        case str():
            return clean(value)
        case bytes():
            return value.decode("ascii")
        case Mapping():
            return {key: _cleaned(inner, clean) for key, inner in value.items()}
        case Sequence():
            return [_cleaned(inner, clean) for inner in value]
    return value


def _covered(faces: Typefaces, text: str) -> str:
    """The text with what the fonts cannot draw replaced.

    Digits in groups, such as telephone numbers, are isolated: amid Urdu or Arabic the groups would change places.
    """
    text = _MANY_NEW_LINES.sub("\n\n", _NEW_LINE.sub("\n", text))
    drawn = "".join(_drawn(faces, cluster) for cluster in _clusters(unicodedata.normalize("NFC", text)))
    if _RIGHT_TO_LEFT.search(drawn):
        drawn = _GROUPS_OF_DIGITS.sub("\u2066\\g<0>\u2069", drawn)
    return drawn


def _unmarked(faces: Typefaces, text: str) -> str:
    """As covered, but a letter keeps only the marks of its own script: two fonts may share what neither has whole."""
    return "".join(
        cluster if len({_script(sign) for sign in cluster if sign not in _JOINERS}) == 1 else cluster[0]
        for cluster in _clusters(_covered(faces, text))
        if cluster not in _DIRECTION_MARKS
    )


@lru_cache(maxsize=8192)
def _drawn(faces: Typefaces, cluster: str) -> str:
    if cluster == "\n" or faces.can_draw(cluster):
        return cluster
    if cluster.isspace():
        return " "
    if unicodedata.category(cluster[0]) in {"Cc", "Cf", "Cs"}:
        return ""
    alike = unicodedata.normalize("NFKC", cluster)
    bare = unicodedata.normalize("NFKD", cluster)[0]
    return next((form for form in (alike, cluster[0], bare) if faces.can_draw(form)), faces.box)


def _clusters(text: str) -> Iterator[str]:
    """Letters with the marks and joiners that follow them; a tower of marks is cut."""
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or not (text[end] in _JOINERS or unicodedata.category(text[end]).startswith("M")):
            yield text[start : min(end, start + _LONGEST_CLUSTER)]
            start = end


def _script(sign: str) -> str:
    return unicodedata.name(sign, "").partition(" ")[0]
