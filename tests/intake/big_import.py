"""Runs one big import in a process of its own and prints what it cost; `test_import_size.py` judges the figures."""

import json
import os
import resource
import sys
import time
from datetime import date
from pathlib import Path

from sqlalchemy import func, select

from portal.demo.fill import fill
from portal.intake.commands import imports
from portal.kernel.db import Base, make_engine
from portal.kernel.scope import PortalSession, system
from portal.people.models import PupilContact


def main(folder: Path, file: Path, urn: str) -> None:
    url = os.environ["DATABASE_URL"]
    engine = make_engine(url).execution_options(write=True)
    Base.metadata.create_all(engine)
    with PortalSession(engine, scope=system("the size of imports")) as session:
        fill(session, today=date.today(), pepper="a pepper for tests only, forty characters")
        session.commit()
    figures = {}
    for name, arguments in {"dry run": ["--dry-run"], "import": [], "again": []}.items():
        if name == "again":
            file.write_bytes(file.read_bytes() + b"\n")
        began = time.perf_counter()
        code = 0
        try:
            imports.main(["ctf", str(file), "--school", urn, *arguments], standalone_mode=False)
        except SystemExit as end:
            code = int(end.code or 0)
        figures[name] = {
            "seconds": time.perf_counter() - began,
            "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "code": code,
        }
    with PortalSession(engine, scope=system("the size of imports")) as session:
        figures["links"] = session.scalar(select(func.count()).select_from(PupilContact))
    print("FIGURES", json.dumps(figures))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
