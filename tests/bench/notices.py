"""A notice to 5,000 families: how long its writer waits for each page, and how long the worker takes for the copies."""

import re
import time
from collections.abc import Callable

from portal.accounts.actions import open_sitting
from portal.app import create_app
from portal.demo.fill import fill
from portal.kernel import clock
from portal.kernel.scope import PortalSession, system
from portal.migrations.metadata import METADATA
from portal.people.rules import Audience
from portal.settings import Settings
from tests.notices.staff import a_draft, actor_of, copies_of, many_families, work

FAMILIES = 5_000
TOKEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')


def measure(name: str, url: str, secrets: dict[str, str], figure: Callable[..., None]) -> None:
    """Prints the figures of one database."""
    site = {**secrets, "DATABASE_URL": url, "BASE_URL": "http://127.0.0.1:8189", "SMTP_URL": "smtp://127.0.0.1:1"}
    app = create_app(Settings.from_environment(site))
    METADATA.create_all(app.extensions["engine"])
    with PortalSession(app.extensions["writing_engine"], scope=system("bench")) as session:
        fill(session, today=clock.today(), pepper=secrets["LETTER_PEPPER"])
        session.commit()
    writer, crowd = actor_of(app, "sendco"), many_families(app, FAMILIES)
    draft = a_draft(app, writer, audience=crowd)
    with PortalSession(app.extensions["writing_engine"], scope=system("bench")) as session:
        about = {"person_id": writer.person_id, "audience": Audience.STAFF, "school_id": writer.school_id}
        token = open_sitting(session, **about, now=clock.now(), how="bench")
        session.commit()
    browser, base = app.test_client(), site["BASE_URL"]
    browser.set_cookie("portal", token, domain="127.0.0.1")
    notice, form = f"/staff/notices/{draft[0]}", {"version": draft[1], "when": "now"}
    pages = {what: f"{notice}/{what}" for what in ("audience", "languages", "check")}
    answers = {what: _asked(lambda path=path: browser.get(path, base_url=base), 200) for what, path in pages.items()}
    token_seen = TOKEN.search(answers["check"][1])
    assert token_seen
    form["csrf_token"] = token_seen[1]
    answers["send"] = _asked(lambda: browser.post(f"{notice}/check", data=form, base_url=base), 303)
    started = time.perf_counter()
    work(app)
    made = time.perf_counter() - started
    assert len(copies_of(app, draft[0])) == FAMILIES
    for what, path in {"followed": notice, "list": "/staff/notices"}.items():
        answers[what] = _asked(lambda path=path: browser.get(path, base_url=base), 200)
    figure(f"notice_slowest_page_{name}", max(spent for spent, _page in answers.values()), "s", 2, at_most=True)
    print(f"# {', '.join(f'{what} {spent:.2f} s' for what, (spent, _page) in answers.items())}")
    print(f"# {FAMILIES} copies and messages put down by the worker in {made:.1f} s")
    app.extensions["engine"].dispose()


def _asked(ask: Callable[[], object], status: int) -> tuple[float, str]:
    started = time.perf_counter()
    answer = ask()
    spent = time.perf_counter() - started
    assert answer.status_code == status, answer.status_code
    return spent, answer.get_data(as_text=True)
