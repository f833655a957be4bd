"""A big school's file must not tie up the server: measured in a process of its own, as it grows from nothing."""

import json
import subprocess
import sys
from pathlib import Path

from tests.intake.make_ctf import write_ctf

CHILDREN, SECONDS, MEGABYTES = 5_000, 10, 100
MEASURE = """
import json, sys, time
from datetime import date
from pathlib import Path
from portal.intake.formats.ctf import read_ctf
from tests.intake.peak import peak_megabytes
began = time.process_time()
file = read_ctf(Path(sys.argv[1]), today=date(2026, 11, 21))
print(json.dumps({
    "pupils": len(file.pupils),
    "refused": len(file.refused),
    "seconds": time.process_time() - began,
    "megabytes": peak_megabytes(),
}))
"""


def test_five_thousand_children_within_time_and_memory(tmp_path: Path) -> None:
    path = write_ctf(tmp_path / "big.xml", CHILDREN)
    assert path.stat().st_size > 20_000_000
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], cwd=root, capture_output=True, text=True, check=True
    )
    figures = json.loads(done.stdout)
    assert (figures["pupils"], figures["refused"]) == (CHILDREN, 0)
    assert figures["seconds"] < SECONDS
    assert figures["megabytes"] < MEGABYTES
