"""Every page and file of the portal, for every child that has tokens, as text in which tokens can be looked for."""

import html
import itertools
import subprocess

from sqlalchemy import select

from portal.contributions.models import Disclosure, Statement, WantedCall
from portal.people.models import Person
from portal.people.rules import Audience
from portal.records.models import Action, NotHappening, RecordEntry
from tests.access.matrix import GET, PERSONAS
from tests.conftest import _signed_in, sign_in
from tests.records.markers import GRANDMOTHER

BASE = "http://127.0.0.1:8000"
ROWS_OF = {
    "statement_id": Statement,
    "entry_id": RecordEntry,
    "action_id": Action,
    "told_id": Disclosure,
    "said_id": NotHappening,
    "call_id": WantedCall,
}
ANSWERED = ("progress", "admire", "support")
TELLS_NOTHING = {"static", "healthz"}


def client_of(app, session, who):
    """A client that is signed in as a persona, as the grandmother, or not at all."""
    if who == "nobody":
        return app.test_client()
    if who == GRANDMOTHER:
        person = session.scalars(select(Person.id).where(Person.full_name == GRANDMOTHER)).one()
        session.rollback()
        return _signed_in(app, person, Audience.FAMILY, None)
    return sign_in(app, who)


def addresses(app, marks, values):
    """(endpoint, address) of every page, for every child, each of its reviews and each row that has a page."""
    urls = app.url_map.bind("127.0.0.1:8000")
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint in TELLS_NOTHING:
            continue
        everything = {None: [*itertools.chain.from_iterable(marks.reviews.values())]}
        children = marks.reviews if "pupil_id" in rule.arguments else everything
        for pupil_id, reviews in children.items():
            choices = {name: _choices(marks, values, rule, name, pupil_id, reviews) for name in sorted(rule.arguments)}
            for chosen in itertools.product(*choices.values()):
                yield rule.endpoint, urls.build(rule.endpoint, dict(zip(choices, chosen, strict=True)))


def _choices(marks, values, rule, name, pupil_id, reviews):
    known, versions = values
    if name == "pupil_id":
        return [pupil_id]
    if name == "review_id":
        return reviews
    if name == "version_id":
        return [versions.get(rule.endpoint, versions["default"])]
    if name == "topic":
        return ANSWERED
    if name in ROWS_OF:
        rows = [row.id for row in marks.rows.get(ROWS_OF[name], ()) if pupil_id in {None, row.pupil_id}]
        if rows:
            return rows
    return [known.get((rule.endpoint, name), known[name])]


def pages(app, marks, who, found_at):
    """What a persona is answered at every address, as (address, text). Where the table of tests/access says that an
    account like theirs is turned away, one address of the kind is enough."""
    client, column = client_of(app, marks.session, who), PERSONAS.index("parent" if who == GRANDMOTHER else who)
    turned_away = set()
    for endpoint, path in found_at:
        if endpoint in turned_away:
            continue
        if GET.get(endpoint, "A" * len(PERSONAS))[column] in "SX":
            turned_away.add(endpoint)
        answer = client.get(path, base_url=BASE)
        assert answer.status_code < 500, f"{path} as {who}: {answer.status_code}"
        yield path, text_of(answer)


def text_of(answer):
    """The words of a page, a document, a calendar or a table, and of the headers that came with it."""
    headers = " ".join(value for _name, value in answer.headers)
    if answer.mimetype == "application/pdf":
        found = subprocess.run(["pdftotext", "-", "-"], input=answer.data, capture_output=True, check=True)
        return headers + found.stdout.decode()
    body = answer.data.decode(errors="replace")
    if answer.mimetype == "text/calendar":
        return headers + body.replace("\r\n ", "")
    return headers + html.unescape(body)
