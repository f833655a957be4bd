"""Staff say in two minutes how things stand, and advice is asked of them by a day."""

import uuid
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import select

from portal.contributions.models import AdviceRequest, Statement
from portal.contributions.rules_staff import about_target, advice_due, check_advice_day, is_advice_late, thread_of
from portal.kernel import clock
from portal.kernel.audit import AuditEvent
from portal.kernel.clock import LONDON
from portal.kernel.errors import Invalid
from portal.kernel.scope import PortalSession, system
from portal.profiles.models import PlanVersion, Target
from portal.reviews.models import Review, ReviewStep
from portal.reviews.rules import ReviewKind, Stage
from tests.conftest import ALL_PERSONAS
from tests.contributions.said import a_review
from tests.pages import parse, words

WRITERS = ("class-teacher", "teaching-assistant", "sendco")
MEETS = date(2026, 11, 20)


@pytest.fixture
def review(ids, system_session):
    """A review of Zara's that the family is invited to, about which nobody has said anything."""
    row = a_review(system_session, ids)
    system_session.commit()
    return row.id


@pytest.fixture
def look(request, ids):
    """Reads rows in a session of its own, which lets go at once."""
    name = "app" if "app" in request.fixturenames else "sqlite_app"
    app = request.getfixturevalue(name)

    def rows(statement):
        with PortalSession(app.extensions["engine"], scope=system("looking"), read_only=True) as session:
            found = session.scalars(statement).all()
            session.expunge_all()
            return found

    return rows


def at(ids, review_id):
    return f"/staff/children/{ids.pupil('Zara')}/reviews/{review_id}/view"


def typed_into(client, path, **answers):
    """The form as the browser would send it: everything that stands in it, changed by the answers."""
    page = parse(client.get(path))
    form = next(form for form in page.forms if form.xpath(".//button[@name='step']"))
    return {**{name: value for name, value in form.fields.items() if value is not None}, **answers}


def targets_of(look, ids):
    published = select(PlanVersion.id).where(
        PlanVersion.pupil_id == ids.pupil("Zara"), PlanVersion.state == "published"
    )
    return look(select(Target).where(Target.version_id.in_(published)).order_by(Target.position, Target.id))


def statements(look, review_id):
    return look(
        select(Statement).where(Statement.review_id == review_id).order_by(Statement.question, Statement.number)
    )


@pytest.mark.parametrize("slug", WRITERS)
def test_a_view_is_kept_as_a_draft_and_then_sent_to_the_family(app, ids, as_persona, look, review, slug):
    client, path, target = as_persona(slug), at(ids, review), targets_of(look, ids)[0]
    first = words(client.get(path))
    assert "The family reads what you write here." in first
    assert first.index("The family reads what you write here.") < first.index("What is working?")
    answers = {f"target_{target.thread.hex}": "some_steps", "working": "She asks.", "step": "keep"}
    assert client.post(path, data=typed_into(client, path, **answers)).status_code == 303
    drafts = {row.question: row for row in statements(look, review)}
    assert drafts.keys() == {f"target:{target.thread}", "working"}
    assert {row.sent_at for row in drafts.values()} == {None}
    assert drafts[f"target:{target.thread}"].picks == {"rating": "some_steps"}
    assert {(row.side, row.readers, row.author_id) for row in drafts.values()} == {
        ("staff", "family", ids.person(slug))
    }
    family = f"/children/{ids.pupil('Zara')}/reviews/{review}/pack"
    assert "She asks." not in as_persona("parent").get(family).get_data(as_text=True)
    assert "She asks." in client.get(path).get_data(as_text=True), "the draft stands in the form"
    assert client.post(path, data=typed_into(client, path, admire="She smiles.", step="send")).status_code == 303
    assert all(row.sent_at and not row.late for row in statements(look, review))
    read = words(as_persona("parent").get(family))
    assert "She asks." in read
    assert "She smiles." in read
    assert "Small steps" in read
    assert look(select(Review.staff_views_at).where(Review.id == review))[0]
    assert look(select(Review.views_in_at).where(Review.id == review)) == [None], "views of the family are theirs"


def test_only_for_school_stays_with_school(app, ids, as_persona, look, review):
    client, path = as_persona("class-teacher"), at(ids, review)
    data = typed_into(client, path, not_working="She is tired.", readers="teachers", step="send")
    assert client.post(path, data=data).status_code == 303
    assert {row.readers for row in statements(look, review)} == {"teachers"}
    pack = f"children/{ids.pupil('Zara')}/reviews/{review}/pack"
    assert "She is tired." not in as_persona("parent").get(f"/{pack}").get_data(as_text=True)
    assert "She is tired." in as_persona("sendco").get(f"/staff/{pack}").get_data(as_text=True)


def test_a_colleagues_words_stand_in_nobody_elses_form(app, ids, as_persona, review):
    client, path = as_persona("class-teacher"), at(ids, review)
    client.post(path, data=typed_into(client, path, working="Hers alone.", step="send"))
    assert "Hers alone." in client.get(path).get_data(as_text=True)
    assert "Hers alone." not in as_persona("sendco").get(path).get_data(as_text=True)


@pytest.mark.parametrize("stage", [Stage.PLANNED, Stage.CANCELLED])
def test_nobody_says_anything_for_a_review_that_nobody_was_invited_to(
    app, ids, as_persona, look, review, system_session, stage
):
    client, path = as_persona("class-teacher"), at(ids, review)
    listed = path.removesuffix(f"/{review}/view")
    data = typed_into(client, path, working="Too late.", step="send")
    assert path in client.get(listed).get_data(as_text=True)
    system_session.get_one(Review, review).stage = stage
    system_session.commit()
    assert client.get(path).status_code == 404
    assert path not in client.get(listed).get_data(as_text=True)
    answer = client.post(path, data=data)
    assert answer.status_code == 404
    assert "Too late." in words(answer), "what was typed is not lost"
    assert not statements(look, review)


def test_nothing_said_is_nothing_kept_and_sending_twice_is_one(sqlite_app, ids, as_persona, look, review):
    client, path = as_persona("class-teacher"), at(ids, review)
    assert client.post(path, data=typed_into(client, path, step="send")).status_code == 303
    assert not statements(look, review)
    assert "Nothing was sent yet." in words(client.get(path))
    data = typed_into(client, path, working="It goes well.", step="send")
    assert client.post(path, data=data).status_code == 303
    again = client.post(path, data=data)
    assert again.status_code in (303, 409)
    assert [row.text for row in statements(look, review) if row.current] == ["It goes well."]


def test_a_change_after_sending_is_a_new_version(sqlite_app, ids, as_persona, look, review):
    client, path = as_persona("class-teacher"), at(ids, review)
    client.post(path, data=typed_into(client, path, working="First.", step="send"))
    client.post(path, data=typed_into(client, path, working="Second.", step="keep"))
    assert [(row.text, row.current) for row in statements(look, review)] == [("First.", True), ("Second.", False)]
    family = f"/children/{ids.pupil('Zara')}/reviews/{review}/pack"
    assert "First." in words(as_persona("parent").get(family)), "what was sent counts until the next is sent"
    client.post(path, data=typed_into(client, path, step="send"))
    assert [(row.text, row.current) for row in statements(look, review)] == [("First.", False), ("Second.", True)]
    for pack in (words(as_persona("parent").get(family)), words(as_persona("sendco").get(f"/staff{family}"))):
        assert "Second." in pack
        assert "First." not in pack, "what was replaced counts no longer"
    client.get(path)  # what was said about the step before
    client.post(path, data=typed_into(client, path, working="", step="send"))
    said = words(client.get(path))
    assert "Saved." in said
    assert "Nobody else reads it yet." not in said, "there is no draft"
    assert "Second." not in words(as_persona("parent").get(family)), "what was emptied is shown to nobody"


def test_a_view_is_kept_while_it_is_typed(app, ids, as_persona, look, review):
    client, path, typing = as_persona("class-teacher"), at(ids, review), {"X-While-Typing": "1"}
    data = typed_into(client, path, working="It goes")
    first = client.post(path, data=data, headers=typing)
    assert (first.status_code, first.data) == (204, b"")
    versions = dict(parse_qsl(first.headers["X-Versions"]))
    assert client.post(path, data={**data, **versions, "working": "It goes well."}, headers=typing).status_code == 204
    assert client.post(path, data={**data, "working": "Old."}, headers=typing).status_code == 409
    assert [(row.text, row.sent_at) for row in statements(look, review)] == [("It goes well.", None)]
    assert "kept. Nobody else reads it yet" not in words(client.get(path)), "only a press of a button is answered"


def test_two_devices_at_once_lose_nothing(app, ids, as_persona, look, review):
    phone, desk, path = as_persona("class-teacher"), as_persona("class-teacher"), at(ids, review)
    on_phone = typed_into(phone, path, working="On the phone.", step="keep")
    on_desk = typed_into(desk, path, working="On the desk.", step="keep")
    assert phone.post(path, data=on_phone).status_code == 303
    answer = desk.post(path, data=on_desk)
    assert answer.status_code == 409
    assert "On the phone." in words(answer)
    assert "On the desk." in answer.get_data(as_text=True)
    form = next(form for form in parse(answer).forms if form.xpath(".//button[@name='step']"))
    again = {name: value for name, value in form.fields.items() if value is not None}
    assert desk.post(path, data={**again, "step": "keep"}).status_code == 303
    assert [row.text for row in statements(look, review)] == ["On the desk."]


@pytest.mark.parametrize("stage", [Stage.HELD, Stage.RECORD_SHARED])
def test_what_comes_after_the_meeting_is_marked_late(sqlite_app, ids, as_persona, look, review, system_session, stage):
    system_session.get_one(Review, review).stage = stage
    system_session.commit()
    client, path = as_persona("class-teacher"), at(ids, review)
    assert "marked as late" in words(client.get(path))
    client.post(path, data=typed_into(client, path, working="Late words.", step="send"))
    assert [row.late for row in statements(look, review)] == [True]


def test_a_finished_review_takes_no_more_and_keeps_what_was_typed(
    sqlite_app, ids, as_persona, look, review, system_session
):
    client, path = as_persona("class-teacher"), at(ids, review)
    data = typed_into(client, path, working="A second too late.", step="send")
    system_session.get_one(Review, review).stage = Stage.CLOSED
    system_session.commit()
    answer = client.post(path, data=data)
    assert answer.status_code == 409
    assert "A second too late." in answer.get_data(as_text=True)
    assert not statements(look, review)


@pytest.mark.parametrize(
    "spoiled", [{"readers": "everybody"}, {"working": "x" * 4001}, {"readers": ""}], ids=["readers", "long", "none"]
)
def test_what_cannot_be_is_refused_and_nothing_is_lost(sqlite_app, ids, as_persona, look, review, spoiled):
    client, path = as_persona("class-teacher"), at(ids, review)
    answer = client.post(path, data=typed_into(client, path, **{"admire": "Kind.", "step": "send", **spoiled}))
    assert answer.status_code == 422
    assert "Kind." in answer.get_data(as_text=True)
    assert not statements(look, review)


def test_others_neither_write_nor_read_a_staff_view(sqlite_app, ids, as_persona, review):
    for slug in set(ALL_PERSONAS) - set(WRITERS):
        assert as_persona(slug).get(at(ids, review)).status_code in (403, 404), slug


def test_the_page_asks_few_questions(app, ids, as_persona, review, counting):
    client = as_persona("class-teacher")
    for path in (at(ids, review), f"/staff/children/{ids.pupil('Zara')}/reviews"):
        client.get(path)
        counting.statements.clear()
        assert client.get(path).status_code == 200
        assert len(counting) <= 12, counting.statements


def test_the_view_is_reached_from_the_child_and_from_the_day(sqlite_app, ids, as_persona, review):
    client = as_persona("class-teacher")
    listed = f"/staff/children/{ids.pupil('Zara')}/reviews"
    child = parse(client.get(f"/staff/children/{ids.pupil('Zara')}"))
    assert child.xpath(f"//main//a[@href='{listed}']")
    page = parse(client.get(listed))
    assert page.xpath(f"//main//a[@href='{at(ids, review)}']")
    office = parse(as_persona("office").get(listed))
    assert not office.xpath("//main//a[contains(@href, '/view') or contains(@href, '/pack')]")


# advice for the annual review


@pytest.fixture
def annual(ids, system_session):
    """Zara's annual review, planned for a day in six weeks."""
    known = select(Review).where(Review.pupil_id == ids.pupil("Zara"), Review.kind == ReviewKind.ANNUAL)
    for row in system_session.scalars(known).all():
        row.stage = Stage.CLOSED
    meets_at = clock.now() + timedelta(days=42)
    row = a_review(
        system_session, ids, kind=ReviewKind.ANNUAL, stage=Stage.PLANNED, due_on=clock.today() + timedelta(days=90),
        meets_at=meets_at, lead_id=ids.person("sendco"),
    )  # fmt: skip
    system_session.commit()
    return row.id, meets_at.astimezone(LONDON).date()


def ask(client, ids, people, due_on):
    path = f"/staff/children/{ids.pupil('Zara')}/annual/advice"
    parts = (due_on.day, due_on.month, due_on.year) if due_on else ("", "", "")
    day = dict(zip(("due_on-day", "due_on-month", "due_on-year"), parts, strict=True))
    return client.post(path, data={"people": [str(ids.person(slug)) for slug in people], **day})


def test_the_sendco_asks_for_advice_and_it_comes_in_time(app, ids, as_persona, look, annual):
    review_id, meets_on = annual
    due = meets_on - timedelta(days=21)
    sendco = as_persona("sendco")
    page = parse(sendco.get(f"/staff/children/{ids.pupil('Zara')}/annual/advice"))
    assert page.xpath("//input[@name='due_on-day']/@value") == [str(due.day)], "a week before the papers go round"
    assert ask(sendco, ids, ["class-teacher", "teaching-assistant"], due).status_code == 303
    asked = look(select(AdviceRequest).where(AdviceRequest.review_id == review_id))
    assert {(row.person_id, row.due_on) for row in asked} == {
        (ids.person("class-teacher"), due),
        (ids.person("teaching-assistant"), due),
    }
    assert look(select(Review.stage).where(Review.id == review_id)) == [Stage.ADVICE_REQUESTED]
    assert Stage.ADVICE_REQUESTED in look(select(ReviewStep.stage).where(ReviewStep.review_id == review_id))
    assert look(select(AuditEvent.facts).where(AuditEvent.action == "asked for advice")) == [{"people": 2}]
    teacher, path = as_persona("class-teacher"), at(ids, review_id)
    home = parse(teacher.get("/staff"))
    assert home.xpath(f"//main//a[@href='{path}']"), "whoever is asked finds it on the front page"
    data = typed_into(teacher, path, advice="My advice.", readers="teachers", step="send")
    assert teacher.post(path, data=data).status_code == 303
    assert [(row.question, row.readers) for row in statements(look, review_id)] == [("advice", "family")]
    assert not parse(teacher.get("/staff")).xpath(f"//main//a[@href='{path}']"), "it is done"


def test_asking_again_changes_the_day_and_the_people(sqlite_app, ids, as_persona, look, annual):
    sendco, due = as_persona("sendco"), annual[1] - timedelta(days=20)
    assert ask(sendco, ids, ["class-teacher", "teaching-assistant"], due - timedelta(days=1)).status_code == 303
    assert ask(sendco, ids, ["class-teacher", "sendco"], due).status_code == 303
    asked = look(select(AdviceRequest).where(AdviceRequest.review_id == annual[0]))
    assert {(row.person_id, row.due_on) for row in asked} == {
        (ids.person("class-teacher"), due),
        (ids.person("sendco"), due),
    }


@pytest.mark.parametrize(
    ("people", "before"),
    [
        ([], 20),
        (["office"], 20),
        (["sendco-other-school"], 20),
        (["class-teacher"], None),
        (["class-teacher"], 13),
        (["class-teacher"], 60),
    ],
)
def test_advice_is_asked_of_those_who_can_give_it_and_before_the_papers(
    sqlite_app, ids, as_persona, look, annual, people, before
):
    due = annual[1] - timedelta(days=before) if before else None
    assert ask(as_persona("sendco"), ids, people, due).status_code == 422
    assert not look(select(AdviceRequest).where(AdviceRequest.review_id == annual[0]))


def test_who_was_not_asked_is_not_asked_for_advice(sqlite_app, ids, as_persona, annual, system_session):
    system_session.get_one(Review, annual[0]).stage = Stage.NOTICE_SENT
    system_session.commit()
    page = as_persona("class-teacher").get(at(ids, annual[0]))
    assert not parse(page).xpath("//textarea[@name='advice']")


@pytest.mark.parametrize(
    ("due_on", "today", "accepted"),
    [
        (date(2026, 11, 6), date(2026, 10, 1), True),  # the very day on which the papers go round
        (date(2026, 11, 7), date(2026, 10, 1), False),
        (date(2026, 10, 1), date(2026, 10, 1), False),
        (date(2026, 11, 12), date(2026, 11, 8), True),  # too late for the law, not for the meeting
        (date(2026, 11, 20), date(2026, 11, 8), False),
        (None, date(2026, 10, 1), False),
    ],
)
def test_the_day_for_advice(due_on, today, accepted):
    if accepted:
        assert check_advice_day(due_on, MEETS, today) == due_on
    else:
        with pytest.raises(Invalid) as refused:
            check_advice_day(due_on, MEETS, today)
        assert refused.value.field == "due_on"


def test_the_offered_day_and_what_is_late():
    assert advice_due(MEETS, date(2026, 10, 1)) == date(2026, 10, 30)
    assert advice_due(MEETS, date(2026, 11, 10)) == date(2026, 11, 11)
    last_minute = datetime(2026, 10, 30, 23, 59, tzinfo=LONDON).astimezone(UTC)
    assert not is_advice_late("advice", date(2026, 10, 30), last_minute)
    assert is_advice_late("advice", date(2026, 10, 30), last_minute + timedelta(minutes=1))
    assert not is_advice_late("working", date(2026, 10, 30), last_minute + timedelta(days=9))


def test_a_question_about_a_target_names_it():
    thread = uuid.uuid4()
    assert thread_of(about_target(thread)) == thread
    assert thread_of("target:x") is None
    assert thread_of("working") is None
