"""The letters that the office prints: every language, one code for one adult, and nothing about why."""

import subprocess
from datetime import UTC, datetime

import pytest

from portal.accounts.actions_print import NewBatch, NewLetter
from portal.accounts.letters import letters_pdf
from portal.accounts.queries_letters import Sender
from portal.web.i18n import LANGUAGES

SENDER = Sender("Hazel Lane Primary School", ("Hazel Lane", "Birmingham"), "0121 496 0210", "forest")


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_letter_in_each_language(sqlite_app, tmp_path, tag):
    letters = tuple(NewLetter(f"Parent {n}", f"AB{n}-4F7K-9Q2M", datetime(2026, 12, 19, tzinfo=UTC)) for n in range(3))
    pdf = tmp_path / "letters.pdf"
    pdf.write_bytes(letters_pdf(NewBatch("RUN1", tag, letters), sender=SENDER, base_url="https://portal.example"))
    words = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    for letter in letters:
        assert letter.code in words
    assert words.count("\f") == len(letters), "each letter is one page"
    for tell in ("SEND", "SEN ", "special", "needs"):
        assert tell not in words
