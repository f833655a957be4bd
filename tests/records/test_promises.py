"""Promises are kept, changed with a reason, or stopped with one; whoever made them has a list of them."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from portal.kernel import clock
from portal.people.models import ContactPoint, Person, Pupil, SchoolClass
from portal.people.rules import ContactKind, Readers
from portal.records.models import Action, ActionStep, Record
from portal.records.rules import ActionState
from portal.reviews.models import Review
from portal.reviews.rules import Stage
from tests.pages import parse, words
from tests.records.agreeing import SOON, actions, day_fields, end, look, settled, shared, version_on
from tests.records.writing import Meeting

LIST = "/staff/promises"
LATE = timedelta(days=-3)


@pytest.fixture
def meeting(app, system_session, ids):
    for row in system_session.scalars(select(Action)):
        row.state = ActionState.KEPT
    settled(system_session, ids)
    return Meeting(system_session, ids)


def path_of(meeting, action_id):
    return f"/staff/children/{meeting.about['pupil_id']}/promises/{action_id}"


def mark(client, meeting, action_id, state="kept", *, version=None, **more):
    address = path_of(meeting, action_id)
    version = version or version_on(client.get(address))
    return client.post(address, data={"state": state, "version": version, "words": "", **more})


def promised(page):
    """The texts of the list, in order, and those that are lit; what families say stands in a table before it."""
    if "Nothing is waiting" in words(page):
        return [], []
    rows = parse(page).xpath("(//main//table)[last()]//tr[th[@scope='row']]")
    texts = [row.xpath("./th")[0].text_content().strip() for row in rows]
    return texts, [text for text, row in zip(texts, rows, strict=True) if "calm__lit" in (row.get("class") or "")]


def test_everybody_has_their_own_list_and_the_sendco_has_all_late_first(meeting, as_persona, ids):
    _mine, hers, dads = shared(
        meeting,
        "Mine",
        "Hers",
        "Dad's",
    )
    session = meeting.session
    session.get_one(Action, hers).owner_id = ids.person("sendco")
    session.get_one(Action, hers).due_on = clock.today() + LATE
    session.get_one(Action, dads).owner_id, session.get_one(Action, dads).owner_words = None, "Dad"
    session.get_one(Action, dads).due_on = clock.today()
    session.commit()
    assert promised(as_persona("class-teacher").get(LIST)) == (["Mine"], [])
    sendco = as_persona("sendco")
    assert promised(sendco.get(LIST)) == (["Hers", "Dad's", "Mine"], ["Hers"])
    assert promised(sendco.get(f"{LIST}?late=1")) == (["Hers"], ["Hers"])
    assert promised(sendco.get(f"{LIST}?person={ids.person('class-teacher')}")) == (["Mine"], [])
    assert promised(as_persona("headteacher").get(LIST))[0] == ["Hers", "Dad's", "Mine"]
    asked = as_persona("class-teacher").get(f"{LIST}?person={ids.person('sendco')}")
    assert promised(asked) == (["Mine"], []), "whoever does not answer for the school gets their own"
    for slug in ("teaching-assistant", "supply-teacher", "office", "sendco-other-school"):
        assert "Mine" not in words(as_persona(slug).get(LIST))


LATE_TO_A_FAMILY, MINE_IS_LATE = "promise to a family is late", "of your promises is late"


def test_a_late_promise_is_counted_for_whoever_made_it_and_those_who_answer_for_the_school(meeting, as_persona, ids):
    (key,) = shared(meeting, "Hers")
    action, pupil = meeting.session.get_one(Action, key), meeting.session.get_one(Pupil, meeting.about["pupil_id"])
    action.owner_id, action.due_on = ids.person("sendco"), clock.today() + LATE
    meeting.session.commit()

    def fronts():
        pages = {slug: words(as_persona(slug).get("/staff")) for slug in ("sendco", "headteacher", "class-teacher")}
        return {slug: (LATE_TO_A_FAMILY in page, MINE_IS_LATE in page) for slug, page in pages.items()}

    assert fronts() == {"sendco": (True, True), "headteacher": (True, False), "class-teacher": (False, False)}
    record = meeting.session.scalars(select(Record).where(Record.review_id == meeting.id)).one()
    shared_at = record.shared_at
    meeting.session.commit()
    assert promised(as_persona("sendco").get(LIST)) == (["Hers"], ["Hers"])
    for change in ({"shared_at": None}, {"left_on": clock.today()}):
        record.shared_at = change.get("shared_at", shared_at)
        pupil.left_on = change.get("left_on")
        meeting.session.commit()
        assert not any(seen for each in fronts().values() for seen in each), change
        assert promised(as_persona("sendco").get(LIST)) == ([], []), change


def test_a_draft_is_nobodys_promise(meeting, as_persona, ids):
    key = meeting.agree("In a draft", owner_id=ids.person("class-teacher"))
    client = as_persona("class-teacher")
    client.post(meeting.path)
    assert promised(client.get(LIST))[0] == []
    assert client.get(path_of(meeting, key)).status_code == 404


def test_what_was_promised_is_kept_changed_or_stopped(meeting, as_persona):
    first, second, third = shared(meeting, "First", "Second", "Third", due_on=clock.today() + LATE)
    client, later = as_persona("class-teacher"), clock.today() + SOON
    assert mark(client, meeting, first).status_code == 303
    for state, more in (("changed", day_fields(later)), ("stopped", {})):
        missing = mark(client, meeting, second, state, **more)
        assert missing.status_code == 422
        assert "Say why." in words(missing)
    undated = mark(client, meeting, second, "changed", words="No room")
    assert undated.status_code == 422
    assert "No room" in words(undated)
    assert mark(client, meeting, second, "changed", words="No room", **day_fields(later)).status_code == 303
    assert mark(client, meeting, third, "stopped", words="Not needed").status_code == 303
    assert mark(client, meeting, third, "open", version="2").status_code == 422
    rows = actions(meeting)
    assert {text: row.state.value for text, row in rows.items()} == {
        "First": "kept", "Second": "changed", "Third": "stopped",
    }  # fmt: skip
    assert rows["Second"].due_on == later
    assert promised(client.get(LIST)) == (["Second"], []), "it is not late any more, and still to be done"
    assert mark(client, meeting, second, "kept").status_code == 303
    steps = look(
        meeting.session, select(ActionStep).where(ActionStep.action_id == second).order_by(ActionStep.noted_at)
    )
    assert [(step.state.value, step.words, step.readers) for step in steps] == [
        ("changed", "No room", Readers.FAMILY), ("kept", "", Readers.FAMILY),
    ]  # fmt: skip


def test_the_same_form_twice_is_once_and_another_is_told(meeting, as_persona):
    (key,) = shared(meeting, "One")
    teacher = as_persona("class-teacher")
    shown = version_on(teacher.get(path_of(meeting, key)))
    for _time in (1, 2):
        assert mark(teacher, meeting, key, "stopped", version=shown, words="Not needed").status_code == 303
    late = mark(as_persona("sendco"), meeting, key, "kept", version=shown)
    assert late.status_code == 409
    assert "Not needed" in words(late)
    assert len(look(meeting.session, select(ActionStep).where(ActionStep.action_id == key))) == 1


def test_whoever_is_to_do_it_reads_it_and_marks_it(meeting, as_persona, ids):
    """An assistant has no other words of the school's about the child; of this one she has to know."""
    (key, other) = shared(meeting, "Hers to do", "Not hers")
    meeting.session.get_one(Action, key).owner_id = ids.person("teaching-assistant")
    meeting.session.commit()
    client = as_persona("teaching-assistant")
    assert promised(client.get(LIST))[0] == ["Hers to do"]
    assert client.get(path_of(meeting, other)).status_code == 404
    assert mark(client, meeting, key).status_code == 303
    assert mark(as_persona("headteacher"), meeting, other, version="1").status_code == 403
    meeting.session.get_one(Action, other).owner_id = ids.person("teaching-assistant")
    meeting.session.get_one(Action, other).readers = Readers.TEACHERS
    meeting.session.commit()
    assert promised(client.get(LIST))[0] == [], "what the family does not read stays with the teachers"


def test_what_was_carried_on_is_one_promise(meeting, as_persona, system_session, ids):
    following, client = Meeting(system_session, ids), as_persona("class-teacher")
    shared(meeting, "Goes on")
    client.post(following.path)
    assert promised(client.get(LIST))[0] == ["Goes on"]
    following.share(client)
    assert promised(client.get(LIST))[0] == ["Goes on"]
    copy = actions(following)["Goes on"]
    assert mark(client, following, copy.id).status_code == 303
    assert actions(meeting)["Goes on"].state == ActionState.KEPT
    assert actions(following)["Goes on"].state == ActionState.KEPT
    assert promised(client.get(LIST))[0] == []


def test_a_promise_says_which_class_the_child_is_in(meeting, as_persona):
    (key,) = shared(meeting, "Mine")
    child = meeting.session.get_one(Pupil, meeting.about["pupil_id"])
    class_name = meeting.session.get_one(SchoolClass, child.class_id).name
    meeting.session.commit()
    client = as_persona("class-teacher")
    (row,) = parse(client.get(LIST)).xpath("(//main//table)[last()]//tr[th[@scope='row']]")
    assert class_name in row.text_content()
    following = Meeting(meeting.session, meeting.ids)
    client.post(following.path)
    link = parse(client.get(following.path)).xpath("//main//a[contains(., 'What became of it?')]/@href")
    assert link == [path_of(meeting, key)], "the record of the next review leads to it"


def test_words_in_another_language_come_with_a_way_to_ask(meeting, as_persona, ids):
    (key,) = shared(meeting, "Read together")
    adult = meeting.session.get_one(Person, ids.person("parent"))
    adult.language, adult.spoken_language, adult.interpreter_needed = "pl", "pl", True
    mobile = (ContactPoint.adult_id == adult.id, ContactPoint.kind == ContactKind.MOBILE)
    meeting.session.execute(delete(ContactPoint).where(*mobile))
    meeting.session.commit()
    said = {"words": "Nikt tego nie robi", "once_key": "once"}
    as_persona("parent").post(f"/children/{meeting.about['pupil_id']}/became/{key}/not-happening", data=said)
    sendco = as_persona("sendco")
    page = sendco.get(LIST)
    assert "polski" in words(page)
    assert "Interpreter: Polish" in words(page)
    link = parse(page).xpath("//main//a[contains(@href, '/not-happening/')]/@href")[-1]  # the demo has older ones
    one = words(sendco.get(link))
    for part in ("Nikt tego nie robi", "polski", "Polish", "Ask the school office."):
        assert part in one
    meeting.keep(ContactPoint(adult_id=ids.person("parent"), kind=ContactKind.MOBILE, value="+447700900123"))
    assert "07700 900123" in words(sendco.get(link))


def test_three_hundred_promises_and_no_more_statements(meeting, as_persona, counting):
    shared(meeting, *(f"Action {number}" for number in range(300)))
    for slug in ("sendco", "class-teacher"):
        client = as_persona(slug)
        client.get(LIST)
        counting.statements.clear()
        page = client.get(LIST)
        assert len(counting) <= 12, counting.statements
        assert len(promised(page)[0]) == 200
        assert "There are more." in words(page)


def test_the_front_page_says_what_is_late(meeting, as_persona, counting):
    shared(meeting, "Late", due_on=clock.today() + LATE)
    for slug in ("class-teacher", "sendco", "headteacher"):
        client = as_persona(slug)
        client.get("/staff?lang=en")
        counting.statements.clear()
        page = words(client.get("/staff"))
        assert len(counting) <= 12, counting.statements
        told = "1 of your promises is late." if slug == "class-teacher" else "1 promise to a family is late."
        assert told in page
    assert "late" not in words(as_persona("teaching-assistant").get("/staff?lang=en"))


def test_what_has_no_answer_after_the_meeting_waits_for_those_who_lead(meeting, as_persona, system_session, ids):
    """Before it, words wait for the meeting; what a child said to one adult waits for that adult alone."""
    sendco, teacher, assistant = (as_persona(slug) for slug in ("sendco", "class-teacher", "teaching-assistant"))
    path = f"{meeting.path}/endings"

    def links(client):
        found = parse(client.get("/staff/promises")).xpath(f"//main//ul[@class='tasks']//a[@href='{path}']")
        return [link.xpath("string(preceding::h2[1])") for link in found]

    assert links(sendco) == ["What has no answer yet"]
    assert links(teacher) == ["Said to you only", "What has no answer yet"]
    assert links(assistant) == []
    before = number_on(sendco)
    end(teacher, meeting, "mum for school")
    assert number_on(sendco) == before - 1
    end(teacher, meeting, "child for one")
    assert number_on(sendco) == before - 1
    assert links(teacher) == ["What has no answer yet"]
    row = meeting.session.get(Review, meeting.id)
    row.stage = Stage.BOOKED
    meeting.session.commit()
    assert links(sendco) == []
    for slug in ("office", "headteacher", "sendco-other-school"):
        assert links(as_persona(slug)) == []


def number_on(client):
    """How many things have no answer, as the front page counts them."""
    found = re.search(r"(\d+) things? that (?:was|were) said", words(client.get("/staff?lang=en")))
    return int(found[1]) if found else 0
