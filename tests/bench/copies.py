"""How long the copies to keep take: the record of a meeting with 60 statements, in every language, warm."""

import time
from collections.abc import Callable
from pathlib import Path

from portal.kernel.scope import PortalSession, system
from portal.people.rules import Readers, Side
from portal.web.i18n import LANGUAGES
from tests import conftest
from tests.records.writing import Meeting

STATEMENTS = 60


def measure(folder: Path, figure: Callable[..., None]) -> None:
    """The slowest language of a record with 60 statements, in seconds."""
    url = f"sqlite:///{folder / 'copies.sqlite3'}"
    conftest._fill(url)
    app = conftest._app(url, folder)
    with PortalSession(app.extensions["writing_engine"], scope=system("bench")) as session:
        meeting = Meeting(session, conftest.read_ids(app.extensions["engine"]))
        teacher, parent = (conftest.sign_in(app, slug) for slug in ("class-teacher", "parent"))
        teacher.post(meeting.path)
        for number in range(STATEMENTS):
            words = f"Statement {number}. " * 20
            meeting.say(f"s{number}", "parent", Side.PARENT, Readers.FAMILY, f"q{number}", text=words)
            meeting.take(teacher, f"s{number}")
        meeting.share(teacher)
        took = {}
        for tag in LANGUAGES:  # the card makes the language warm; each record is set once, for the typesetter remembers
            parent.get(f"{meeting.family_path}/card.pdf?lang={tag}")
            started = time.perf_counter()
            assert parent.get(f"{meeting.family_path}/copy.pdf?lang={tag}").data.startswith(b"%PDF")
            took[tag] = time.perf_counter() - started
    slowest = max(took, key=lambda tag: took[tag])
    figure(f"pdf_record_{slowest}_slowest_of_{len(took)}", took[slowest], "s", 1, at_most=True)
