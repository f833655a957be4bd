"""Everything that a parent or the pupil said gets one of five endings, and a review ends when all of it has one."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.contributions.models import Statement
from portal.kernel import clock
from portal.people.models import StaffRole
from portal.people.rules import Readers, Side
from portal.records.models import Ending
from portal.records.models_standing import ActionStanding, EndingStanding, StatementStanding
from portal.records.queries_endings import open_statements
from portal.records.rules import EndingKind
from portal.records.rules_actions import says_something
from portal.reviews.rules import Stage
from tests.pages import parse, words
from tests.records.agreeing import add, end, look, settled
from tests.records.writing import Meeting

READABLE = ("mum for school", "mum for family", "dad for family", "child for school", "child for family")


@pytest.fixture
def meeting(app, system_session, ids, as_persona):
    settled(system_session, ids)
    meeting = Meeting(system_session, ids)
    as_persona("class-teacher").post(meeting.path)
    return meeting


def endings(meeting):
    """The endings by what was said."""
    names = {statement_id: name for name, statement_id in meeting.said.items()}
    found = look(meeting.session, select(Ending).where(Ending.review_id == meeting.id))
    return {names[row.statement_id]: row for row in found}


def test_five_endings_with_what_each_needs(meeting, as_persona, ids):
    client = as_persona("sendco")
    for kind, needs in ((kind, "Write your answer.") for kind in ("answered", "differently", "outcome")):
        missing = end(client, meeting, "mum for school", kind)
        assert missing.status_code == 422
        assert needs in words(missing)
        assert "Said: mum for school" in words(missing)
    unnamed = end(client, meeting, "mum for school", "action", words="TYPED WORDS")
    assert unnamed.status_code == 422
    assert "TYPED WORDS" in words(unnamed)
    assert end(client, meeting, "mum for school", "sixth").status_code == 422
    assert endings(meeting) == {}
    assert end(client, meeting, "mum for school", "differently", words="We think so").status_code == 303
    assert end(client, meeting, "mum for family", "answered", words="Yes, on Monday").status_code == 303
    assert end(client, meeting, "dad for family", "outcome", words="Zara talks to friends").status_code == 303
    assert end(client, meeting, "child for school", "noted").status_code == 303
    assert add(client, meeting, said="child for family", text="From the child").status_code == 303
    made = endings(meeting)
    assert {name: row.kind for name, row in made.items()} == {
        "mum for school": EndingKind.DIFFERENTLY,
        "mum for family": EndingKind.ANSWERED,
        "dad for family": EndingKind.OUTCOME,
        "child for school": EndingKind.NOTED,
        "child for family": EndingKind.ACTION,
    }
    row = made["mum for school"]
    assert (row.author_id, row.readers, row.side) == (ids.person("parent"), Readers.TEACHERS, Side.PARENT)


def test_one_ending_which_can_be_said_anew_until_the_record_is_shared(meeting, as_persona):
    client = as_persona("class-teacher")
    for _time in (1, 2):
        assert end(client, meeting, "mum for school").status_code == 303
    assert len(endings(meeting)) == 1
    page = client.get(f"{meeting.path}/endings/{meeting.said['mum for school']}")
    assert parse(page).xpath("//main//input[@name='kind' and @value='noted' and @checked]")
    assert end(client, meeting, "mum for school", "answered", words="Better").status_code == 303
    assert endings(meeting)["mum for school"].words == "Better"
    meeting.write(client, "A line")
    meeting.share(client)
    late = end(client, meeting, "mum for school", "answered", words="Other words")
    assert late.status_code == 409
    assert "The family has read this already." in words(late)
    assert endings(meeting)["mum for school"].words == "Better"
    assert end(client, meeting, "mum for family").status_code == 303, "what has none yet can still get one"


def test_a_review_does_not_end_over_the_head_of_a_child(meeting, as_persona):
    """What was said to one adult holds the review up; the SENDCO learns that, and whose it is, and no word of it."""
    sendco, teacher = as_persona("sendco"), as_persona("class-teacher")
    meeting.write(sendco, "A line")
    meeting.share(sendco)
    refused = sendco.post(f"{meeting.path}/close")
    assert refused.status_code == 409
    assert "Said: mum for school" in words(refused)
    for name in READABLE:
        assert end(sendco, meeting, name).status_code == 303
    refused = sendco.post(f"{meeting.path}/close")
    assert refused.status_code == 409
    assert "1 answer is for" in words(refused)
    assert "child for one" not in refused.get_data(as_text=True)
    assert str(meeting.said["child for one"]) not in refused.get_data(as_text=True)
    assert end(sendco, meeting, "child for one").status_code == 404
    assert meeting.review().stage == Stage.RECORD_SHARED
    assert "Said to you only" in words(teacher.get("/staff/promises"))
    assert "Said: child for one" in words(teacher.get(f"{meeting.path}/endings"))
    assert end(teacher, meeting, "child for one").status_code == 303
    for _time in (1, 2):
        assert sendco.post(f"{meeting.path}/close").status_code == 303
    review = meeting.review()
    assert (review.stage, review.closed_at is not None) == (Stage.CLOSED, True)
    assert end(sendco, meeting, "mum for school", "answered", words="x").status_code == 409


def test_a_review_that_is_not_shared_is_not_finished(meeting, as_persona):
    sendco, teacher = as_persona("sendco"), as_persona("class-teacher")
    for name in READABLE:
        end(sendco, meeting, name)
    end(teacher, meeting, "child for one")
    assert sendco.post(f"{meeting.path}/close").status_code == 409
    assert meeting.review().stage == Stage.HELD


PICKS = (
    {},
    {"school": "not_now"},
    {"school": "not_say"},
    {"school": "good"},
    {"reading": "not_now", "maths": "not_say"},
    {"reading": "not_now", "maths": "tricky"},
    {'odd": "x': "not_now"},
)


def test_not_now_is_an_answer_that_nobody_has_to_answer(meeting, as_persona, ids):
    """The same to whoever may read it and to those who only learn that it is there."""
    for number, picks in enumerate(PICKS):
        one = {"one": "class-teacher"} if number % 2 else {}
        readers = Readers.ONE_ADULT if one else Readers.TEACHERS
        meeting.say(f"p{number}", "pupil-young", Side.PUPIL, readers, f"q{number}", picks=picks, **one)
    meeting.say("p words", "pupil-young", Side.PUPIL, Readers.TEACHERS, "q words", text="0", picks={"a": "not_now"})
    session = meeting.session
    told = dict(
        session.execute(
            select(StatementStanding.id, StatementStanding.says_something).where(
                StatementStanding.review_id == meeting.id
            )
        ).all()
    )
    rows = session.execute(
        select(Statement.id, Statement.text, Statement.picks).where(Statement.review_id == meeting.id)
    ).all()
    assert {row.id: says_something(row.text, row.picks) for row in rows} == {key: bool(v) for key, v in told.items()}
    names = {key: name for name, key in meeting.said.items()}
    asked = {names[one.statement_id] for one in open_statements(session, review_id=meeting.id)}
    assert asked == {*READABLE, "child for one", "p3", "p5", "p words"}
    session.rollback()


def test_what_was_said_to_somebody_who_has_left_holds_nothing_up(meeting, as_persona, ids):
    session, teacher = meeting.session, ids.person("class-teacher")
    for role in session.scalars(select(StaffRole).where(StaffRole.person_id == teacher)):
        role.ends_on = clock.today() - timedelta(days=2)
        role.starts_on = min(role.starts_on, role.ends_on)
    session.commit()
    hidden = [one for one in open_statements(session, review_id=meeting.id) if one.one_adult_id]
    session.rollback()
    assert hidden == []


def test_an_assistant_ends_what_was_said_to_them_alone(meeting, as_persona):
    meeting.say("to her", "pupil-young", Side.PUPIL, Readers.ONE_ADULT, "feel", text="To her", one="teaching-assistant")
    client = as_persona("teaching-assistant")
    page = client.get(f"{meeting.path}/endings")
    assert "To her" in words(page)
    assert "Said: child for school" not in words(page)
    for name in ("child for school", "mum for school"):
        assert end(client, meeting, name).status_code == 404
    assert end(client, meeting, "to her", "answered", words="Thank you").status_code == 303
    assert list(endings(meeting)) == ["to her"]
    (link,) = parse(client.get(f"{meeting.path}/endings")).xpath("//main//a[contains(., 'Change')]/@href")
    assert client.get(link).status_code == 200, "whoever ended it can say it anew"


def test_a_changed_statement_needs_its_own_ending(meeting, as_persona):
    end(as_persona("sendco"), meeting, "mum for school")
    old = meeting.session.get_one(Statement, meeting.said["mum for school"])
    old.current = False
    copied = ("contribution_id", "review_id", "author_id", "written_by", "side", "readers", "question", "sent_at")
    meeting.keep(
        Statement(
            **meeting.about, **{name: getattr(old, name) for name in copied}, number=2, text="Said anew",
            written_at=clock.now(),
        )
    )  # fmt: skip
    page = words(as_persona("sendco").get(f"{meeting.path}/endings"))
    assert "Said anew" in page.split("What became of it")[0]


def test_what_everybody_may_count_holds_no_words():
    """Whoever adds a column here opens a hole in the fence of the readers."""
    assert {
        kind.__name__: {attribute.key for attribute in kind.__mapper__.attrs}
        for kind in (StatementStanding, EndingStanding, ActionStanding)
    } == {
        "StatementStanding": {
            *("id", "school_id", "pupil_id", "review_id", "side", "current", "sent_at", "one_adult_id"),
            "says_something",
        },
        "EndingStanding": {"id", "school_id", "pupil_id", "review_id", "statement_id", "action_id"},
        "ActionStanding": {"id", "school_id", "pupil_id", "review_id", "position", "party", "state", "carried_from"},
    }
