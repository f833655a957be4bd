"""What the office types in stands in the adult's name, is marked, and can be corrected; calls come off their list."""

import re
import uuid

import pytest
from sqlalchemy import select

from portal.contributions.actions_say import Answer, keep
from portal.contributions.models import WantedCall
from portal.contributions.queries_pack import voices
from portal.contributions.rules import How
from portal.delivery.mail import write as compose
from portal.kernel import clock
from portal.kernel.audit import AuditEvent
from portal.kernel.errors import NotAllowed
from portal.kernel.outbox import OutboxItem
from portal.kernel.scope import ScopeError
from portal.meetings.queries_mail import kinds
from portal.meetings.rules_messages import Message
from portal.people.actor import Actor
from portal.people.models import PupilContact
from portal.people.rules import Audience, ContactKind, ContactState, PortalAccess, Restriction, Role, Side
from portal.reviews.models import Review
from portal.reviews.rules import Stage
from tests.access.test_words_for_readers import session_of
from tests.contributions.saying import contributions, look, new_review, page, path_of, statements, write
from tests.meetings.family import set_link
from tests.pages import parse, words

ARABIC = "هي سعيدة <i>جدا</i> 🙂"


@pytest.fixture
def review(app, ids, system_session):
    return new_review(system_session, ids)


@pytest.fixture
def office(as_persona):
    return as_persona("office")


def paper(ids, review, slug="second-parent", how="paper", child="Zara"):
    return f"/staff/children/{ids.pupil(child)}/reviews/{review}/paper/{ids.person(slug)}/{how}"


def type_in(client, path, **texts):
    form = parse(client.get(path))
    data = {f.get("name"): f.get("value", "") for f in form.xpath("//main//input[starts-with(@name, 'version_')]")}
    data |= {f.get("name"): f.text_content().removeprefix("\n") for f in form.xpath("//main//textarea")}
    data |= {"language": "ar", "readers": "teachers"}
    return client.post(path, data={**data, **texts})


def test_paper_is_typed_in_marked_and_corrected(app, ids, review, office, as_persona, system_session):
    path, here = paper(ids, review), path_of(ids, review)
    assert type_in(office, path, text_admire=ARABIC, text_working="Reading").status_code == 303
    assert page(as_persona("sendco"), path.rsplit("/", 2)[0]).count("Typed in on") == 1, "nobody types it in again"
    rows = statements(system_session, review)
    assert {(row.author_id, row.written_by, row.readers, row.language) for row in rows} == {
        (ids.person("second-parent"), ids.person("office"), "teachers", "ar")
    }
    assert all(row.sent_at for row in rows)
    assert [each.how for each in contributions(system_session, review)] == ["paper"]
    for form in (paper(ids, review, "parent"), paper(ids, review, how="phone")):
        assert ARABIC not in page(office, form), "it is this adult's, said in this way"
    assert look(system_session, select(Review).where(Review.id == review))[0].family_views_at
    parent = as_persona("second-parent")
    for shown in (here, f"{here}/answer/admire", f"{here}/check"):
        text = page(parent, shown)
        assert "Typed in from paper by school" in text
        assert ARABIC in text
    assert ARABIC not in page(as_persona("parent"), here)
    (box,) = parse(parent.get(f"{here}/answer/admire?correct=1")).xpath("//main//textarea")
    assert box.text_content().removeprefix("\n") == ARABIC
    write(parent, f"{here}/answer/admire", "She is happy and loud", version="0")
    assert [row.current for row in statements(system_session, review) if row.question == "admire"] == [True, True]
    parent.post(f"{here}/check")
    counting = {
        (row.text, row.written_by == row.author_id) for row in statements(system_session, review) if row.current
    }
    assert counting == {("She is happy and loud", True), ("Reading", False)}
    assert "They have written something newer themselves." in page(office, path)
    assert ARABIC not in page(office, path)


def test_the_sendco_reads_who_said_it_and_how(app, ids, review, office):
    type_in(office, paper(ids, review, how="phone"), text_admire="On the phone")
    facts = {"school_id": ids.school_of("Zara"), "roles": frozenset({Role.SENDCO})}
    with session_of(app, ids, "sendco", Audience.STAFF, **facts) as session:
        (voice,) = voices(session, review_id=review)
    assert (voice.how, [line.text for line in voice.statements]) == ("phone", ["On the phone"])


def test_it_costs_few_statements_and_typing_twice_is_once(app, ids, review, office, counting, system_session):
    path = paper(ids, review)
    type_in(office, path, text_admire="One")
    assert type_in(office, path).status_code == 303
    assert [(row.number, row.text) for row in statements(system_session, review)] == [(1, "One")]
    events = select(AuditEvent).where(AuditEvent.subject_id == review, AuditEvent.action == "sent views for a review")
    assert len(look(system_session, events)) == 1
    for address in (path, path.rsplit("/", 2)[0], "/staff/views/calls"):
        counting.statements.clear()
        assert office.get(address).status_code == 200
        assert len(counting) <= 8, (address, counting.statements)
    more = {"text_admire": "Two", "version_admire": "1000001", "text_working": "More", "version_working": "0"}
    counting.statements.clear()
    assert office.post(path, data={**more, "language": "en", "readers": "teachers"}).status_code == 303
    assert len(counting) <= 12, counting.statements  # kept and sent in one, however many answers there are
    first = {"text_admire": "Said", "version_admire": "0", "language": "en", "readers": "family"}
    counting.statements.clear()
    assert office.post(paper(ids, review, slug="parent", how="phone"), data=first).status_code == 303
    assert len(counting) <= 12, counting.statements


def test_the_adult_learns_that_something_was_typed_in_for_them(app, ids, review, office, as_persona, system_session):
    parent, path = as_persona("second-parent"), paper(ids, review)
    type_in(office, path, text_admire="ON PAPER")
    type_in(office, path)  # nothing new, no word
    (item,) = look(system_session, select(OutboxItem).where(OutboxItem.kind == Message.TYPED_IN))
    assert item.person_id == ids.person("second-parent")
    envelope = kinds(base_url="https://portal.example", reachable=frozenset({ContactKind.EMAIL}))[item.kind].prepare(
        system_session, item, clock.now()
    )
    mail = compose(item.id, item.kind, envelope, now=clock.now())
    system_session.rollback()
    assert "There is something new for you" in mail.text
    for secret in ("Zara", "PAPER", "review"):
        assert secret not in mail.subject + mail.text
    note = parse(parent.get("/messages?lang=en")).xpath("//main//a[contains(., 'School typed in what you told us')]")
    assert [link.get("href") for link in note] == [path_of(ids, review)]
    assert "School typed in" not in words(as_persona("parent").get("/messages?lang=en"))


def test_two_windows_of_the_office_lose_nothing(app, ids, review, office, system_session):
    path = paper(ids, review)
    old = {f"version_{key}": "0" for key in ("admire", "working")}
    assert type_in(office, path, text_admire="From one window").status_code == 303
    stale = office.post(
        f"{path}?lang=en", data={**old, "text_admire": "From the other", "language": "en", "readers": "teachers"}
    )
    assert stale.status_code == 409
    assert "From one window" in words(stale)
    assert "From the other" in [box.text_content().removeprefix("\n") for box in parse(stale).xpath("//main//textarea")]
    assert [row.text for row in statements(system_session, review)] == ["From one window"]


def test_a_parent_who_wrote_keeps_their_words_beside_the_paper(app, ids, review, office, as_persona, system_session):
    here, parent = path_of(ids, review), as_persona("second-parent")
    write(parent, f"{here}/answer/admire", "Mine")
    parent.post(f"{here}/check")
    type_in(office, paper(ids, review), text_admire="On paper")
    assert {row.text for row in statements(system_session, review) if row.current} == {"Mine", "On paper"}
    text = page(parent, here)
    assert "Mine" in text
    assert "On paper" in text
    assert "Mine" not in page(office, paper(ids, review)), "the office reads what it typed in itself"


def test_for_an_adult_without_an_account_and_for_nobody_else(app, ids, review, office, system_session):
    link = system_session.scalars(
        select(PupilContact).where(
            PupilContact.pupil_id == ids.pupil("Zara"), PupilContact.adult_id == ids.person("second-parent")
        )
    ).one()
    link.access, link.state = PortalAccess.NONE, ContactState.CONFIRMED
    system_session.commit()
    adults = f"/staff/children/{ids.pupil('Zara')}/reviews/{review}/paper"
    assert "Does not use the portal" in page(office, adults)
    assert type_in(office, paper(ids, review), text_admire="By hand").status_code == 303
    for path in (
        paper(ids, review, "parent-of-two"),
        paper(ids, review, "parent-barred"),
        paper(ids, review, how="self"),
        paper(ids, review, "class-teacher"),
    ):
        assert office.get(path).status_code == 404, path
        data = {"text_admire": "x", "language": "en", "readers": "teachers"}
        assert office.post(path, data=data).status_code == 404, path
    assert ids.person("parent-of-two") not in {row.author_id for row in statements(system_session, review)}


def test_another_school_and_a_finished_review(app, ids, review, office, as_persona, system_session):
    path = paper(ids, review)
    assert as_persona("sendco-other-school").get(path).status_code == 404
    assert as_persona("class-teacher").get(path).status_code == 403
    system_session.get_one(Review, review).stage = Stage.CLOSED
    system_session.commit()
    answer = type_in(office, path, text_admire=ARABIC)
    assert answer.status_code == 409
    assert ARABIC in [box.text for box in parse(answer).xpath("//main//textarea")]
    assert statements(system_session, review) == []


def test_who_wants_a_call_is_on_the_list_until_somebody_rang(app, ids, review, office, as_persona, system_session):
    as_persona("second-parent").post(f"{path_of(ids, review)}/call", data={"words": "MARK-CALL after three"})
    mine = select(WantedCall).where(WantedCall.review_id == review)
    for slug in ("office", "sendco"):
        text = page(as_persona(slug), "/staff/views/calls")
        assert "MARK-CALL after three" in text
    assert "MARK-CALL" not in page(as_persona("sendco-other-school"), "/staff/views/calls")
    for slug, told in (("office", 1), ("sendco", 1), ("headteacher", 0), ("class-teacher", 0)):
        front = parse(as_persona(slug).get("/staff"))
        assert len(front.xpath("//ul[@class='tasks']//a[@href='/staff/views/calls']")) == told, slug
    done = f"/staff/views/calls/{look(system_session, mine)[0].id}"
    assert as_persona("sendco-other-school").post(done).status_code == 404
    assert office.post(done).status_code == office.post(done).status_code == 303
    assert look(system_session, mine)[0].called_by == ids.person("office")
    assert "MARK-CALL" not in page(office, "/staff/views/calls")
    as_persona("second-parent").post(f"{path_of(ids, review)}/call", data={"words": "MARK-CALL again"})
    assert "MARK-CALL again" in page(office, "/staff/views/calls")


def wait_for_a_call(client):
    """How many parents the front page counts; the demo's own are among them."""
    found = re.search(r"(\d+) parents? would rather talk", page(client, "/staff"))
    return int(found[1]) if found else 0


def test_an_order_takes_an_adult_off_the_list(app, ids, review, office, as_persona, system_session):
    as_persona("second-parent").post(f"{path_of(ids, review)}/call", data={"words": "MARK-CALL"})
    assert "MARK-CALL" in page(office, "/staff/views/calls")
    assert (waiting := wait_for_a_call(office)) >= 1
    order = {
        "restricted_from": clock.today(),
        "order_seen_by": ids.person("sendco"),
        "restriction": Restriction.NO_CONTACT,
    }
    set_link(system_session, ids, "second-parent", **order)
    assert "MARK-CALL" not in page(office, "/staff/views/calls")
    assert wait_for_a_call(office) == waiting - 1


def test_nobody_speaks_as_somebody_else(app, ids, review):
    words_of_another = {
        "pupil_id": ids.pupil("Zara"), "review_id": review, "author_id": ids.person("parent"), "side": Side.PARENT,
        "answers": {"admire": Answer(text="x")}, "now": clock.now(),
    }  # fmt: skip
    facts = {"school_id": ids.school_of("Zara"), "roles": frozenset({Role.SENDCO})}
    with session_of(app, ids, "sendco", Audience.STAFF, **facts) as session, pytest.raises(NotAllowed):
        keep(session, actor=someone(ids, "sendco", Audience.STAFF), how=How.SELF, **words_of_another)
    with session_of(app, ids, "second-parent") as session, pytest.raises(ScopeError):
        keep(session, actor=someone(ids, "second-parent"), how=How.PAPER, **words_of_another)


def someone(ids, slug, audience=Audience.FAMILY):
    return Actor(
        person_id=ids.person(slug), sitting_id=uuid.uuid4(), name=slug, audience=audience, language="en",
        trust_id=uuid.uuid4(),
    )  # fmt: skip
