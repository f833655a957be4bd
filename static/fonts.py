"""Make the fonts that npm's packages lack: TTF for the PDFs, and tiny ones for the language menu.

PDF software reads no woff2. And a menu of eight languages in their own scripts would make every reader download
the whole fonts of scripts they cannot read, so it gets subsets that hold nothing but the names.
"""

from __future__ import annotations

import json
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "node_modules" / "@fontsource"
OUT = ROOT / "static" / "build"
WEIGHTS = (400, 700)

FOR_PDF = (
    ("atkinson-hyperlegible-next", "latin"),
    ("atkinson-hyperlegible-next", "latin-ext"),
    ("noto-sans", "latin"),
    ("noto-sans", "latin-ext"),
    ("noto-sans", "cyrillic"),
    ("noto-sans", "vietnamese"),
    ("noto-sans-arabic", "arabic"),
    ("noto-nastaliq-urdu", "arabic"),
    ("noto-sans-bengali", "bengali"),
    ("noto-sans-gurmukhi", "gurmukhi"),
    ("noto-emoji", "emoji"),
)

# Only what the page's Latin font lacks: "polski" and "Soomaaliga" need nothing, "română" needs one letter.
LANGUAGE_NAMES = (
    ("atkinson-hyperlegible-next", "latin-ext", "ă"),
    ("noto-sans-arabic", "arabic", "اردوالعربية"),
    ("noto-sans-bengali", "bengali", "বাংলা"),
    ("noto-sans-gurmukhi", "gurmukhi", "ਪੰਜਾਬੀ"),
)


def source(package: str, subset: str, weight: int) -> Path:
    """The woff2 file of one subset in one weight."""
    return PACKAGES / package / "files" / f"{package}-{subset}-{weight}-normal.woff2"


def convert_for_pdf(folder: Path) -> int:
    """Write every font of the PDFs as TTF; returns how many."""
    folder.mkdir(parents=True, exist_ok=True)
    for package, subset in FOR_PDF:
        for weight in WEIGHTS:
            path = source(package, subset, weight)
            font = TTFont(path)
            font.flavor = None
            name_after_subset(font, subset)
            font.save(folder / f"{path.stem}.ttf")
    return len(FOR_PDF) * len(WEIGHTS)


def name_after_subset(font: TTFont, subset: str) -> None:
    """Give each subset a family of its own: among files of one family typst takes whichever the disk lists first."""
    for record in font["name"].names:
        if record.nameID in (1, 4, 16):
            record.string = f"{record.toUnicode()} {subset}"


def subset_language_names(folder: Path) -> int:
    """Write a tiny woff2 a script and `faces.json` (file, unicode range) for the style sheet; returns their bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    options = Options()
    options.flavor = "woff2"
    options.layout_features = ["*"]
    faces = []
    for package, subset, letters in LANGUAGE_NAMES:
        font = TTFont(source(package, subset, 400))
        subsetter = Subsetter(options)
        subsetter.populate(text=letters)
        subsetter.subset(font)
        font.flavor = "woff2"
        name = f"language-names-{subset}.woff2"
        font.save(folder / name)
        ranges = ",".join(f"U+{ord(letter):04X}" for letter in sorted(set(letters)))
        faces.append({"file": name, "range": ranges})
    (folder / "faces.json").write_text(json.dumps(faces, indent=1), encoding="utf-8")
    return sum((folder / face["file"]).stat().st_size for face in faces)


if __name__ == "__main__":
    converted = convert_for_pdf(OUT / "fonts-ttf")
    size = subset_language_names(OUT / "language-names")
    print(f"fonts: {converted} for PDFs, {size} bytes for the language menu")
