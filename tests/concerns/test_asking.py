"""A family asks school: kept while it is typed, sent once, read by those who were named and by nobody else."""

import uuid
from functools import partial

import pytest
from sqlalchemy import select

from portal.concerns.models import Concern, ConcernReply
from portal.concerns.rules import Standing, Step, Turn
from portal.kernel import clock
from portal.kernel.outbox import OutboxItem
from portal.people.models import StaffRole
from portal.people.rules import Readers, Role
from portal.reviews.queries_calendar import calendar_of
from tests.at_once import at_once
from tests.concerns.asking import HOSTILE, hidden, rows
from tests.pages import parse, words


def test_a_worry_waits_for_the_class_teacher_with_a_day(asking, as_persona, ids):
    key = asking.asked(part_0="She sits alone")
    row = asking.one(key)
    assert (row.step, row.standing, row.readers, row.author_id) == (
        Step.TEACHER, Standing.OPEN, Readers.TEACHERS, ids.person("parent"),
    )  # fmt: skip
    calendar = calendar_of(asking.session, asking.about["school_id"], clock.today())
    asking.session.rollback()
    assert row.answer_by == calendar.school_days_after(clock.today(), 5)
    page = words(as_persona("parent").get(asking.family_path(key)))
    assert "She sits alone" in page
    assert "Who answers: Miss Okafor" in page, "the name that stood there before it was sent"
    assert "She sits alone" in words(as_persona("parent").get(f"/children/{asking.child}/ask"))
    for slug in ("class-teacher", "sendco", "headteacher"):
        assert "She sits alone" in words(as_persona(slug).get(asking.staff_path(key))), slug


@pytest.mark.parametrize("kind", ["call", "worry", "referral", "complaint"])
def test_readers_and_the_day_stand_before_the_first_word(asking, as_persona, kind):
    page = as_persona("parent").get(f"/children/{asking.child}/ask/{kind}")
    names = [field.get("name") for field in parse(page).xpath("//main//form[@data-keep]//*[@name]")]
    assert names.index("readers") < names.index("part_0")
    assert "At the latest on" in words(page)


def test_a_referral_goes_to_the_sendco_and_names_the_councils_way(asking, as_persona):
    page = as_persona("parent").get(f"/children/{asking.child}/ask/referral")
    assert parse(page).xpath("//main//a[starts-with(@href, 'https://www.gov.uk/')]")
    key = asking.asked(kind="referral", part_0="He does not hear me", part_1="Summer", part_2="Slow words")
    assert asking.one(key).step == Step.SENDCO
    assert asking.one(key).parts == {"seen": "He does not hear me", "since": "Summer", "helps": "Slow words"}


def test_a_call_shows_the_readers_own_number_and_needs_no_words(asking, as_persona, client_of):
    own = words(as_persona("parent").get(f"/children/{asking.child}/ask/call"))
    other = words(as_persona("second-parent").get(f"/children/{asking.child}/ask/call"))
    numbers = [text.split("We ring this number:")[1].split("Your language")[0].strip() for text in (own, other)]
    assert numbers[0] != numbers[1]
    assert all(numbers)
    key = asking.asked(kind="call", part_0="", part_1="", interpreter="y")
    assert asking.one(key).interpreter
    seen = words(as_persona("sendco").get(asking.staff_path(key)))
    assert numbers[0].replace(" ", "") in seen.replace(" ", "")
    assert "Interpreter" in seen
    assert "Ask the school office" in words(as_persona("class-teacher").get(asking.staff_path(key)))


def test_nothing_said_is_asked_for(asking):
    empty = asking.ask(part_0="  ")
    assert empty.status_code == 422
    assert "Write something first." in words(empty)


def test_pressed_twice_is_asked_once(asking):
    first, second = asking.ask(key="k1"), asking.ask(key="k1")
    assert first.headers["Location"] == second.headers["Location"]
    assert len(rows(asking.session, Concern)) == 1


def test_two_presses_at_one_moment_are_one(asking, app, as_persona):
    client_a, client_b = as_persona("parent"), as_persona("parent")
    answers = at_once(*(partial(asking.ask, client=client, key="same") for client in (client_a, client_b)))
    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(rows(asking.session, Concern)) == 1


def test_a_draft_is_kept_while_typing_and_read_by_its_author_alone(asking, as_persona):
    kept = asking.ask(part_0="Half a sen", typing=True, key="k", readers="teachers")
    assert kept.status_code == 204
    version = kept.headers["X-Version"]
    again = asking.ask(part_0="Half a sentence", typing=True, key="k", version=version)
    assert again.status_code == 204
    assert len(rows(asking.session, Concern)) == 1
    page = as_persona("parent").get(f"/children/{asking.child}/ask/worry")
    assert "Half a sentence" in page.get_data(as_text=True)
    assert "Written, but not sent yet" in words(as_persona("parent").get(f"/children/{asking.child}/ask"))
    (draft,) = rows(asking.session, Concern)
    for slug in ("second-parent", "class-teacher", "sendco", "headteacher", "office"):
        for path in (f"/children/{asking.child}/ask", f"/children/{asking.child}/ask/worry", "/staff/asked",
                     asking.staff_path(draft.id)):  # fmt: skip
            assert "Half a" not in as_persona(slug).get(path).get_data(as_text=True)
    sent = asking.ask(part_0="A whole sentence", key="k", version=hidden(page, "version"))
    assert sent.status_code == 303
    (row,) = rows(asking.session, Concern)
    assert (row.id, row.parts, row.sent_at is not None) == (draft.id, {"about": "A whole sentence"}, True)


def test_words_that_come_after_the_sending_of_the_same_form_are_dropped(asking):
    asking.ask(key="k", part_0="Sent")
    late = asking.ask(key="k", part_0="Sent", typing=True)
    assert late.status_code == 204
    assert len(rows(asking.session, Concern)) == 1


def test_a_draft_of_another_device_is_not_written_over(asking):
    first = asking.ask(part_0="On the phone", typing=True).headers["X-Version"]
    assert asking.ask(part_0="On the tablet", typing=True).status_code == 409
    assert asking.ask(part_0="On the tablet, sent").status_code == 303
    found = {row.parts["about"]: row.sent_at is None for row in rows(asking.session, Concern)}
    assert found == {"On the phone": True, "On the tablet, sent": False}
    assert asking.ask(part_0="On the phone, more", typing=True, version=first).status_code == 204


@pytest.mark.parametrize(("slug", "step"), [("sendco", Step.SENDCO), ("headteacher", Step.HEAD)])
def test_whoever_is_named_alone_reads_alone(asking, as_persona, ids, slug, step):
    key = asking.asked(readers=str(ids.person(slug)), part_0="About a teacher")
    row = asking.one(key)
    assert (row.step, row.readers, row.one_adult_id) == (step, Readers.ONE_ADULT, ids.person(slug))
    assert "About a teacher" in words(as_persona(slug).get(asking.staff_path(key)))
    others = {"class-teacher", "sendco", "headteacher"} - {slug}
    for other in others:
        client = as_persona(other)
        assert client.get(asking.staff_path(key)).status_code == 404
        assert str(key) not in client.get("/staff/asked").get_data(as_text=True)
        assert asking.answer(key, who=other, replies=0).status_code == 404
    assert asking.answer(key, who=slug).status_code == 303
    for other in others:
        assert as_persona(other).get(asking.staff_path(key)).status_code == 404


def test_only_people_of_this_school_can_be_named(asking, ids):
    for stranger in ("sendco-other-school", "class-teacher", "second-parent"):
        assert asking.ask(readers=str(ids.person(stranger))).status_code == 422
    assert rows(asking.session, Concern) == []


def test_the_other_parent_never_learns_of_it(asking, as_persona):
    pages = ["/home", "/messages", "/children/{0}", "/children/{0}/ask", "/children/{0}/agreements"]
    pages = [path.format(asking.child) for path in pages]
    client = as_persona("second-parent")
    for path in pages:
        client.get(path)  # looks are written down
    before = {path: main_of(client.get(path)) for path in pages}
    key = asking.asked(part_0="MARKER-WORRY")
    asking.answer(key, words="MARKER-ANSWER")
    asking.step_up(key)
    after = {path: main_of(client.get(path)) for path in pages}
    assert before == after
    for path in ("", "/next", "/letter.pdf"):
        assert client.get(asking.family_path(key) + path).status_code == 404
    assert client.post(f"{asking.family_path(key)}/done").status_code == 404
    person = asking.ids.person("second-parent")
    told = rows(asking.session, OutboxItem, OutboxItem.person_id == person, OutboxItem.kind.like("concern%"))
    assert told == []


def main_of(answer):
    """The page's words without the day of a look, which the class teacher's reading brings."""
    page = parse(answer)
    for looks in page.xpath("//ul[contains(@class, 'looks')]"):
        looks.getparent().remove(looks)
    return " ".join(page.xpath("//main")[0].text_content().split())


def test_hostile_words_stay_words(asking, as_persona):
    key = asking.asked(part_0=HOSTILE)
    asking.answer(key, words=HOSTILE)
    for slug, path in (("parent", asking.family_path(key)), ("class-teacher", asking.staff_path(key))):
        page = as_persona(slug).get(path)
        html = page.get_data(as_text=True)
        assert "<script>alert" not in html
        assert len(parse(page).xpath("//main//bdi[contains(., 'alert(1)')]")) == 2


def test_a_hidden_zero_is_refused_with_words(asking):
    assert asking.ask(part_0="a\x00b").status_code == 422


def test_one_step_further_names_the_next_and_gives_a_day(asking, as_persona, ids):
    key = asking.asked()
    assert as_persona("parent").get(f"{asking.family_path(key)}/next").status_code == 303, "nobody has answered yet"
    assert asking.step_up(key).status_code == 409
    asking.answer(key)
    page = as_persona("parent").get(f"{asking.family_path(key)}/next")
    assert "Talk to Mrs Marsden, our SENDCO." in words(page)
    assert asking.step_up(key).status_code == 303
    row = asking.one(key)
    assert (row.step, row.standing) == (Step.SENDCO, Standing.OPEN)
    kinds = [reply.kind for reply in asking.replies(key)]
    assert kinds == [Turn.ANSWER, Turn.STEPPED_UP]


def test_the_same_step_twice_is_one_step(asking):
    key = asking.asked()
    asking.answer(key)
    assert asking.step_up(key, replies=1).status_code == 303
    assert asking.step_up(key, replies=1).status_code == 303
    assert asking.one(key).step == Step.SENDCO


def test_whoever_waits_too_long_may_ask_the_next(asking):
    key = asking.asked()
    asking.let_it_be_late(key)
    assert asking.step_up(key).status_code == 303
    assert asking.one(key).step == Step.SENDCO


def test_the_whole_ladder_ends_with_the_trustee(asking, as_persona):
    key = asking.asked()
    for step, who in (
        ("sendco", "class-teacher"), ("head", "sendco"), ("director", "headteacher"), ("trustee", "headteacher"),
    ):  # fmt: skip
        assert asking.answer(key, who=who).status_code == 303
        assert asking.step_up(key).status_code == 303
        assert asking.one(key).step == step
    asking.answer(key, who="headteacher")
    assert asking.step_up(key).status_code == 409
    page = words(as_persona("parent").get(asking.family_path(key)))
    assert "I am not content" not in page
    assert "This was the last step" in page


def test_what_one_adult_reads_goes_up_to_the_headteacher_alone(asking, as_persona, ids):
    key = asking.asked(readers=str(ids.person("sendco")), part_0="About a teacher")
    asking.answer(key, who="sendco", words="MARKER-FIRST")
    assert "only the headteacher reads it" in words(as_persona("parent").get(f"{asking.family_path(key)}/next"))
    asking.step_up(key)
    page = words(as_persona("headteacher").get(asking.staff_path(key)))
    assert "About a teacher" in page
    assert "MARKER-FIRST" in page
    for slug in ("sendco", "class-teacher"):
        assert as_persona(slug).get(asking.staff_path(key)).status_code == 404
    assert {reply.one_adult_id for reply in asking.replies(key)} == {ids.person("headteacher")}
    asking.answer(key, who="headteacher")
    asking.step_up(key)
    assert asking.one(key).one_adult_id == ids.person("headteacher"), "who hands it on outside the portal"


def test_without_a_class_teacher_the_sendco_answers(asking, system_session, ids):
    for role in system_session.scalars(select(StaffRole).where(StaffRole.role == Role.CLASS_TEACHER)):
        role.ends_on = role.starts_on
    system_session.commit()
    assert asking.one(asking.asked()).step == Step.SENDCO


def test_a_family_finishes_it_and_may_still_go_on(asking, as_persona):
    key = asking.asked()
    asking.answer(key)
    for _twice in range(2):
        assert as_persona("parent").post(f"{asking.family_path(key)}/done").status_code == 303
    assert asking.one(key).standing == Standing.CLOSED
    assert [reply.kind for reply in asking.replies(key)] == [Turn.ANSWER, Turn.CLOSED]
    assert asking.step_up(key).status_code == 303


def test_an_order_since_yesterday_takes_everything_from_the_adult_and_nothing_from_school(asking, as_persona):
    key = asking.asked(part_0="Kept by school")
    asking.answer(key)
    asking.bar()
    for path in (f"/children/{asking.child}/ask", asking.family_path(key), f"{asking.family_path(key)}/letter.pdf"):
        assert as_persona("parent").get(path).status_code == 404
    assert asking.ask().status_code == 404
    assert asking.step_up(key).status_code == 404
    assert "Kept by school" in words(as_persona("class-teacher").get(asking.staff_path(key)))


def test_a_young_person_with_own_rights_asks_and_assistants_read_nothing(system_session, ids, as_persona, app):
    from portal.people.models import Pupil
    from tests.concerns.asking import Asking

    me = ids.person("young-person")
    pupil = system_session.scalars(select(Pupil).where(Pupil.person_id == me)).one()
    name = pupil.known_as or pupil.forename
    system_session.rollback()
    asking = Asking(system_session, ids, as_persona, child=name)
    key = asking.asked(who="young-person", part_0="My own question")
    assert "My own question" in words(as_persona("young-person").get(asking.family_path(key)))
    assert asking.one(key).side == "parent"


def test_what_was_sent_stays_as_it_was(asking, as_persona, ids):
    key = asking.asked(part_0="First words")
    for who in ("class-teacher", "sendco"):
        asking.answer(key, who=who)
    asking.step_up(key)
    assert asking.one(key).parts == {"about": "First words"}
    numbers = [(reply.number, reply.words) for reply in asking.replies(key)]
    assert numbers == [(1, "We look at it"), (2, "We look at it"), (3, "Not enough")]


def test_the_pages_of_a_family_stay_within_eight_statements(asking, as_persona, counting):
    key = asking.asked()
    asking.answer(key)
    for number in range(5):
        asking.asked(part_0=f"Again {number}")
    client = as_persona("parent")
    for path in (f"/children/{asking.child}/ask", f"/children/{asking.child}/ask/call", asking.family_path(key),
                 f"{asking.family_path(key)}/next", f"/children/{asking.child}/agreements"):  # fmt: skip
        client.get(path)
        counting.statements.clear()
        assert client.get(path).status_code == 200
        assert len(counting) <= 8, (path, "\n\n".join(counting.statements))


def test_a_family_writes_no_reply_for_somebody_else(asking, app, ids):
    """The fence itself, without any page."""
    from portal.kernel.scope import PortalSession, ScopeError
    from portal.people.scopes import one_pupil

    key = asking.asked()
    with PortalSession(
        app.extensions["writing_engine"], scope=one_pupil(asking.child, ids.person("second-parent"))
    ) as s:
        assert s.scalars(select(Concern)).all() == []
        about = {**asking.about, "author_id": ids.person("parent"), "written_by": ids.person("second-parent")}
        s.add(
            ConcernReply(
                **about, id=uuid.uuid4(), concern_id=key, number=9, kind="answer", step="teacher", side="parent",
                readers="teachers", said_at=clock.now(), sent_at=clock.now(),
            )
        )  # fmt: skip
        with pytest.raises(ScopeError):
            s.flush()
