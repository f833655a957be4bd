"""One child and everybody around it, with nothing asked yet."""

import subprocess

import pytest

from tests.concerns.asking import Asking


@pytest.fixture
def asking(app, system_session, ids, as_persona):
    return Asking(system_session, ids, as_persona)


@pytest.fixture
def read_pdf(tmp_path):
    """The words of a PDF, white space folded."""

    def words(pdf):
        file = tmp_path / "document.pdf"
        file.write_bytes(pdf)
        found = subprocess.run(["pdftotext", "-layout", str(file), "-"], check=True, capture_output=True)
        return " ".join(found.stdout.decode().split())

    return words
