"""What several tests of records need."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def read_pdf(tmp_path: Path) -> Callable[[bytes], str]:
    """The words of a PDF, as a reader's own software finds them, white space folded."""

    def words(pdf: bytes) -> str:
        file = tmp_path / "document.pdf"
        file.write_bytes(pdf)
        found = subprocess.run(["pdftotext", "-layout", str(file), "-"], check=True, capture_output=True)
        return " ".join(found.stdout.decode().split())

    return words
