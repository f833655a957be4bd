"""Actions are agreed in a draft: who, what, by when, how we will know; and what is not done yet goes on."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.kernel import clock
from portal.people.rules import Readers
from portal.records.models import Action, Ending
from portal.records.rules import ActionState, EndingKind
from tests.pages import parse, words
from tests.records.agreeing import SOON, actions, add, look, settled, shared, version_on
from tests.records.writing import Meeting


@pytest.fixture
def meeting(app, system_session, ids):
    settled(system_session, ids)
    return Meeting(system_session, ids)


@pytest.fixture
def draft(meeting, as_persona):
    """The record is begun."""
    as_persona("class-teacher").post(meeting.path)
    return meeting


def test_an_action_is_agreed_and_sent_twice_is_one(draft, as_persona, ids):
    client, key = as_persona("class-teacher"), uuid.uuid4()
    asked = client.get(f"{draft.path}/actions/new")
    assert asked.status_code == 302
    assert client.get(asked.location).status_code == 200
    for _time in (1, 2):
        sent = add(client, draft, key, owner=str(ids.person("class-teacher")), pupil_words="We look at it")
        assert sent.status_code == 303, words(sent)
    (row,) = actions(draft).values()
    assert (row.readers, row.side, row.author_id) == (Readers.TEACHERS, "staff", ids.person("class-teacher"))
    assert (row.owner_id, row.due_on, row.how_we_will_know) == (row.author_id, clock.today() + SOON, "We look")
    page = client.get(draft.path)
    assert "Pack the bag together" in words(page)
    assert parse(page).xpath(f"//main//a[contains(@href, '{key}/remove')]")


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"text": ""}, "Say what will be done."),
        ({"owner_words": ""}, "Say who does it"),
        ({"day": clock.today() - timedelta(days=1)}, "Choose a day from today on"),
        ({"due_on-day": "31", "due_on-month": "2"}, "This is not a real date."),
        ({"due_on-day": "", "due_on-month": "", "due_on-year": ""}, "Say by which day."),
        ({"owner": str(uuid.uuid4())}, "Not a valid choice"),
    ],
)
def test_what_is_missing_is_asked_for_and_nothing_typed_is_lost(draft, as_persona, more, told):
    sent = add(as_persona("class-teacher"), draft, how_we_will_know="KEPT WORDS", **more)
    assert sent.status_code == 422
    if told != "Not a valid choice":
        assert told in words(sent)
    assert "KEPT WORDS" in words(sent)
    assert actions(draft) == {}


def test_two_writers_see_both_texts(draft, as_persona):
    key = uuid.uuid4()
    assert add(as_persona("class-teacher"), draft, key).status_code == 303
    shown = version_on(as_persona("sendco").get(f"{draft.path}/actions/{key}"))
    assert add(as_persona("class-teacher"), draft, key, text="The first", version=shown).status_code == 303
    late = add(as_persona("sendco"), draft, key, text="The second", version=shown)
    assert late.status_code == 409
    assert "The first" in words(late)
    assert "The second" in words(late)
    again = add(as_persona("sendco"), draft, key, text="The second", version=version_on(late))
    assert again.status_code == 303
    assert list(actions(draft)) == ["The second"]


def test_a_shared_record_takes_no_more_actions(draft, as_persona):
    client, key = as_persona("class-teacher"), uuid.uuid4()
    add(client, draft, key)
    assert draft.share(client).status_code == 302 or draft.record().shared_at
    row = actions(draft)["Pack the bag together"]
    assert row.readers == Readers.FAMILY
    assert add(client, draft, text="One more").status_code == 409
    assert add(client, draft, key, text="Changed", version=str(row.version)).status_code == 409
    gone = client.post(f"{draft.path}/actions/{key}/remove", data={"version": str(row.version)})
    assert gone.status_code == 409
    assert list(actions(draft)) == ["Pack the bag together"]


def test_an_action_from_what_was_said_to_one_adult_stays_with_that_adult(draft, as_persona, ids):
    teacher, sendco = as_persona("class-teacher"), as_persona("sendco")
    other = add(teacher, draft, said="child for one", text="SECRET PLAN", owner=str(ids.person("sendco")))
    assert other.status_code == 422
    assert "Nobody else can be named here." in words(other)
    assert add(teacher, draft, said="child for one", text="SECRET PLAN").status_code == 303
    row = actions(draft)["SECRET PLAN"]
    assert (row.readers, row.one_adult_id) == (Readers.ONE_ADULT, ids.person("class-teacher"))
    assert (row.author_id, row.side) == (ids.person("pupil-young"), "pupil")
    ending = look(draft.session, select(Ending).where(Ending.review_id == draft.id))
    assert [(one.kind, one.action_id, one.readers) for one in ending] == [
        (EndingKind.ACTION, row.id, Readers.ONE_ADULT)
    ]
    assert "SECRET PLAN" in words(teacher.get(draft.path))
    assert "SECRET PLAN" not in words(sendco.get(draft.path))
    assert add(sendco, draft, said="child for one", text="X").status_code == 404
    # its place in the list is taken, though the SENDCO cannot see by what
    assert add(sendco, draft, text="Seen by all").status_code == 303
    assert [one.position for one in actions(draft).values()] == [1, 2]
    assert draft.share(sendco).status_code in (302, 303)
    assert actions(draft)["SECRET PLAN"].readers == Readers.ONE_ADULT
    for slug in ("sendco", "headteacher"):
        assert "SECRET PLAN" not in as_persona(slug).get("/staff/promises").get_data(as_text=True)


def test_an_action_that_goes_lets_its_words_wait_again(draft, as_persona):
    client, key = as_persona("class-teacher"), uuid.uuid4()
    add(client, draft, key, said="mum for school")
    assert len(look(draft.session, select(Ending).where(Ending.review_id == draft.id))) == 1
    page = client.get(f"{draft.path}/actions/{key}/remove")
    sent = client.post(f"{draft.path}/actions/{key}/remove", data={"version": version_on(page)})
    assert sent.status_code == 303
    assert actions(draft) == {}
    assert look(draft.session, select(Ending).where(Ending.review_id == draft.id)) == []
    assert client.post(f"{draft.path}/actions/{key}/remove", data={"version": "1"}).status_code == 303


def test_an_action_stays_while_it_answers_what_this_reader_may_not_see(draft, as_persona):
    teacher, sendco, key = as_persona("class-teacher"), as_persona("sendco"), uuid.uuid4()
    add(sendco, draft, key)
    sent = teacher.post(
        f"{draft.path}/endings/{draft.said['child for one']}", data={"kind": "action", "action_id": str(key)}
    )
    assert sent.status_code == 303
    page = sendco.get(f"{draft.path}/actions/{key}/remove")
    refused = sendco.post(f"{draft.path}/actions/{key}/remove", data={"version": version_on(page)})
    assert refused.status_code == 409
    assert "child for one" not in words(refused)
    assert len(actions(draft)) == 1


def test_the_next_review_starts_from_the_last_ones_actions(app, system_session, ids, as_persona, meeting):
    following, later = Meeting(system_session, ids), Meeting(system_session, ids)
    open_id, done_id = shared(meeting, "Still to do", "Done already")
    system_session.get_one(Action, done_id).state = ActionState.KEPT
    system_session.commit()
    client = as_persona("class-teacher")
    for _time in (1, 2):
        client.post(following.path)
    carried = actions(following)
    assert list(carried) == ["Still to do"]
    row = carried["Still to do"]
    assert (row.carried_from, row.readers, row.state) == (open_id, Readers.TEACHERS, ActionState.OPEN)
    page = parse(client.get(following.path))
    first = page.xpath("//h2[@id='progress']/following-sibling::*[1]")[0].text_content()
    assert "Still to do" in first
    assert "Done already" in page.xpath("//main")[0].text_content()
    client.post(later.path)
    assert actions(later) == {}, "a draft's copy is the one that goes on, not its source a second time"


def test_a_record_with_sixty_statements_and_twenty_actions(draft, as_persona, system_session, counting):
    for number in range(60):
        draft.say(f"{number}", "parent", "parent", Readers.TEACHERS, f"q{number}", text="Words")
    for number in range(20):
        draft.agree(f"Action {number}", position=number + 1)
    client = as_persona("class-teacher")
    for path in (draft.path, f"{draft.path}/endings"):
        client.get(path)
        counting.statements.clear()
        assert client.get(path).status_code == 200
        assert len(counting) <= 12, counting.statements


def test_what_is_typed_is_shown_as_typed(draft, as_persona):
    text = "<script>alert(1)</script> \u202bאבג\u202c " + "🙂" * 3
    client = as_persona("class-teacher")
    assert add(client, draft, text=text).status_code == 303
    page = client.get(draft.path)
    assert "<script>alert" not in page.get_data(as_text=True)
    assert text in parse(page).xpath("//main")[0].text_content()
    too_long = add(client, draft, text="x" * 20_001)
    assert too_long.status_code == 422
