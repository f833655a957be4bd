"""The record in the meeting: what was said is taken over with one press, own lines are kept, nothing typed is lost."""

import uuid

import pytest
from sqlalchemy import select

from portal.contributions.models import StatementTranslation
from portal.kernel import clock
from portal.kernel.audit import AuditEvent
from portal.people.rules import Readers, Side
from portal.records.models import Record, RecordEntry
from portal.records.rules import HEADINGS, EntryKind
from portal.reviews.rules import Stage
from tests.pages import parse, words
from tests.records.writing import Meeting


@pytest.fixture
def meeting(system_session, ids):
    return Meeting(system_session, ids)


@pytest.fixture
def teacher(as_persona, meeting):
    client = as_persona("class-teacher")
    assert client.post(meeting.path).status_code == 303
    return client


def under(response, heading):
    """The words between one heading and the next."""
    page = parse(response)
    start = page.xpath(f"//h2[@id='{heading}']")[0]
    found = []
    for element in start.itersiblings():
        if element.tag == "h2":
            break
        found.append(" ".join(element.text_content().split()))
    return " ".join(found)


def test_before_anybody_begins_there_is_one_button(app, as_persona, meeting):
    client = as_persona("sendco")
    assert "There is no record yet" in words(client.get(meeting.path))
    assert client.post(meeting.path).status_code == 303
    assert client.post(meeting.path).status_code == 303
    meeting.session.rollback()
    assert len(meeting.session.scalars(select(Record).where(Record.review_id == meeting.id)).all()) == 1


def test_seven_headings_with_what_was_said_under_its_own(app, teacher, meeting):
    page = teacher.get(meeting.path)
    headings = [h.get("id") for h in parse(page).xpath("//main//h2[@id]")]
    assert [one for one in headings if one in tuple(HEADINGS)] == list(HEADINGS)
    assert "Said: mum for school" in under(page, "questions")
    assert "Said: dad for family" in under(page, "support")
    assert "Said: child for one" in under(page, "important_now")


def test_what_was_said_to_one_adult_is_offered_to_nobody_else(app, teacher, as_persona, meeting):
    sendco = as_persona("sendco")
    page = words(sendco.get(meeting.path))
    assert "Said: child for one" not in page
    assert "Said: child for school" in page
    assert meeting.take(sendco, "child for one").status_code == 404
    assert not meeting.lines()


def test_one_press_takes_a_statement_over_once_in_its_own_name(app, ids, teacher, as_persona, meeting):
    for name in ("mum for family", "mum for school", "child for one"):
        assert meeting.take(teacher, name).status_code == 303
    assert meeting.take(as_persona("sendco"), "mum for family").status_code == 303
    lines = meeting.lines()
    assert len(lines) == 3
    mum = lines["Said: mum for family"]
    assert (mum.author_id, mum.side, mum.kind) == (ids.person("parent"), Side.PARENT, EntryKind.TAKEN_OVER)
    assert (mum.written_by, mum.heading) == (ids.person("class-teacher"), "admire")
    assert mum.readers == Readers.TEACHERS, "a draft is for school only, whatever the statement allows"
    one = lines["Said: child for one"]
    assert (one.readers, one.one_adult_id) == (Readers.ONE_ADULT, ids.person("class-teacher"))
    page = teacher.get(meeting.path)
    assert not parse(page).xpath(f"//*[@id='offer-{meeting.said['mum for family']}']")
    assert "Said: child for one" not in words(as_persona("sendco").get(meeting.path))


def test_two_writers_never_get_in_each_others_place(app, teacher, as_persona, meeting):
    """The class teacher's line for one adult cannot be seen by the SENDCO, whose next line must find its place."""
    meeting.take(teacher, "child for one")
    assert meeting.write(as_persona("sendco"), "By the SENDCO").status_code == 303
    assert sorted(line.position for line in meeting.lines().values()) == [1, 2]


def test_a_draft_that_was_not_sent_or_was_superseded_is_not_taken_over(app, ids, teacher, meeting):
    row = meeting.say("draft", "parent", Side.PARENT, Readers.FAMILY, "actions", text="Not sent")
    row.sent_at = None
    meeting.session.commit()
    assert meeting.take(teacher, "draft").status_code == 404
    other = Meeting(meeting.session, ids)
    assert (
        teacher.post(f"{meeting.path}/take", data={"statement_id": str(other.said["mum for family"])}).status_code
        == 404
    )
    assert teacher.post(f"{meeting.path}/take", data={"statement_id": "nothing"}).status_code == 404


def test_pictures_a_child_tapped_stand_in_the_record(app, teacher, meeting):
    picks = {"playtime": "good", "noise": "tricky"}
    meeting.say("cards", "pupil-young", Side.PUPIL, Readers.FAMILY, "cards", picks=picks)
    page = under(teacher.get(meeting.path), "important_now")
    assert "Playtime: Good" in page
    assert "Noise: Tricky" in page
    assert meeting.take(teacher, "cards").status_code == 303
    assert "Noise: Tricky" in under(teacher.get(meeting.path), "important_now")


def test_a_line_sent_twice_is_one_line_and_stays_as_typed(app, teacher, meeting):
    typed = "<b>Zara</b> \U0001f600 اچھا\nand more " + "x" * 19_000
    entry_id = uuid.uuid4()
    for _again in range(2):
        assert meeting.write(teacher, typed, entry_id=entry_id).status_code == 303
    assert list(meeting.lines()) == [typed]
    page = teacher.get(meeting.path)
    assert "&lt;b&gt;Zara&lt;/b&gt;" in page.get_data(as_text=True)


def test_words_are_kept_while_they_are_typed(app, teacher, as_persona, meeting):
    entry_id, path = uuid.uuid4(), f"{meeting.path}/lines"
    data = {"heading": "support", "entry_id": str(entry_id), "for_family": "y"}
    typing = {"X-While-Typing": "1"}
    first = teacher.post(path, data={**data, "text": "Half a", "version": "0"}, headers=typing)
    assert first.status_code == 204
    second = teacher.post(
        path, data={**data, "text": "Half a word", "version": first.headers["X-Version"]}, headers=typing
    )
    assert second.status_code == 204
    assert not meeting.lines()["Half a word"].for_family, "nobody has saved it: it goes to no family"
    out, kept = words(teacher.get(f"{meeting.path}/share")).split("This stays with those who read it now")
    assert "Half a word" in kept
    assert "Half a word" not in out
    change(as_persona("sendco"), meeting, meeting.lines()["Half a word"], "The SENDCO was faster")
    late = meeting.write(teacher, "A whole word", "support", entry_id, version=second.headers["X-Version"])
    assert late.status_code == 409
    assert "The SENDCO was faster" in words(late)
    form = parse(late).xpath("//form[.//textarea[@id='text']]")[0]
    again = teacher.post(path, data={name: value for name, value in form.form_values() if name != "csrf_token"})
    assert again.status_code == 303
    assert list(meeting.lines()) == ["The SENDCO was faster", "A whole word"]
    assert meeting.lines()["A whole word"].for_family


def test_what_was_kept_while_typing_goes_out_once_it_is_saved(app, teacher, meeting):
    entry_id, path, typing = uuid.uuid4(), f"{meeting.path}/lines", {"X-While-Typing": "1"}
    data = {"heading": "support", "entry_id": str(entry_id), "for_family": "y", "text": "All of it", "version": "0"}
    kept = teacher.post(path, data=data, headers=typing)
    assert "For staff only" in under(teacher.get(meeting.path), "support")
    saved = meeting.write(teacher, "All of it", "support", entry_id, version=kept.headers["X-Version"])
    assert saved.status_code == 303
    assert meeting.lines()["All of it"].for_family
    assert "For staff only" not in under(teacher.get(meeting.path), "support")


def test_whoever_writes_learns_at_the_top_that_nobody_wrote_down_who_came(app, as_persona, system_session, ids):
    hint = "First write down who came."
    for stage, told in ((Stage.BOOKED, True), (Stage.HELD, False)):
        other = Meeting(system_session, ids, stage=stage)
        client = as_persona("class-teacher")
        client.post(other.path)
        page = client.get(other.path)
        assert (hint in words(page).split("Progress on what we agreed")[0]) is told
        links = parse(page).xpath("//main//a[contains(., 'Write down who came')]/@href")
        assert bool(links) is told
        assert all(client.get(link).status_code == 200 for link in links)
        assert hint not in words(as_persona("headteacher").get(other.path))


def test_what_has_no_answer_stands_there_with_its_translation(app, ids, teacher, as_persona, meeting):
    row = meeting.say(
        "urdu", "parent", Side.PARENT, Readers.FAMILY, "q", text="\u0627\u0686\u06be\u0627", language="ur"
    )
    meeting.keep(
        StatementTranslation(
            **{name: getattr(row, name) for name in ("school_id", "pupil_id", "author_id", "side", "readers")},
            statement_id=row.id, language="en", text="In English", translated_by="Amina Khan", at=clock.now(),
            written_by=ids.person("sendco"), sent_at=row.sent_at,
        )
    )  # fmt: skip
    for path in (meeting.path, f"{meeting.path}/share", f"{meeting.path}/endings", f"{meeting.path}/endings/{row.id}"):
        waits = words(as_persona("sendco").get(path)).split("What has no answer yet")[-1]
        assert "In English" in waits, path
        assert "Translated by Amina Khan." in waits, path


def test_words_in_a_line_that_somebody_took_out_meanwhile_are_not_lost(app, teacher, as_persona, meeting):
    entry_id = uuid.uuid4()
    meeting.write(teacher, "First words", "support", entry_id)
    line = meeting.lines()["First words"]
    gone = as_persona("sendco").post(f"{meeting.path}/lines/{line.id}/remove", data={"version": str(line.version)})
    assert gone.status_code == 303
    late = meeting.write(teacher, "More words", "support", entry_id, version=str(line.version))
    assert late.status_code == 404
    form = parse(late).xpath("//form[.//textarea[@id='text']]")[0]
    again = {name: value for name, value in form.form_values() if name != "csrf_token"}
    assert teacher.post(f"{meeting.path}/lines", data=again).status_code == 303
    assert list(meeting.lines()) == ["More words"]
    lost = change(teacher, meeting, line, "Even more words")
    assert lost.status_code == 404
    assert "Even more words" in words(lost)


def test_what_cannot_be_kept_stays_in_the_box(app, teacher, meeting):
    empty = meeting.write(teacher, "", heading="support")
    assert empty.status_code == 422
    assert "Write something first." in words(empty)
    long = meeting.write(teacher, "y" * 20_001, heading="support")
    assert long.status_code == 422
    assert "y" * 20_001 in parse(long).xpath("//textarea[@id='text']")[0].text
    assert meeting.write(teacher, "words", heading="nonsense").status_code == 422
    assert meeting.write(teacher, "words", entry_id="nonsense").status_code == 422
    assert not meeting.lines()


def test_how_people_differ_is_written_down_as_such(app, teacher, meeting):
    meeting.write(teacher, "Mum sees more tiredness than school.", heading="questions", differs="y")
    line = meeting.lines()["Mum sees more tiredness than school."]
    assert line.kind == EntryKind.DISAGREEMENT
    assert "People see this differently" in under(teacher.get(meeting.path), "questions")


def change(client, meeting, line, text, version=None, **more):
    data = {"text": text, "version": str(version or line.version), "for_family": "y", **more}
    return client.post(f"{meeting.path}/lines/{line.id}", data=data)


def test_the_second_saver_sees_both_texts_and_loses_neither(app, teacher, as_persona, meeting):
    meeting.write(teacher, "First words")
    line = meeting.lines()["First words"]
    sendco = as_persona("sendco")
    assert change(sendco, meeting, line, "Words of the SENDCO").status_code == 303
    late = change(teacher, meeting, line, "Words of the teacher")
    assert late.status_code == 409
    page = words(late)
    assert "Words of the SENDCO" in page
    assert parse(late).xpath("//textarea[@name='text']")[0].text.strip() == "Words of the teacher"
    version = parse(late).xpath("//input[@name='version']/@value")[0]
    assert change(teacher, meeting, line, "Words of both", version=version).status_code == 303
    assert list(meeting.lines()) == ["Words of both"]


def test_ones_own_words_are_removed_after_a_question(app, teacher, meeting):
    meeting.write(teacher, "Words of my own")
    meeting.take(teacher, "mum for family")
    page = parse(teacher.get(meeting.path))
    (link,) = page.xpath("//main//a[contains(@href, '/remove')]/@href")
    assert link == f"{meeting.path}/lines/{meeting.lines()['Words of my own'].id}/remove"
    (taken,) = page.xpath("//main//form[contains(@action, '/remove')]/@action")
    assert teacher.get(taken).status_code == 404, "what was taken over can be taken over again: nobody is asked"
    question = teacher.get(link)
    assert "Remove this line?" in words(question)
    assert "Words of my own" in words(question)
    form = parse(question).xpath("//main//form")[0]
    assert set(meeting.lines()) == {"Words of my own", "Said: mum for family"}
    sent = {name: value for name, value in form.form_values() if name != "csrf_token"}
    assert teacher.post(form.get("action"), data=sent).status_code == 303
    assert set(meeting.lines()) == {"Said: mum for family"}
    assert teacher.get(link).status_code == 404


def test_a_line_changed_meanwhile_is_not_removed(app, teacher, as_persona, meeting):
    meeting.write(teacher, "First words")
    line = meeting.lines()["First words"]
    change(as_persona("sendco"), meeting, line, "Other words")
    gone = teacher.post(f"{meeting.path}/lines/{line.id}/remove", data={"version": str(line.version)})
    assert gone.status_code == 409
    now = meeting.lines()["Other words"]
    for _again in range(2):
        gone = teacher.post(f"{meeting.path}/lines/{line.id}/remove", data={"version": str(now.version)})
        assert gone.status_code == 303
    assert not meeting.lines()


def test_what_was_said_is_never_reworded_and_can_be_taken_again(app, teacher, meeting):
    meeting.take(teacher, "mum for family")
    line = meeting.lines()["Said: mum for family"]
    assert teacher.get(f"{meeting.path}/lines/{line.id}").status_code == 404
    assert change(teacher, meeting, line, "Other words").status_code == 404
    teacher.post(f"{meeting.path}/lines/{line.id}/remove", data={"version": str(line.version)})
    assert meeting.take(teacher, "mum for family").status_code == 303
    assert len(meeting.lines()) == 1


@pytest.mark.parametrize(("stage", "status"), [(Stage.PLANNED, 404), (Stage.CANCELLED, 404), (Stage.CLOSED, 409)])
def test_no_record_is_begun_where_there_is_no_meeting(app, ids, as_persona, system_session, stage, status):
    other = Meeting(system_session, ids, stage=stage)
    assert as_persona("class-teacher").post(other.path).status_code == status
    assert other.record() is None


def test_what_was_done_is_noted_without_a_word(app, teacher, meeting):
    meeting.write(teacher, "Secret words")
    meeting.take(teacher, "mum for school")
    meeting.session.rollback()
    noted = meeting.session.scalars(
        select(AuditEvent).where(AuditEvent.action.in_(("record written", "statement taken over")))
    )
    facts = [(row.action, str(row.facts)) for row in noted]
    assert {action for action, _facts in facts} == {"record written", "statement taken over"}
    assert not [fact for _action, fact in facts if "Secret" in fact or "Said" in fact]


def test_a_full_record_opens_in_twelve_statements(app, ids, teacher, meeting, counting):
    """60 statements, 40 of them taken over, and 20 actions."""
    for number in range(54):
        name = f"s{number}"
        meeting.say(name, "parent", Side.PARENT, Readers.FAMILY, f"question-{number}", text=name)
        if number < 40:
            meeting.take(teacher, name)
    for number in range(20):
        meeting.agree(f"Action {number}", position=number + 1)
    target = meeting.say("target", "class-teacher", Side.STAFF, Readers.FAMILY, f"target:{uuid.uuid4()}", text="On")
    assert target
    teacher.get(meeting.path)
    counting.statements.clear()
    page = teacher.get(meeting.path)
    assert page.status_code == 200
    assert len(counting) <= 12, "\n\n".join(counting.statements)
    text = words(page)
    assert "s53" in text
    assert "Action 19" in text


def test_the_database_refuses_a_second_taking_over_and_a_second_place(app, ids, teacher, meeting):
    from sqlalchemy.exc import IntegrityError

    meeting.take(teacher, "mum for family")
    record = meeting.record()
    facts = {
        **meeting.about, "record_id": record.id, "heading": "progress", "text": "x", "author_id": ids.person("parent"),
        "written_by": ids.person("sendco"), "side": "parent", "readers": "teachers", "written_at": clock.now(),
    }  # fmt: skip
    meeting.session.commit()
    for more in ({"position": 9, "statement_id": meeting.said["mum for family"]}, {"position": 1}):
        meeting.session.add(RecordEntry(**facts, **more))
        with pytest.raises(IntegrityError):
            meeting.session.flush()
        meeting.session.rollback()


def test_the_headteacher_reads_the_record_and_changes_nothing(app, teacher, as_persona, meeting):
    teacher.post(meeting.path)
    meeting.write(teacher, "Words of the teacher")
    meeting.take(teacher, "mum for family")
    meeting.agree("An action of the draft")
    meeting.say("left", "parent", Side.PARENT, Readers.FAMILY, "actions", text="Not taken over")
    head = as_persona("headteacher")
    for path in (meeting.path, f"{meeting.path}/copy.pdf"):
        assert head.get(path).status_code == 200
    page = head.get(meeting.path)
    for part in ("Words of the teacher", "Said: mum for family", "An action of the draft", "This is a draft."):
        assert part in words(page)
    assert "child for one" not in words(page)
    main = parse(page).xpath("//main")[0]
    assert not main.xpath(".//form")
    writing = [link for link in main.xpath(".//a/@href") if "/lines" in link or "/actions" in link or "share" in link]
    assert not writing
    meeting.share(teacher)
    assert head.get(f"{meeting.path}/card.pdf").status_code == 200
    assert not parse(head.get(meeting.path)).xpath("//main//form")
    for client in (head, teacher):
        reviews = client.get(f"/staff/children/{meeting.about['pupil_id']}/reviews")
        assert parse(reviews).xpath(f"//main//a[@href='{meeting.path}']")


def test_no_button_leads_to_a_page_that_is_not_for_the_reader(app, teacher, as_persona, meeting):
    meeting.say("to her", "pupil-young", Side.PUPIL, Readers.ONE_ADULT, "feel", text="To her", one="teaching-assistant")
    for slug, read, forms in (("headteacher", "Said: child for school", 0), ("teaching-assistant", "To her", 1)):
        page = as_persona(slug).get(f"{meeting.path}/endings")
        assert read in words(page), slug
        assert len(parse(page).xpath("//main//form")) == forms
        assert not parse(page).xpath("//main//a[contains(@href, '/actions/new')]")
    assert parse(teacher.get(f"{meeting.path}/endings")).xpath("//main//a[contains(@href, '/actions/new')]")
