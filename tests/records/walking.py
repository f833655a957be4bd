"""Every page and file of the portal, for every child that has tokens, as text in which tokens can be looked for."""

import html
import itertools
import re
import subprocess

from flask.testing import FlaskClient
from sqlalchemy import select

from portal.concerns.models import Concern
from portal.contributions.models import Disclosure, Statement, WantedCall
from portal.kernel.scope import PortalSession, system
from portal.people.models import Person, StaffRole
from portal.people.rules import Audience
from portal.profiles.models import PlanVersion
from portal.profiles.models_sharing import PlanSharing
from portal.records.models import Action, NotHappening, Record, RecordEntry
from tests.access.matrix import GET, PERSONAS
from tests.conftest import _signed_in, sign_in
from tests.pages import RAW_TOKEN, ReadingClient
from tests.records.markers import GRANDMOTHER

BASE = "http://127.0.0.1:8000"
NEXT_DOOR = "Sukhdeep Gill"  # teaches another class of Zara's school
# adults whom no persona stands for, with a persona whose kind of account they have
LIKE = {GRANDMOTHER: ("parent", Audience.FAMILY), NEXT_DOOR: ("class-teacher", Audience.STAFF)}
ROWS_OF = {
    "statement_id": Statement,
    "entry_id": RecordEntry,
    "action_id": Action,
    "told_id": Disclosure,
    "said_id": NotHappening,
    "call_id": WantedCall,
    "concern_id": Concern,
    "sharing_id": PlanSharing,
}
ANSWERED = ("progress", "admire", "support")
# not walked, and why no word about a child can stand there
TELLS_NOTHING = {
    "static": "files that are the same for everybody",
    "healthz": "one line about the database",
    "demo.personas": "the demo alone: the names of its people",
    "demo_messages.messages": "the demo alone: mails, whose words are looked through where they are sent",
}
# pages that only a review of a round has: they are walked for the review in which Zara's family chooses a time, too
OF_A_ROUND = {
    *("gate.child", "gate.book", "gate.cancel", "gate.answer", "family_meetings.time", "family_answers.wishes"),
    *("family_answers.cancel", "calendar.meeting_file"),
}
IN_POLISH = {"pack.family", "pack.staff", "family_records.record", "staff_records.record", "sharing.read"}


class Walker(ReadingClient):
    """Signs its forms as the reading client does, always with the same proof, and leaves the reading to others."""

    def open(self, *args, **kwargs):
        return FlaskClient.open(self, *args, **{"base_url": BASE, **kwargs})


def client_of(app, who):
    """A client that is signed in as a persona, as one of those above, or not at all."""
    client = _somebody(app, who)
    with client.session_transaction(base_url=BASE) as session:
        session["csrf_token"] = RAW_TOKEN
    return client


def _somebody(app, who):
    if who == "nobody":
        return app.test_client()
    if who not in LIKE:
        return sign_in(app, who)
    with PortalSession(app.extensions["engine"], scope=system("test"), read_only=True) as session:
        person = session.scalars(select(Person.id).where(Person.full_name == who)).one()
        school = session.scalars(select(StaffRole.school_id).where(StaffRole.person_id == person)).first()
    return _signed_in(app, person, LIKE[who][1], school)


def addresses(app, marks, values, *, astray=True):
    """(endpoint, address) of every page, for every child, each of its reviews and each row that has a page; `astray`:
    also each row under a review that is not its own."""
    urls, own = app.url_map.bind("127.0.0.1:8000"), {} if astray else _reviews_of_rows(marks)
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint in TELLS_NOTHING:
            continue
        everything = {None: [*itertools.chain.from_iterable(marks.reviews.values())]}
        children = marks.reviews if "pupil_id" in rule.arguments else everything
        for pupil_id, reviews in children.items():
            choices = {name: _choices(marks, values, rule, name, pupil_id, reviews) for name in sorted(rule.arguments)}
            for chosen in itertools.product(*choices.values()):
                if len({own[part] for part in chosen if part in own}) > 1:
                    continue
                address = urls.build(rule.endpoint, dict(zip(choices, chosen, strict=True)))
                yield rule.endpoint, address
                if rule.endpoint in IN_POLISH:
                    yield rule.endpoint, f"{address}?lang=pl"


def _reviews_of_rows(marks):
    """The review of each row and of each review itself, by id."""
    reviews = {record.id: record.review_id for record in marks.rows[Record]}
    own = {review_id: review_id for ours in marks.reviews.values() for review_id in ours}
    own |= {row.id: row.review_id for kind in (Statement, Action, WantedCall) for row in marks.rows[kind]}
    return own | {line.id: reviews[line.record_id] for line in marks.rows[RecordEntry]}


def _choices(marks, values, rule, name, pupil_id, reviews):
    known, versions = values
    if name == "pupil_id":
        return [pupil_id]
    if name == "review_id":
        of_zara = rule.endpoint in OF_A_ROUND and pupil_id == known["pupil_id"]
        return [*reviews, known[name]] if of_zara else reviews
    if name == "version_id":
        drafts = [row.id for row in marks.rows.get(PlanVersion, ()) if row.pupil_id == pupil_id]
        return [versions.get(rule.endpoint, versions["default"]), *drafts]
    if name == "topic":
        return ANSWERED
    if name in ROWS_OF:
        rows = [row.id for row in marks.rows.get(ROWS_OF[name], ()) if pupil_id in {None, row.pupil_id}]
        if rows:
            return rows
    return [known.get((rule.endpoint, name), known[name])]


def pages(app, who, found_at):
    """What a persona is answered at every address, as (address, text), and what they get for pressing a button. Where
    the table of tests/access says that an account like theirs is turned away, one address of the kind is enough."""
    client, column = client_of(app, who), PERSONAS.index(LIKE[who][0] if who in LIKE else who)
    turned_away = set()
    for endpoint, path in found_at:
        if endpoint in turned_away:
            continue
        if GET.get(endpoint, "A" * len(PERSONAS))[column] in "SX":
            turned_away.add(endpoint)
        answer = client.get(path)
        client.delete_cookie("language", domain="127.0.0.1")  # one page in Polish, not all that follow
        assert answer.status_code < 500, f"{path} as {who}: {answer.status_code}"
        yield path, text_of(answer)
    figures = client.post("/staff/figures.csv")
    yield "/staff/figures.csv", text_of(figures)
    feed = re.search(r"/calendar/[^\"<]+\.ics", client.post("/my-calendar/new").get_data(as_text=True))
    if feed:
        yield "their own calendar", text_of(app.test_client().get(feed[0]))


def text_of(answer):
    """The words of a page, a document, a calendar or a table, and of the headers that came with it."""
    headers = " ".join(value for name, value in answer.headers if name != "Content-Length")
    if answer.mimetype == "application/pdf":
        found = subprocess.run(["pdftotext", "-", "-"], input=answer.data, capture_output=True, check=True)
        return headers + found.stdout.decode()
    body = answer.data.decode(errors="replace")
    if answer.mimetype == "text/calendar":
        return headers + body.replace("\r\n ", "")
    return headers + html.unescape(body)
