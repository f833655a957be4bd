"""A file of 5,000 children is shown and brought in within 60 seconds and 300 MB, both together."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.intake.make_ctf import write_ctf

CHILDREN, SECONDS, MEGABYTES = 5_000, 60, 300


def test_five_thousand_children_are_brought_in_within_time_and_memory(tmp_path: Path) -> None:
    file = write_ctf(tmp_path / "big.xml", CHILDREN)
    settings = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'school.sqlite3'}",
        "SECRET_KEY": "a secret key of a test, forty characters or more",
        "LETTER_PEPPER": "a pepper of a test, forty characters or more",
        "BASE_URL": "http://127.0.0.1:8000",
        "SMTP_URL": "smtp://127.0.0.1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.intake.big_import", str(file), "100001"],
        cwd=Path(__file__).parents[2],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=True,
    )
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["links"] == 2 * CHILDREN
    assert figures["seconds"] < SECONDS
    assert figures["megabytes"] < MEGABYTES
