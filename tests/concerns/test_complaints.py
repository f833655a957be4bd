"""A complaint may be about a member of staff: nothing goes to a class teacher unasked, and what one pressed in two windows
is one."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from portal.concerns.models import Concern
from portal.concerns.rules import Step, Turn
from portal.kernel import clock
from portal.people.models import Pupil
from portal.people.rules import Readers
from tests.concerns.asking import Asking, rows
from tests.pages import parse, words


def choices(page):
    """By the value of each choice of readers: what stands beside it, and whether it is chosen."""
    found = {}
    for item in parse(page).xpath("//main//div[contains(@class, 'govuk-radios__item')]"):
        (radio,) = item.xpath(".//input")
        found[radio.get("value")] = (" ".join(item.text_content().split()), radio.get("checked") is not None)
    return found


def test_whoever_complains_chooses_who_reads_it(asking, as_persona, ids):
    page = as_persona("parent").get(f"/children/{asking.child}/ask/complaint")
    found = choices(page)
    assert [checked for _text, checked in found.values()] == [False, False, False]
    head = found[str(ids.person("headteacher"))][0]
    assert "You may start with the headteacher when it is about a member of staff." in head
    assert "Then only the headteacher reads it, and nobody else at school." in head
    unsaid = asking.ask(kind="complaint", readers="", part_0="MARKER-KEPT")
    assert unsaid.status_code == 422
    assert "Choose one of the answers." in words(unsaid)
    assert "MARKER-KEPT" in unsaid.get_data(as_text=True)
    assert rows(asking.session, Concern) == []


def test_a_complaint_about_a_teacher_never_meets_the_teacher(asking, as_persona, ids):
    def pages():
        client = as_persona("class-teacher")
        return [words(client.get(path)) for path in ("/staff", "/staff/asked")]

    before = pages()
    key = asking.asked(kind="complaint", readers=str(ids.person("headteacher")), part_0="MARKER-TEACHER")
    assert (asking.one(key).step, asking.one(key).readers) == (Step.HEAD, Readers.ONE_ADULT)
    assert pages() == before
    for slug in ("class-teacher", "sendco"):
        assert as_persona(slug).get(asking.staff_path(key)).status_code == 404
        assert asking.answer(key, who=slug, replies=0).status_code == 404
    assert "MARKER-TEACHER" in words(as_persona("headteacher").get(asking.staff_path(key)))
    page = words(as_persona("parent").get(asking.family_path(key)))
    name = as_persona("parent").get(f"/children/{asking.child}/ask/complaint")
    label = choices(name)[str(ids.person("headteacher"))][0].split(" You may start")[0]
    assert f"Who reads it: {label}" in page, "the same words before and after"


def test_a_complaint_about_the_headteacher_is_told_who_is_next(asking, as_persona):
    page = words(as_persona("parent").get(f"/children/{asking.child}/ask/complaint"))
    assert "If it is about the headteacher" in page
    assert "Then ask the trust's director." in page
    assert "If it is about the headteacher" not in words(
        as_persona("parent").get(f"/children/{asking.child}/ask/worry")
    )


def test_a_complaint_begun_before_a_reader_was_chosen_is_kept_and_comes_back_unchosen(asking, as_persona, ids):
    assert asking.ask(kind="complaint", readers="", part_0="Half a sen", typing=True).status_code == 204
    page = as_persona("parent").get(f"/children/{asking.child}/ask/complaint")
    assert "Half a sen" in page.get_data(as_text=True)
    assert not any(checked for _text, checked in choices(page).values())
    head = str(ids.person("headteacher"))
    kept = asking.ask(kind="complaint", readers=head, part_0="Half a sentence", typing=True, version="1")
    assert kept.status_code == 204
    again = choices(as_persona("parent").get(f"/children/{asking.child}/ask/complaint"))
    assert [value for value, (_text, checked) in again.items() if checked] == [head]


@pytest.mark.parametrize(("kind", "first"), [("worry", "Miss Okafor"), ("referral", "Mrs Marsden")])
def test_who_answers_and_when_stands_beside_each_choice(asking, as_persona, kind, first):
    page = as_persona("parent").get(f"/children/{asking.child}/ask/{kind}")
    found = choices(page)
    assert found["teachers"][1]
    assert f"Who answers: {first}" in found["teachers"][0]
    assert all("At the latest on" in text for text, _checked in found.values())
    assert words(page).count("Who answers:") == 1, "nothing says it for a reader who was not chosen"


def test_the_same_words_from_two_windows_are_one_question(asking):
    """Each window has a key of its own."""
    assert asking.ask(part_0="The same", typing=True).status_code == 204
    first, second = asking.asked(part_0="The same"), asking.asked(part_0="The same", version="1")
    assert first == second
    (row,) = rows(asking.session, Concern)
    assert row.sent_at is not None


def test_what_is_not_the_same_is_a_question_of_its_own(asking, ids):
    key = asking.asked(part_0="The same")
    others = [
        asking.asked(part_0="Something else"),
        asking.asked(part_0="The same", readers=str(ids.person("headteacher"))),
        asking.asked(part_0="The same", kind="complaint"),
        asking.asked(part_0="The same", who="second-parent"),
    ]
    assert len({key, *others}) == 5


@pytest.mark.parametrize("then", ["an hour", "an answer"])
def test_later_the_same_words_are_asked_anew(asking, then):
    ask = partial(asking.asked, part_0="The same")
    key = ask()
    if then == "an hour":
        asking.change(key, sent_at=clock.now() - timedelta(hours=1, minutes=1))
    else:
        asking.answer(key)
    assert ask() != key


def test_after_sending_as_much_is_said_as_before(asking, as_persona):
    key = asking.asked(kind="referral")
    page = words(as_persona("parent").get(f"{asking.family_path(key)}?sent=1"))
    assert "Who answers: Mrs Marsden" in page
    assert "What happens next: we read this, look at how your child learns" in page
    key = asking.asked(kind="call", part_0="", part_1="")
    answer = as_persona("parent").get(f"{asking.family_path(key)}?sent=1")
    assert "We ring this number: 07700" in words(answer)
    boxes = parse(answer).xpath("//main//section[@class='card']")
    assert ["Please call me" in box.text_content() for box in boxes] == [True]
    asking.answer(key, kind="called")
    assert "We ring this number" not in words(as_persona("parent").get(asking.family_path(key)))


def test_the_number_can_be_put_right(asking, as_persona):
    page = parse(as_persona("parent").get(f"/children/{asking.child}/ask/call"))
    assert page.xpath("//main//a[@href='/settings']")


def test_schools_answer_comes_with_an_offer_of_help(asking, as_persona):
    key = asking.asked(part_0="Words")
    asking.answer(key, words="We look at it")
    asking.answer(key, words="")
    note = "//main//p[contains(@class, 'aside--original')]"
    assert len(parse(as_persona("parent").get(f"{asking.family_path(key)}?lang=ur")).xpath(note)) == 1
    assert not parse(as_persona("parent").get(f"{asking.family_path(key)}?lang=en")).xpath(note)
    assert Turn.ANSWER in {reply.kind for reply in asking.replies(key)}


def test_a_young_person_is_not_spoken_to_as_a_parent(app, system_session, ids, as_persona):
    pupil = system_session.scalars(select(Pupil).where(Pupil.person_id == ids.person("young-person"))).one()
    name = pupil.known_as or pupil.forename
    system_session.rollback()
    asking = Asking(system_session, ids, as_persona, child=name)
    client = as_persona("young-person")
    call = client.get(f"/children/{asking.child}/ask/call")
    assert not parse(call).xpath("//main//a[@href='/settings']"), "a page that a pupil does not have"
    assert "We have no number of yours. Please write it in a box above." in words(call)
    key = asking.asked(kind="referral", who="young-person", part_2="Quiet")
    paths = [
        "ask",
        "ask/referral",
        f"asked/{key}",
        "agreements",
        f"agreements/{asking.referred(who='sendco-other-school')}",
    ]
    found = [words(client.get(f"/children/{asking.child}/{path}")) for path in paths]
    for page in (words(call), *found):
        assert "my child" not in page
        assert "your child" not in page
    assert "Please look into my needs" in found[0]
    assert "What helps me Quiet" in found[2]
