"""Readers are narrowed after the record was shared: everything that was made of the words follows."""

import uuid

import pytest
from sqlalchemy import select

from portal.people.rules import Audience, Role
from portal.records.models import CardLine, FamilyReply, NotHappening, RecordEntry
from tests.access.test_words_for_readers import session_of
from tests.contributions.test_my_views import grow
from tests.pages import parse, words
from tests.records.agreeing import add, end, shared
from tests.records.agreeing import look as looked
from tests.records.writing import Meeting


@pytest.fixture
def meeting(system_session, ids):
    return Meeting(system_session, ids)


@pytest.fixture
def teacher(as_persona, meeting):
    client = as_persona("class-teacher")
    client.post(meeting.path)
    return client


def views_of(meeting):
    return meeting.family_path.replace("/record", "/views")


def test_the_card_follows_a_parent_who_narrows(sqlite_app, ids, as_persona, teacher, meeting, read_pdf):
    add(teacher, meeting, said="mum for family", text="ACTION OF MUM", pupil_words="WORDS OF MUM")
    meeting.share(teacher)
    other = as_persona("second-parent")
    assert "WORDS OF MUM" in read_pdf(other.get(f"{meeting.family_path}/card.pdf").data)
    assert as_persona("parent").post(views_of(meeting), data={"readers": "teachers"}).status_code == 303
    assert "ACTION OF MUM" not in words(other.get(meeting.family_path))
    assert "WORDS OF MUM" not in read_pdf(other.get(f"{meeting.family_path}/card.pdf").data)
    assert "WORDS OF MUM" in read_pdf(teacher.get(f"{meeting.path}/card.pdf").data)
    assert "WORDS OF MUM" in words(as_persona("pupil-young").get("/me/we-will"))


def choose(client, meeting, question, who):
    return client.post(f"/me/views/{meeting.id}/{question}/readers", data={"who": who, "sure": "1"})


def test_a_card_line_is_never_wider_than_its_action(sqlite_app, ids, as_persona, teacher, meeting, read_pdf):
    grow(meeting.session, ids, "8")
    add(teacher, meeting, said="child for family", text="KEPT AT SCHOOL", for_family=None)
    meeting.share(teacher)
    child, parent = as_persona("pupil-young"), as_persona("parent")
    for who in ("teachers", "family"):
        assert choose(child, meeting, "important_future", who).status_code == 303
    (card,) = looked(meeting.session, select(CardLine).where(CardLine.review_id == meeting.id))
    assert card.readers == "teachers"
    assert "KEPT AT SCHOOL" not in read_pdf(parent.get(f"{meeting.family_path}/card.pdf").data)


def test_whoever_wrote_it_down_reads_it_no_longer_when_it_is_for_one_other_adult(
    sqlite_app, ids, as_persona, teacher, meeting
):
    grow(meeting.session, ids, "8")
    meeting.take(teacher, "child for family")
    assert choose(as_persona("pupil-young"), meeting, "important_future", str(ids.person("sendco"))).status_code == 303
    assert "Said: child for family" not in words(teacher.get(meeting.path))
    roles = {"roles": frozenset({Role.CLASS_TEACHER}), "school_id": ids.school_of("Zara")}
    with session_of(sqlite_app, ids, "class-teacher", Audience.STAFF, **roles) as session:
        assert not session.scalars(select(RecordEntry).where(RecordEntry.text == "Said: child for family")).all()
    assert "Said: child for family" in words(as_persona("sendco").get(meeting.path))


def test_other_words_in_a_form_that_was_sent_before_are_not_lost(sqlite_app, ids, as_persona, teacher, meeting):
    meeting.write(teacher, "For everybody")
    meeting.share(teacher)
    entry_id, key, parent = uuid.uuid4(), uuid.uuid4().hex, as_persona("parent")
    for text in ("One", "One", "Two", "Two"):
        assert meeting.write(teacher, text, entry_id=entry_id, addition="1").status_code == 303
        answer = {"reply": "comment", "words": text, "once_key": key}
        assert parent.post(meeting.family_path, data=answer).status_code == 303
    assert [text for text in meeting.lines() if text in {"One", "Two"}] == ["One", "Two"]
    replies = looked(meeting.session, select(FamilyReply).where(FamilyReply.record_id == meeting.record().id))
    assert sorted(row.words for row in replies) == ["One", "Two"]


def test_what_is_not_happening_is_kept_in_both_sets_of_words(sqlite_app, ids, as_persona, meeting):
    (action_id,) = shared(meeting, "Read each day")
    parent = as_persona("parent")
    path = f"/children/{meeting.about['pupil_id']}/became/{action_id}/not-happening"
    for text in ("One", "One", "Two"):
        assert parent.post(path, data={"words": text, "once_key": "once"}).status_code == 303
    rows = looked(meeting.session, select(NotHappening).where(NotHappening.action_id == action_id))
    assert sorted(row.words for row in rows) == ["One", "Two"]


def test_what_a_child_takes_back_is_not_shared_with_the_family(sqlite_app, ids, as_persona, teacher, meeting):
    grow(meeting.session, ids, "8")
    meeting.take(teacher, "child for family")
    meeting.write(teacher, "For everybody")
    end(teacher, meeting, "child for family", "answered", words="ANSWER TO IT")
    child = as_persona("pupil-young")
    answer = f"/me/views/{meeting.id}/important_future"
    seen = {"version": parse(child.get(answer)).xpath("string(//main//input[@name='version']/@value)")}
    assert child.post(answer, data=seen | {"take_back": "sure"}).status_code == 303
    meeting.share(teacher)
    page = words(as_persona("parent").get(meeting.family_path))
    assert "For everybody" in page
    for text in ("Said: child for family", "ANSWER TO IT"):
        assert text not in page
    assert "Said: child for family" in words(teacher.get(meeting.path)), "school has read it already"


def test_what_a_parent_empties_and_sends_is_not_shared_with_the_other(sqlite_app, ids, as_persona, teacher, meeting):
    meeting.take(teacher, "mum for family")
    meeting.write(teacher, "For everybody")
    parent, path = as_persona("parent"), f"{views_of(meeting)}/answer/admire"
    parent.post(views_of(meeting), data={"readers": "family"})
    version = parse(parent.get(path)).xpath("//main//input[@name='version']/@value")[0]
    assert parent.post(path, data={"text": "", "version": version}).status_code == 303
    assert parent.post(f"{views_of(meeting)}/check").status_code == 303
    meeting.share(teacher)
    page = words(as_persona("second-parent").get(meeting.family_path))
    assert "For everybody" in page
    assert "Said: mum for family" not in page
