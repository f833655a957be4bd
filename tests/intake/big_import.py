"""Runs one big import in a process of its own and prints what it cost; `test_import_size.py` judges the figures."""

import json
import os
import sys
import time
from pathlib import Path

from sqlalchemy import func, select

from portal.intake.commands import imports
from portal.kernel.db import Base, make_engine
from portal.kernel.scope import PortalSession, system
from portal.people.models import PupilContact, School, Trust
from portal.people.rules import Phase
from tests.intake.peak import peak_megabytes


def main(file: Path, urn: str) -> None:
    engine = make_engine(os.environ["DATABASE_URL"]).execution_options(write=True)
    Base.metadata.create_all(engine)
    with PortalSession(engine, scope=system("the size of imports")) as session:
        trust = Trust(name="Invented Trust")
        session.add(trust)
        session.flush()
        school = School(trust_id=trust.id, name="Invented School", phase=Phase.PRIMARY, urn=urn, laestab="3304998")
        session.add(school)
        session.commit()
    began = time.process_time()
    for arguments in (["--dry-run"], []):
        imports.main(["ctf", str(file), "--school", urn, *arguments], standalone_mode=False)
    seconds = time.process_time() - began
    with PortalSession(engine, scope=system("the size of imports")) as session:
        links = session.scalar(select(func.count()).select_from(PupilContact).where(PupilContact.source == "ctf"))
    print(json.dumps({"seconds": seconds, "megabytes": peak_megabytes(), "links": links}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
