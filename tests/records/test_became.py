"""What became of what I said: a family's own words and the child's, their endings, and what is not happening."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.outbox import OutboxItem
from portal.meetings.rules_messages import Message
from portal.people.models import PupilContact
from portal.people.rules import PortalAccess, Readers, Side
from portal.profiles.models import TextTranslation
from portal.profiles.rules import wording_key
from portal.records.models import Action, NotHappening
from portal.records.rules import ActionState
from portal.reviews.models import Review
from portal.web.i18n import full_date
from tests.pages import parse, words
from tests.records.agreeing import SOON, add, day_fields, end, look, settled, shared
from tests.records.writing import Meeting


@pytest.fixture
def meeting(app, system_session, ids):
    settled(system_session, ids)
    return Meeting(system_session, ids)


def path_of(meeting):
    return f"/children/{meeting.about['pupil_id']}/became"


def link_to(page, action_id):
    """The ways to say that this action is not happening."""
    return parse(page).xpath(f"//main//a[contains(@href, '{action_id}/not-happening')]/@href")


def tell(client, meeting, action_id, said="", key="once"):
    return client.post(f"{path_of(meeting)}/{action_id}/not-happening", data={"words": said, "once_key": key})


def test_a_draft_tells_the_family_nothing(meeting, as_persona):
    teacher, parent = as_persona("class-teacher"), as_persona("parent")
    teacher.post(meeting.path)
    add(teacher, meeting, said="mum for school", text="NOT YET AN ACTION")
    end(teacher, meeting, "mum for family", "answered", words="NOT YET AN ANSWER")
    page = words(parent.get(path_of(meeting)))
    assert "Said: mum for school" in page
    assert "You see here what becomes of it." in page
    assert "NOT YET" not in page
    meeting.share(teacher)
    page = words(parent.get(path_of(meeting)))
    assert "NOT YET AN ACTION" in page
    assert "NOT YET AN ANSWER" in page
    record = words(parent.get(meeting.family_path))
    assert record.count("NOT YET AN ACTION") == 1, "as what became of their words, and not among what all agreed"
    other = words(as_persona("second-parent").get(path_of(meeting)))
    assert "NOT YET" not in other, "what one parent said to school, and what became of it, is theirs"


def test_what_school_keeps_for_itself_is_not_read_by_whoever_said_it(meeting, as_persona, read_pdf):
    teacher, parent = as_persona("class-teacher"), as_persona("parent")
    teacher.post(meeting.path)
    for name in ("mum for school", "mum for family"):
        assert add(teacher, meeting, said=name, text="KEPT AT SCHOOL", for_family=None).status_code == 303
    meeting.write(teacher, "For everybody")
    meeting.share(teacher)
    assert "It became something we do" in words(parent.get(path_of(meeting)))
    for path in (path_of(meeting), meeting.family_path, f"{meeting.family_path.removesuffix('record')}pack"):
        assert "KEPT" not in words(parent.get(path)), path
    assert "KEPT" not in read_pdf(parent.get(f"{meeting.family_path}/copy.pdf?lang=en").data)
    (key, _other) = look(meeting.session, select(Action.id).where(Action.review_id == meeting.id))
    assert tell(parent, meeting, key).status_code == 404


def test_what_is_agreed_in_a_draft_is_nothing_from_last_time(meeting, system_session, ids, as_persona):
    teacher, following = as_persona("class-teacher"), Meeting(system_session, ids)
    teacher.post(meeting.path)
    assert add(teacher, meeting, said="mum for family", text="ONLY A DRAFT").status_code == 303
    teacher.post(following.path)
    pack = following.family_path.replace("/record", "/pack")
    for client, path in ((teacher, following.path), (teacher, f"/staff{pack}"), (as_persona("parent"), pack)):
        page = client.get(path)
        assert page.status_code == 200
        assert "ONLY A DRAFT" not in words(page), path


def test_each_reads_their_own_words_and_what_the_child_said_to_the_family(meeting, as_persona, counting):
    client = as_persona("parent")
    client.get(path_of(meeting))
    counting.statements.clear()
    page = words(client.get(path_of(meeting)))
    assert len(counting) <= 8, counting.statements
    for name in ("mum for school", "mum for family", "child for family"):
        assert f"Said: {name}" in page
    for name in ("dad for family", "child for one", "child for school"):
        assert f"Said: {name}" not in page
    assert "Said: dad for family" in words(as_persona("second-parent").get(path_of(meeting)))


def test_what_is_not_sent_or_counts_no_longer_stands_nowhere(meeting, as_persona):
    teacher = as_persona("class-teacher")
    teacher.post(meeting.path)
    gone = {"NOT SENT": {"sent_at": None}, "TAKEN BACK": {"current": False}, "ANSWERED, BACK": {"current": False}}
    for name, change in gone.items():
        row = meeting.say(name, "parent", Side.PARENT, Readers.FAMILY, name, text=name)
        if name.startswith("ANSWERED"):
            assert end(teacher, meeting, name).status_code == 303
        for column, value in change.items():
            setattr(row, column, value)
        meeting.session.commit()
    for client, path in (
        (as_persona("parent"), path_of(meeting)),
        (as_persona("second-parent"), path_of(meeting)),
        (teacher, meeting.path),
        (teacher, f"{meeting.path}/endings"),
    ):
        page = words(client.get(path))
        assert "Said:" in page
        for name in (*gone, "who has to end it"):
            assert name not in page, (path, name)


def test_what_became_of_an_action(meeting, as_persona):
    kept, stopped = shared(meeting, "Was done", "Was stopped")
    teacher = as_persona("class-teacher")
    for key, state, why in ((kept, "kept", ""), (stopped, "stopped", "The club has closed")):
        address = f"/staff/children/{meeting.about['pupil_id']}/promises/{key}"
        version = parse(teacher.get(address)).xpath("//main//input[@name='version']/@value")[0]
        assert teacher.post(address, data={"state": state, "words": why, "version": version}).status_code == 303
    page = as_persona("parent").get(path_of(meeting))
    assert "Was done Done" in words(page)
    assert "The club has closed" in words(page)
    assert not link_to(page, stopped)
    assert tell(as_persona("parent"), meeting, stopped).status_code == 409


def test_not_happening_goes_to_the_sendco_and_the_answer_to_that_adult_alone(meeting, as_persona, ids):
    (key,) = shared(meeting, "Read each day")
    parent, other, sendco = (as_persona(slug) for slug in ("parent", "second-parent", "sendco"))
    (link,) = link_to(parent.get(path_of(meeting)), key)
    assert parent.get(link).status_code == 200
    for _time in (1, 2):
        assert tell(parent, meeting, key, "WORDS OF MUM").status_code == 303
    (row,) = look(meeting.session, select(NotHappening).where(NotHappening.action_id == key))
    assert (row.adult_id, row.words) == (ids.person("parent"), "WORDS OF MUM")
    page = parent.get(path_of(meeting))
    assert "School knows." in words(page)
    assert not link_to(page, key)
    assert "say that something is not happening" in words(sendco.get("/staff?lang=en"))
    assert "WORDS OF MUM" in words(sendco.get("/staff/promises"))
    for slug in ("class-teacher", "office", "teaching-assistant", "sendco-other-school"):
        assert "WORDS OF MUM" not in as_persona(slug).get("/staff/promises").get_data(as_text=True)
    address = f"/staff/children/{meeting.about['pupil_id']}/not-happening/{row.id}"
    assert sendco.post(address, data={"words": ""}).status_code == 422
    for _time in (1, 2):
        assert sendco.post(address, data={"words": "ANSWER OF SCHOOL"}).status_code == 303
    again = sendco.post(address, data={"words": "Another answer"})
    assert again.status_code == 409
    assert "Another answer" in words(again)
    assert "ANSWER OF SCHOOL" in words(parent.get(path_of(meeting)))
    for text in ("WORDS OF MUM", "ANSWER OF SCHOOL"):
        assert text not in other.get(path_of(meeting)).get_data(as_text=True)
    assert "WORDS OF MUM" not in words(sendco.get("/staff/promises"))


def test_who_may_only_read_says_nothing(meeting, as_persona, ids):
    (key,) = shared(meeting, "Read each day")
    session = meeting.session
    link = session.scalars(
        select(PupilContact).where(
            PupilContact.adult_id == ids.person("parent"), PupilContact.pupil_id == meeting.about["pupil_id"]
        )
    ).one()
    link.access = PortalAccess.VIEW
    session.commit()
    parent = as_persona("parent")
    page = parent.get(path_of(meeting))
    assert "Read each day" in words(page)
    assert "This is not happening" not in words(page)
    assert tell(parent, meeting, key).status_code == 403
    assert look(session, select(NotHappening).where(NotHappening.action_id == key)) == []


def test_nothing_can_be_said_about_what_a_family_does_not_read(meeting, as_persona):
    (key,) = shared(meeting, "For staff", readers=Readers.TEACHERS)
    parent = as_persona("parent")
    assert "For staff" not in words(parent.get(path_of(meeting)))
    for action_id in (key, uuid.uuid4()):
        assert tell(parent, meeting, action_id).status_code == 404
    for slug, status in (("parent-other-school", 404), ("parent-barred", 404), ("class-teacher", 403)):
        assert tell(as_persona(slug), meeting, key).status_code == status
    row = look(meeting.session, select(Action).where(Action.id == key))[0]
    assert row.state == ActionState.OPEN


def test_a_child_with_nothing_said_has_a_page_that_says_so(app, as_persona, ids):
    page = as_persona("parent-of-two").get(f"/children/{ids.pupil('Kacper')}/became")
    assert page.status_code == 200


def test_an_older_reason_does_not_explain_a_newer_state(meeting, system_session, ids, as_persona):
    """What goes on for school alone in the next review is stopped for a reason of school's own."""
    following = Meeting(system_session, ids)
    (key,) = shared(meeting, "Call each week")
    (again,) = shared(following, "Call each week", carried_from=key, readers=Readers.TEACHERS, for_family=False)
    teacher, parent = as_persona("class-teacher"), as_persona("parent")

    def mark(action_id, state, why):
        address = f"/staff/children/{meeting.about['pupil_id']}/promises/{action_id}"
        version = parse(teacher.get(address)).xpath("//main//input[@name='version']/@value")[0]
        sent = teacher.post(
            address, data={"state": state, "words": why, "version": version, **day_fields(clock.today() + SOON)}
        )
        assert sent.status_code == 303, words(sent)

    mark(key, "changed", "THE FIRST REASON")
    assert "Changed" in words(parent.get(path_of(meeting)))
    assert "THE FIRST REASON" in words(parent.get(path_of(meeting)))
    mark(again, "stopped", "SCHOOL ONLY REASON")
    page = words(parent.get(path_of(meeting)))
    assert "Call each week Stopped" in page
    assert "REASON" not in page


def test_that_school_answered_is_told_to_that_adult_alone(meeting, as_persona, ids):
    (key,) = shared(meeting, "Read each day")
    parent, sendco = as_persona("parent"), as_persona("sendco")
    tell(parent, meeting, key, "WORDS OF MUM")
    (said,) = look(meeting.session, select(NotHappening).where(NotHappening.action_id == key))
    address = f"/staff/children/{meeting.about['pupil_id']}/not-happening/{said.id}"
    for _time in (1, 2):
        assert sendco.post(address, data={"words": "ANSWER OF SCHOOL"}).status_code == 303
    found = select(OutboxItem).where(OutboxItem.kind == Message.ANSWERED)
    (item,) = [row for row in look(meeting.session, found) if str(said.id) in row.event_key]
    assert item.person_id == ids.person("parent")
    assert "ANSWER" not in repr(item.facts)
    page = parent.get("/messages?lang=en")
    assert "School answered you" in words(page)
    assert parse(page).xpath(f"//main//a[@href='{path_of(meeting)}']")
    assert "School answered you" not in words(as_persona("second-parent").get("/messages?lang=en"))


def test_what_school_marked_as_done_can_be_disputed(meeting, as_persona):
    (key,) = shared(meeting, "Read each day")
    teacher, parent = as_persona("class-teacher"), as_persona("parent")
    address = f"/staff/children/{meeting.about['pupil_id']}/promises/{key}"
    version = parse(teacher.get(address)).xpath("//main//input[@name='version']/@value")[0]
    assert teacher.post(address, data={"state": "kept", "words": "", "version": version}).status_code == 303
    (link,) = link_to(parent.get(path_of(meeting)), key)
    assert parent.get(link).status_code == 200
    assert tell(parent, meeting, key, "HE NEVER READ").status_code == 303
    assert "HE NEVER READ" in words(as_persona("sendco").get("/staff/promises"))
    assert not link_to(parent.get(path_of(meeting)), key)


def test_no_word_that_school_has_read_it(meeting, as_persona):
    page = words(as_persona("parent").get(path_of(meeting)))
    assert "School has it. You see here what becomes of it." in page
    assert "has read" not in page


def test_in_the_familys_language_or_with_the_offer_of_help(meeting, as_persona, counting):
    shared(meeting, "Read each day", how_we_will_know="We ask Zara")
    for text, urdu in (("Read each day", "روز پڑھیں"), ("We ask Zara", "ہم زارا سے پوچھتے ہیں")):
        meeting.keep(
            TextTranslation(
                **meeting.about, wording=wording_key(text), language="ur", text=urdu, translated_by="Amina",
                at=clock.now(),
            )
        )  # fmt: skip
    meeting.translate("child for family", "ur", "زارا نے کہا")
    client = as_persona("parent")
    assert not parse(client.get(path_of(meeting))).xpath("//main//p[contains(@class, 'aside--original')]")
    client.get(f"{path_of(meeting)}?lang=ur")
    counting.statements.clear()
    page = client.get(f"{path_of(meeting)}?lang=ur")
    assert len(counting) <= 8, counting.statements
    for part in ("روز پڑھیں", "ہم زارا سے پوچھتے ہیں", "زارا نے کہا"):
        assert part in words(page)
    assert "Read each day" not in words(page)
    assert len(parse(page).xpath("//main//p[contains(@class, 'aside--original')]")) == 1, "once for all of it"


def test_the_day_is_the_day_of_the_meeting(meeting, as_persona, read_pdf):
    held = clock.now() - timedelta(days=4)
    meeting.session.get(Review, meeting.id).held_at = held
    meeting.session.commit()
    shared(meeting, "Read each day", pupil_words="We read")
    parent = as_persona("parent")
    texts = [words(parent.get(f"{path}?lang=en")) for path in (path_of(meeting), meeting.family_path)]
    for text in (*texts, read_pdf(parent.get(f"{meeting.family_path}/card.pdf?lang=en").data)):
        assert full_date(held) in text
