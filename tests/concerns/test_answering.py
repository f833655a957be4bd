"""School answers: who owes the answer has it in a list with its day; others of the school step in only from above."""

import uuid

import pytest
from sqlalchemy import select

from portal.concerns.models import AnswerDays
from portal.concerns.rules import Standing, Step, Turn
from portal.concerns.rules_messages import TITLES, ConcernMessage, open_at
from portal.kernel import clock
from portal.kernel.outbox import OutboxItem
from tests.concerns.asking import rows
from tests.pages import parse, words

LIST = "/staff/asked"


def lines(page):
    """The rows of the list: the child's address, whether it is lit, whether it is the viewer's to answer."""
    found = parse(page).xpath("//main//table//tr[th[@scope='row']]")
    return [
        (row.xpath("./th//a/@href")[0].rsplit("/", 1)[1], "calm__lit" in (row.get("class") or ""),
         "You" in row.xpath("./td")[1].text_content())
        for row in found
    ]  # fmt: skip


def test_each_has_the_list_of_their_own_and_what_is_late_stands_out(asking, as_persona):
    for_teacher, for_sendco = asking.asked(), asking.asked(kind="referral")
    asking.let_it_be_late(for_sendco)
    teacher = lines(as_persona("class-teacher").get(LIST))
    assert teacher == [(str(for_sendco), True, False), (str(for_teacher), False, True)]
    sendco = lines(as_persona("sendco").get(LIST))
    assert sendco == [(str(for_sendco), True, True), (str(for_teacher), False, False)]
    for slug in ("teaching-assistant", "supply-teacher", "office", "trust-lead"):
        assert as_persona(slug).get(LIST).status_code == 403
    assert lines(as_persona("sendco-other-school").get(LIST)) == []


def test_the_front_page_says_what_waits(asking, as_persona):
    key = asking.asked()
    assert "1 family waits for your answer." in words(as_persona("class-teacher").get("/staff"))
    assert "waits for your answer" not in words(as_persona("sendco").get("/staff"))
    asking.let_it_be_late(key)
    for slug in ("sendco", "headteacher"):
        assert "1 answer to a family is late." in words(as_persona(slug).get("/staff"))
    asking.answer(key)
    for slug in ("class-teacher", "sendco", "headteacher"):
        page = words(as_persona(slug).get("/staff"))
        assert "waits for your answer" not in page
        assert "is late" not in page.replace("promises", "")


def test_an_answer_is_told_and_says_nothing_outside(asking, as_persona, ids):
    key = asking.asked()
    assert asking.answer(key, words="We will watch at playtime").status_code == 303
    assert asking.one(key).standing == Standing.ANSWERED
    page = words(as_persona("parent").get(asking.family_path(key)))
    assert "We will watch at playtime" in page
    assert "Miss Okafor" in page
    (item,) = rows(asking.session, OutboxItem, OutboxItem.kind == "concern_answered")
    assert (item.person_id, item.about_pupil_id) == (ids.person("parent"), asking.child)
    assert item.facts == {"concern_id": str(key)}
    assert TITLES[item.kind] == "School answered you"
    assert open_at(item.kind, item.facts, asking.child) == (
        "concerns.one", {"pupil_id": asking.child, "concern_id": str(key)},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "standing", "message"),
    [
        ("answer", Standing.ANSWERED, ConcernMessage.ANSWERED),
        ("called", Standing.ANSWERED, ConcernMessage.ANSWERED),
        ("will_call", Standing.OPEN, ConcernMessage.WILL_CALL),
    ],
)
def test_each_kind_of_answer(asking, kind, standing, message):
    key = asking.asked(kind="call")
    assert asking.answer(key, kind=kind).status_code == 303
    assert asking.one(key).standing == standing
    assert [item.kind for item in rows(asking.session, OutboxItem, OutboxItem.kind.like("concern%"))] == [message]
    assert asking.answer(key, kind=kind, words="").status_code == 422


def test_the_same_answer_twice_is_one_and_another_is_told(asking):
    key = asking.asked()
    for _twice in range(2):
        assert asking.answer(key, replies=0).status_code == 303
    assert len(asking.replies(key)) == 1
    late = asking.answer(key, who="sendco", words="Mine", replies=0)
    assert late.status_code == 409
    assert "Mine" in late.get_data(as_text=True), "what was typed stays"
    assert "We look at it" in words(late)


def test_only_whoever_stands_at_the_step_or_above_answers(asking, as_persona):
    key = asking.asked(kind="referral")
    page = words(as_persona("class-teacher").get(asking.staff_path(key)))
    assert "Your answer" not in page
    assert asking.answer(key, who="class-teacher").status_code == 403
    assert asking.answer(key, who="headteacher").status_code == 303
    assert asking.replies(key)[0].step == Step.SENDCO


def test_it_is_passed_on_inside_school_and_the_day_stays(asking, as_persona):
    key = asking.asked()
    day = asking.one(key).answer_by
    path = f"{asking.staff_path(key)}/pass-on"
    assert as_persona("class-teacher").post(path, data={"step": "teacher", "replies": "0"}).status_code == 422
    assert as_persona("class-teacher").post(path, data={"step": "trustee", "replies": "0"}).status_code == 422
    sent = {"step": "sendco", "words": "You know more", "replies": "0"}
    for _twice in range(2):
        assert as_persona("class-teacher").post(path, data=sent).status_code == 303
    row = asking.one(key)
    assert (row.step, row.answer_by, row.replies) == (Step.SENDCO, day, 1)
    assert "Passed on inside school" in words(as_persona("parent").get(asking.family_path(key)))


def test_what_is_for_one_adult_is_not_passed_on(asking, as_persona, ids):
    key = asking.asked(readers=str(ids.person("sendco")))
    assert "Pass it on" not in words(as_persona("sendco").get(asking.staff_path(key)))
    answer = as_persona("sendco").post(f"{asking.staff_path(key)}/pass-on", data={"step": "head", "replies": "0"})
    assert answer.status_code == 409
    assert asking.one(key).one_adult_id == ids.person("sendco")


def test_only_what_was_answered_is_finished(asking, as_persona):
    key = asking.asked()
    path = f"{asking.staff_path(key)}/close"
    assert as_persona("class-teacher").post(path, data={"replies": "0"}).status_code == 409
    asking.answer(key)
    for _twice in range(2):
        assert as_persona("class-teacher").post(path, data={"replies": "1"}).status_code == 303
    assert [reply.kind for reply in asking.replies(key)] == [Turn.ANSWER, Turn.CLOSED]


def at_the_director(asking):
    key = asking.asked(part_0="The sessions stopped")
    for who in ("class-teacher", "sendco", "headteacher"):
        asking.answer(key, who=who)
        asking.step_up(key)
    return key


def test_the_headteacher_hands_the_letter_on(asking, as_persona, read_pdf):
    key = at_the_director(asking)
    head = as_persona("headteacher")
    page = words(head.get(asking.staff_path(key)))
    assert "This person does not use the portal." in page
    letter = head.get(f"{asking.staff_path(key)}/letter.pdf")
    assert letter.headers["Content-Disposition"] == 'attachment; filename="school-letter.pdf"'
    text = read_pdf(letter.data)
    for said in ("The sessions stopped", "We look at it", "Not enough", "Samina Hussain", "The trust's director"):
        assert said in text, text
    path = f"{asking.staff_path(key)}/hand-on"
    assert head.post(path, data={"words": "By post to the director", "replies": "6"}).status_code == 303
    assert "By post to the director" in words(as_persona("parent").get(asking.family_path(key)))
    for slug in ("class-teacher", "sendco"):
        assert as_persona(slug).get(f"{asking.staff_path(key)}/letter.pdf").status_code == 403
    own = as_persona("parent").get(f"{asking.family_path(key)}/letter.pdf?lang=ur")
    assert "The sessions stopped" in read_pdf(own.data)


def test_nothing_is_handed_on_before_its_time(asking, as_persona):
    key = asking.asked()
    sent = as_persona("headteacher").post(f"{asking.staff_path(key)}/hand-on", data={"words": "x", "replies": "0"})
    assert sent.status_code == 409


def test_the_school_sets_its_days(asking, as_persona):
    given = {"teacher": "2", "sendco": "3", "head": "5", "director": "10", "trustee": "15"}
    client = as_persona("sendco")
    for wrong in ("0", "31", "x", ""):
        assert client.post("/staff/school/answers", data={**given, "head": wrong}).status_code == 422
    assert rows(asking.session, AnswerDays) == []
    for _twice in range(2):
        assert client.post("/staff/school/answers", data=given).status_code == 303
    assert len(rows(asking.session, AnswerDays)) == 5
    page = client.get("/staff/school/answers")
    assert parse(page).xpath("//input[@name='director']/@value") == ["10"]
    from portal.reviews.queries_calendar import calendar_of

    calendar = calendar_of(asking.session, asking.about["school_id"], clock.today())
    asking.session.rollback()
    assert asking.one(asking.asked()).answer_by == calendar.school_days_after(clock.today(), 2)
    other = as_persona("sendco-other-school").get("/staff/school/answers")
    assert parse(other).xpath("//input[@name='director']/@value") == ["5"]


def test_a_question_of_another_school_is_no_page(asking, as_persona):
    key = asking.asked()
    client = as_persona("sendco-other-school")
    assert client.get(asking.staff_path(key)).status_code == 404
    assert client.post(asking.staff_path(key), data={"kind": "answer", "words": "x", "replies": "0"}).status_code == 404


def test_a_question_under_another_childs_address_is_no_page(asking, as_persona, ids):
    key = asking.asked()
    other = ids.pupil("Leo")
    assert as_persona("sendco").get(f"/staff/children/{other}/asked/{key}").status_code == 404
    assert as_persona("sendco").get(f"/staff/children/{asking.child}/asked/{uuid.uuid4()}").status_code == 404


def test_the_pages_of_staff_stay_within_twelve_statements(asking, as_persona, counting):
    key = asking.asked()
    for number in range(6):
        asking.answer(asking.asked(part_0=f"Again {number}"))
    asking.let_it_be_late(key)
    for slug in ("class-teacher", "sendco", "headteacher"):
        client = as_persona(slug)
        for path in (LIST, asking.staff_path(key)):
            client.get(path)
            counting.statements.clear()
            assert client.get(path).status_code == 200
            assert len(counting) <= 12, (slug, path, "\n\n".join(counting.statements))


def test_the_mail_says_no_more_than_that(asking, app, ids, tmp_path):
    """Every kind in English and Urdu; withheld from an adult who lost the right meanwhile."""
    from portal.delivery.demo_file import DemoSender
    from portal.delivery.mail import write
    from portal.jobs import kinds_for
    from portal.people.models import Person
    from tests.conftest import make_settings

    key = asking.asked(part_0="She sits alone")
    asking.answer(key, kind="will_call", words="Tomorrow at four")
    asking.answer(key, words="We look")
    kinds = kinds_for(make_settings("sqlite://", tmp_path), DemoSender(tmp_path))
    session = asking.session
    told = select(OutboxItem).where(OutboxItem.kind.like("concern%"))
    items = session.scalars(told).all()
    assert len(items) == 2
    for language in ("en", "ur"):
        session.get_one(Person, ids.person("parent")).language = language
        session.flush()
        for item in items:
            envelope = kinds[item.kind].prepare(session, item, clock.now())
            mail = write(item.id, item.kind, envelope, now=clock.now())
            for secret in ("Zara", "alone", "four", "SEN", "Okafor"):
                assert secret not in mail.subject + mail.text
    session.rollback()
    asking.bar()
    for item in session.scalars(told):
        assert kinds[item.kind].prepare(session, item, clock.now()) is None
    session.rollback()


def test_what_is_wrong_leads_to_the_box_where_it_is_wrong(asking, as_persona):
    """Several forms of the page ask for words; each has a box of its own."""
    key = asking.asked()
    for way in ("", "/pass-on", "/translate"):
        sent = {"kind": "answer", "step": "sendco", "words": "x" * 10_001, "replies": "0"}
        page = parse(as_persona("class-teacher").post(asking.staff_path(key) + way, data=sent))
        (link,) = page.xpath("//*[contains(@class, 'govuk-error-summary')]//a/@href")
        (box,) = page.xpath(f"//textarea[@id='{link[1:]}']")
        assert box.xpath("./ancestor::form/@action") == [asking.staff_path(key) + way]
