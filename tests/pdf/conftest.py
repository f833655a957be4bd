"""The fonts of the PDFs: those of the build, or the same conversion made for this run."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.paths import ROOT
from portal.web.pdf import FONTS_FOLDER

ReadPdf = Callable[[bytes], str]


@pytest.fixture(scope="session")
def fonts_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the TTF files are."""
    if any(FONTS_FOLDER.glob("*.ttf")):
        return FONTS_FOLDER
    folder = tmp_path_factory.mktemp("fonts")
    convert = "import sys; from pathlib import Path; import fonts; fonts.convert_for_pdf(Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", convert, str(folder)], cwd=ROOT / "static", check=True)
    return folder


@pytest.fixture
def read(tmp_path: Path) -> ReadPdf:
    """The words of a PDF, as a reader's own software finds them."""

    def words(pdf: bytes) -> str:
        file = tmp_path / "document.pdf"
        file.write_bytes(pdf)
        found = subprocess.run(["pdftotext", "-layout", str(file), "-"], check=True, capture_output=True)
        return found.stdout.decode()

    return words
