"""A pupil says what they think: three skins, tapped or written, each answer for the readers the child chose."""

import json
import uuid

import pytest
from sqlalchemy import select

from portal.contributions.models import Contribution, Statement
from portal.contributions.queries_pack import voices
from portal.contributions.rules import FEELINGS
from portal.contributions.rules_pupil import (
    CARDS,
    PREPARING,
    PUPIL_QUESTIONS,
    Asks,
    asks,
    beside,
    first_card,
    questions_for,
    tapped,
)
from portal.kernel import clock
from portal.kernel.scope import PortalSession
from portal.meetings.rules_pupil import HELPED_CHOICES
from portal.paths import ROOT
from portal.people.actor import Actor
from portal.people.models import Pupil
from portal.people.rules import CARDS as CARDS_SKIN
from portal.people.rules import PICTURES, WORDS, Audience, Readers
from portal.people.scopes import scope_of
from portal.reviews.models import Review
from portal.reviews.rules import Stage
from tests.conftest import sign_in
from tests.contributions.saying import statements
from tests.pages import form_on, parse, words

SAFE = "If I am worried you are not safe, I must tell someone who can help."


@pytest.fixture
def here(ids, system_session):
    """The address of Zara's views, of which nothing is said yet."""
    forget(system_session, ids.review("Zara"))
    return f"/me/views/{ids.review('Zara')}"


def forget(session, review_id):
    for kind in (Statement, Contribution):
        for row in session.scalars(select(kind).where(kind.review_id == review_id)):
            session.delete(row)
        session.flush()
    review = session.get_one(Review, review_id)
    review.pupil_views_at = review.views_in_at = None
    session.commit()


def kept(session, review_id):
    """The newest version of each answer, by question; the session lets go at once."""
    session.rollback()
    session.expire_all()
    found = session.scalars(select(Statement).where(Statement.review_id == review_id).order_by(Statement.number)).all()
    rows = {row.question: row for row in found if row.side == "pupil"}
    for row in rows.values():
        session.refresh(row)
        session.expunge(row)
    session.rollback()
    return rows


def grow(session, ids, nc_year):
    session.get_one(Pupil, ids.pupil("Zara")).nc_year = nc_year
    session.commit()


def version_on(page):
    return parse(page).xpath("//main//input[@name='version']/@value")[0]


def tap(client, path, feeling, **more):
    page = client.get(path)
    assert parse(page).xpath(f"//main//button[@name='feeling' and @value='{feeling}']"), path
    hidden = {field.get("name"): field.get("value") for field in parse(page).xpath("//main//input[@type='hidden']")}
    hidden.pop("csrf_token")
    answer = client.post(path, data={**hidden, "feeling": feeling, **more})
    assert answer.status_code == 303, words(answer)
    return answer.headers["Location"]


def test_the_youngest_taps_through_chooses_the_reader_first_and_sends(app, as_persona, ids, system_session, here):
    client, review_id = as_persona("pupil-young"), ids.review("Zara")
    start = client.get("/me/views")
    assert SAFE in words(start)
    (first,) = parse(start).xpath("//main//a[normalize-space()='Start']/@href")
    chooser = client.get(first)
    assert SAFE in words(chooser)
    assert "My teachers are: my class teachers, the SENDCO and the headteacher." in words(chooser)
    circles = parse(chooser).xpath("//main//button[@name='who']/@value")
    assert circles[0] == str(ids.person("class-teacher"))  # the narrowest comes first
    assert circles[-2:] == ["teachers", "family"]
    place = client.post(first, data={"who": circles[0]}).headers["Location"]

    seen = []
    while "look" not in place:
        page = client.get(place)
        assert words(page).index("reads this") < words(page).index("So-so")
        assert len(parse(page).xpath("//main//button[@name='feeling']")) == len(FEELINGS) == 5
        seen.append(parse(page).xpath("//h1")[0].text_content())
        place = tap(client, place, "tricky" if seen[-1] == "Noise" else "good")
    assert len(seen) == len(questions_for(PICTURES, "2")) - 1 + len(CARDS)
    assert "This is not sent yet" in words(client.get(place))
    drafts = kept(system_session, review_id)
    assert {row.sent_at for row in drafts.values()} == {None}

    assert client.post(place, data={"helped": "helper"}).headers["Location"] == f"{here}/thanks"
    assert "Thank you" in words(client.get(f"{here}/thanks"))
    rows = kept(system_session, review_id)
    assert rows["school"].picks == {"school": "good"}
    assert rows["cards"].picks == {card.key: "tricky" if card.key == "noise" else "good" for card in CARDS}
    for row in rows.values():
        assert (row.readers, row.one_adult_id) == ("one_adult", ids.person("class-teacher"))
        assert row.sent_at
        assert row.author_id == row.written_by == ids.person("pupil-young")
    spoke = system_session.scalars(select(Contribution).where(Contribution.review_id == review_id)).one()
    review = system_session.get_one(Review, review_id)
    assert (spoke.side, spoke.how, spoke.helped_by) == ("pupil", "self", "My helper")
    assert review.pupil_views_at
    assert review.views_in_at


def test_without_choosing_only_the_class_teacher_reads_it(app, as_persona, ids, system_session, here):
    tap(as_persona("pupil-young"), f"{here}/school", "so_so")
    row = kept(system_session, ids.review("Zara"))["school"]
    assert (row.readers, row.one_adult_id) == ("one_adult", ids.person("class-teacher"))


def test_each_answer_has_its_own_readers_also_after_it_was_sent(app, as_persona, ids, system_session, here):
    client, review_id = as_persona("pupil-young"), ids.review("Zara")
    going = client.post(f"{here}/school/readers", data={"who": "family"}).headers["Location"]
    tap(client, going, "tricky", text="MARKER-family")
    tap(client, f"{here}/progress?who=teachers", "good", text="MARKER-teachers")
    tap(client, f"{here}/help", "good", text="MARKER-one")
    client.post(f"{here}/look")
    assert read_by(app, ids, "parent", review_id) == {"MARKER-family"}
    assert read_by(app, ids, "second-parent", review_id) == {"MARKER-family"}

    narrower = client.post(f"{here}/school/readers?then=look", data={"who": str(ids.person("class-teacher"))})
    wider = client.post(f"{here}/help/readers?then=look", data={"who": "family", "sure": "1"})
    assert narrower.headers["Location"] == wider.headers["Location"] == f"{here}/look"
    assert read_by(app, ids, "parent", review_id) == {"MARKER-one"}
    rows = kept(system_session, review_id)
    assert {row.number for row in rows.values()} == {1}
    assert {row.sent_at is None for row in rows.values()} == {False}
    text = words(client.get(f"{here}/look"))
    assert "Your teachers and your family read this." in text
    assert "MARKER-family" in text


@pytest.mark.parametrize("who", ["family", "another adult"])
def test_before_somebody_new_reads_what_was_sent_the_child_is_asked(app, as_persona, ids, system_session, here, who):
    client, review_id = as_persona("pupil-young"), ids.review("Zara")
    tap(client, f"{here}/school", "tricky", text="MARKER")
    who = str(ids.person("sendco")) if who == "another adult" else who
    client.post(f"{here}/school/readers", data={"who": who})  # a draft: nobody reads it yet
    client.post(f"{here}/school/readers", data={"who": str(ids.person("class-teacher"))})
    client.post(f"{here}/look")
    path = f"{here}/school/readers?then=look"
    asking = client.post(path, data={"who": who})
    assert "May they read what you sent?" in words(asking)
    assert "MARKER" in words(asking)
    assert kept(system_session, review_id)["school"].one_adult_id == ids.person("class-teacher")
    (no,) = parse(asking).xpath("//main//a[normalize-space()='No']/@href")
    assert no == f"{here}/look"
    system_session.rollback()
    assert client.post(path, data=form_on(asking) | {"sure": "1"}).headers["Location"] == f"{here}/look"
    row = kept(system_session, review_id)["school"]
    assert who in {row.readers, str(row.one_adult_id)}


def test_every_answer_begins_with_the_one_adult(app, as_persona, ids, system_session, here):
    client, teacher = as_persona("pupil-young"), ids.person("class-teacher")
    place = client.post(f"{here}/school/readers", data={"who": "family"}).headers["Location"]
    (skip,) = parse(client.get(place)).xpath("//main//a[normalize-space()='Skip']/@href")
    assert "who" not in skip
    place = tap(client, tap(client, place, "good"), "good")
    tap(client, place, "good")
    first = client.post(f"{here}/cards/readers", data={"who": "teachers"}).headers["Location"]
    (second,) = parse(client.get(first)).xpath("//main//a[normalize-space()='Skip']/@href")
    tap(client, second, "good")  # the cards are one answer
    rows = kept(system_session, ids.review("Zara"))
    assert [rows[key].readers for key in ("school", "cards")] == ["family", "teachers"]
    assert all((rows[key].readers, rows[key].one_adult_id) == ("one_adult", teacher) for key in ("progress", "help"))


def test_the_choice_so_far_is_marked_without_colour_alone(app, as_persona, ids, here):
    client = as_persona("pupil-young")
    assert not parse(client.get(f"{here}/school")).xpath("//main//button[@aria-pressed='true']")
    tap(client, f"{here}/school", "tricky")
    (pressed,) = parse(client.get(f"{here}/school")).xpath("//main//button[@aria-pressed='true']")
    assert pressed.get("value") == "tricky"
    assert pressed.xpath(".//use[contains(@href, '#tick')]")
    client.post(f"{here}/school/readers", data={"who": "teachers"})
    (reader,) = parse(client.get(f"{here}/school/readers")).xpath("//main//button[@aria-pressed='true']/@value")
    assert reader == "teachers"


def sort_all(client, here):
    place = f"{here}/cards?card=playtime"
    for _card in CARDS:
        place = tap(client, place, "good")
    return place


def back_of(client, place):
    return parse(client.get(place)).xpath("//a[contains(@class, 'govuk-back-link')]/@href")[0]


def test_every_sorted_card_can_be_put_right(app, as_persona, ids, system_session, here):
    client, review_id = as_persona("pupil-young"), ids.review("Zara")
    look = sort_all(client, here)
    assert look == f"{here}/look"
    links = parse(client.get(look)).xpath("//main//a[contains(@href, 'card=')]/@href")
    assert links == [f"{here}/cards?card={card.key}" for card in CARDS]
    faces = parse(client.get(look)).xpath("//main//use[contains(@href, '#happy')]")
    assert len(faces) == len(CARDS)
    following = tap(client, links[1], "tricky")  # sorted cards follow each other as well
    assert "card=reading" in following
    assert "card=lunch" in back_of(client, following)
    assert "card=playtime" in back_of(client, back_of(client, following))
    assert back_of(client, links[0]).endswith("/help")
    assert kept(system_session, review_id)["cards"].picks["lunch"] == "tricky"


def test_a_sorted_card_can_be_taken_away_and_the_others_stay(app, as_persona, ids, system_session, here):
    client, review_id = as_persona("pupil-young"), ids.review("Zara")
    for card, feeling in (("lunch", "tricky"), ("noise", "good")):
        tap(client, f"{here}/cards?card={card}", feeling)
    assert "Take my answer away" not in words(client.get(f"{here}/cards?card=maths"))
    place = f"{here}/cards?card=lunch"
    for left in ({"noise": "good"}, None):
        version = version_on(client.get(place))
        hidden = {"card": place.partition("card=")[2], "version": version}
        asking = client.post(f"{here}/cards", data={**hidden, "take_back": "1"})
        assert ("Tricky" in words(asking), "Good" in words(asking)) == (bool(left), not left)
        old = client.post(f"{here}/cards", data=form_on(asking) | {"take_back": "sure", "version": "7"})
        assert old.status_code == 409
        assert client.post(f"{here}/cards", data=form_on(asking) | {"take_back": "sure"}).status_code == 303
        row = kept(system_session, review_id).get("cards")
        assert (row.picks if row else None) == left
        place = f"{here}/cards?card=noise"


def test_pages_say_that_nothing_is_sent_yet_until_it_is(app, as_persona, ids, here):
    client = as_persona("pupil-young")
    pages = ("/me", "/me/views", f"{here}/help", f"{here}/look")
    assert "We want to know what you think." in words(client.get("/me"))
    tap(client, f"{here}/school", "good")
    for page in pages:
        assert "This is not sent yet." in words(client.get(page)), page
    finished = parse(client.get(f"{here}/look")).xpath("//main//button[normalize-space()='I am finished']/@class")
    assert "govuk-button--secondary" in finished[0]
    client.post(f"{here}/look")
    for page in pages:
        assert "not sent" not in words(client.get(page)), page
    assert "We want to know what you think." not in words(client.get("/me"))


def test_words_beside_not_now_stay_with_the_child_and_the_page_does_not_say_otherwise(app, as_persona, ids, here):
    client = as_persona("pupil-young")
    tap(client, f"{here}/school", "not_now", text="It is loud")
    page = client.get(f"{here}/school")
    (told,) = parse(page).xpath("//main//section[contains(@class, 'idea--told')]")
    said = " ".join(told.text_content().split())
    assert said.startswith("You chose: Not now")
    assert "your words" not in said
    (words_of,) = parse(page).xpath("//main//details[@open]")
    assert "Nobody else can read your words." in words_of.text_content()
    look = words(client.get(f"{here}/look"))
    teacher = look[look.index("Not now") : look.index("reads this.")]
    assert "It is loud" not in teacher
    assert "It is loud Nobody else can read your words." in look


def read_by(app, ids, slug, review_id):
    """What an adult of the family reads of it."""
    actor = Actor(
        person_id=ids.person(slug), sitting_id=uuid.uuid4(), name="", audience=Audience.FAMILY, language="en",
        trust_id=uuid.uuid4(),
    )  # fmt: skip
    with PortalSession(app.extensions["engine"], scope=scope_of(actor, clock.today()), read_only=True) as session:
        return {line.text for voice in voices(session, review_id=review_id) for line in voice.statements}


def test_everything_can_be_skipped_and_then_nothing_is_kept(app, as_persona, ids, system_session, here):
    client, place, count = as_persona("pupil-young"), f"{here}/school", 0
    while "look" not in place:
        (place,) = parse(client.get(place)).xpath("//main//a[normalize-space()='Skip']/@href")
        count += 1
    assert count == 3 + len(CARDS)
    assert "You said nothing here" in words(client.get(place))
    assert client.post(place, data={"helped": "home"}).status_code == 303
    assert client.get(f"{here}/thanks").headers["Location"] == place
    assert kept(system_session, ids.review("Zara")) == {}
    assert system_session.get_one(Review, ids.review("Zara")).pupil_views_at is None


@pytest.mark.parametrize("feeling", ["not_now", "not_say"])
def test_not_saying_is_an_answer(app, as_persona, ids, system_session, here, feeling):
    client = as_persona("pupil-young")
    tap(client, f"{here}/progress", feeling)
    client.post(f"{here}/look")
    row = kept(system_session, ids.review("Zara"))["progress"]
    assert row.picks == {"progress": feeling}
    assert row.sent_at


def test_an_answer_can_be_taken_away_and_the_others_stay(app, as_persona, ids, system_session, here):
    client = as_persona("pupil-young")
    tap(client, f"{here}/school", "good")
    tap(client, f"{here}/help", "good")
    page = client.get(f"{here}/school")
    assert "You chose: Good" in words(page)
    asking = client.post(f"{here}/school", data={"take_back": "1", "version": version_on(page), "text": "and\r\nlunch"})
    assert "Take this answer away?" in words(asking)
    assert kept(system_session, ids.review("Zara")).keys() == {"school", "help"}
    system_session.rollback()
    client.post(f"{here}/school", data=form_on(asking) | {"take_back": "sure"})
    assert kept(system_session, ids.review("Zara")).keys() == {"help"}


def test_whoever_keeps_an_answer_after_all_gets_the_form_back(app, as_persona, ids, system_session, here):
    client = as_persona("pupil-young")
    tap(client, f"{here}/school", "good", text="kept")
    version, typed = version_on(client.get(f"{here}/school")), 'I like <b>lunch</b>\r\n"and" 🐘'
    asking = client.post(f"{here}/school", data={"take_back": "1", "version": version, "text": typed})
    assert "I like <b>lunch</b>" in words(asking)
    again = client.post(f"{here}/school", data=form_on(asking) | {"take_back": "no"})
    assert parse(again).xpath("string(//textarea[@name='text'])").strip() == typed.replace("\r", "")
    assert version_on(again) == version
    assert "You chose: Good" in words(again)
    assert kept(system_session, ids.review("Zara"))["school"].text == "kept"


@pytest.mark.parametrize("typed", ["secret", ""])
def test_words_nobody_may_read_stay_so_when_they_are_kept_after_all(app, as_persona, ids, system_session, here, typed):
    client = as_persona("pupil-young")
    tap(client, f"{here}/school", "not_say", text="secret")
    version = version_on(client.get(f"{here}/school"))
    asking = client.post(f"{here}/school", data={"take_back": "1", "version": version, "text": typed})
    client.post(f"{here}/school", data=form_on(asking) | {"take_back": "no"})
    row = kept(system_session, ids.review("Zara"))["school"]
    assert (row.text, row.picks, row.sent_at) == ("secret", {"school": "not_say"}, None)


def test_whoever_saw_an_older_answer_takes_nothing_newer_away(app, as_persona, ids, system_session, here):
    client = as_persona("pupil-young")
    tap(client, f"{here}/school", "good", text="cat")
    asking = client.post(f"{here}/school", data={"take_back": "1", "version": version_on(client.get(f"{here}/school"))})
    tap(client, f"{here}/school", "good", text="a much longer answer")
    answer = client.post(f"{here}/school", data=form_on(asking) | {"take_back": "sure"})
    assert answer.status_code == 409
    assert "a much longer answer" in words(answer)
    assert kept(system_session, ids.review("Zara"))["school"].text == "a much longer answer"


def test_a_grown_up_adds_words_and_the_picture_stays(app, as_persona, ids, system_session, here):
    client = as_persona("pupil-young")
    tap(client, f"{here}/school", "tricky")
    page = client.get(f"{here}/school")
    assert parse(page).xpath("//details//textarea[@name='text']")
    client.post(f"{here}/school", data={"text": "The bell is too loud.", "version": version_on(page)})
    row = kept(system_session, ids.review("Zara"))["school"]
    assert (row.picks, row.text) == ({"school": "tricky"}, "The bell is too loud.")


def test_the_middle_skin_taps_the_same_cards_and_writes_as_well(app, as_persona, ids, system_session, here):
    grow(system_session, ids, "5")
    client = as_persona("pupil-young")
    page = client.get(f"{here}/school")
    assert parse(page).xpath("//body[contains(@class, 'skin-cards')]")
    assert parse(page).xpath("//main//textarea[not(ancestor::details)]")
    place = tap(client, f"{here}/cards", "good")
    assert "card=lunch" in place
    written = client.post(f"{here}/important_now", data={"text": "my rabbit", "version": "0"})
    assert written.status_code == 303
    rows = kept(system_session, ids.review("Zara"))
    assert rows["cards"].picks == {"playtime": "good"}
    assert rows["important_now"].text == "my rabbit"


def test_older_pupils_write_and_html_is_shown_as_typed(app, as_persona, ids, system_session):
    review_id = ids.review("Idris")
    forget(system_session, review_id)
    client, here = as_persona("pupil-older"), f"/me/views/{review_id}"
    start = client.get("/me/views")
    for question in (*questions_for(WORDS, "9").values(),):
        assert question.label in words(start)
    for question in PREPARING:
        assert parse(client.get(f"{here}/{question.key}")).xpath("//main//textarea")
    said = "<b>Stop</b> moving my seat. 😀 مرحبا\n\nPlease."
    page = client.get(f"{here}/stop")
    assert not parse(page).xpath("//ul[@class='pictures']")
    assert client.post(f"{here}/stop", data={"text": said, "version": "0", "who": "teachers"}).status_code == 303
    assert "&lt;b&gt;Stop&lt;/b&gt;" in client.get(f"{here}/look").get_data(as_text=True)
    client.post(f"{here}/look")
    row = kept(system_session, review_id)["stop"]
    assert (row.text, row.readers) == (said, "teachers")
    assert client.get(f"{here}/cards").status_code == 404  # a page of another skin


def all_versions(session, review_id, question):
    rows = [row for row in statements(session, review_id) if row.question == question]
    return [(row.text, row.picks, row.sent_at is not None, row.current) for row in rows]


def test_words_of_who_does_not_want_to_say_them_are_kept_and_not_sent(app, as_persona, ids, system_session):
    review_id = ids.review("Idris")
    forget(system_session, review_id)
    client, here = as_persona("pupil-older"), f"/me/views/{review_id}"
    path, wish = f"{here}/questions", {"questions": "not_say"}
    client.post(path, data={"text": "a thought", "feeling": "not_say", "version": "0", "who": "teachers"})
    for page in (client.get(path), client.get(f"{here}/look")):
        assert "a thought" in page.get_data(as_text=True)
        assert "Nobody else can read your words." in words(page)
    assert client.post(f"{here}/look").headers["Location"] == f"{here}/thanks"
    told = [("", wish, True, True), ("a thought", wish, False, False)]
    assert all_versions(system_session, review_id, "questions") == told
    assert "You have sent this." in words(client.get(f"{here}/look"))
    client.post(f"{here}/look")  # there is nothing new to send
    assert all_versions(system_session, review_id, "questions") == told
    assert "a thought" in client.get(path).get_data(as_text=True)
    client.post(f"{path}/readers", data={"who": "family"})
    assert "Send it once more." in words(client.get(f"{here}/look"))  # the wish itself is for others now

    client.post(path, data={"text": "a thought, said", "version": version_on(client.get(path))})
    client.post(f"{here}/look")
    assert all_versions(system_session, review_id, "questions")[-1] == ("a thought, said", {}, True, True)


def test_a_grown_ups_words_take_the_wish_not_to_say_anything_back(app, as_persona, ids, system_session, here):
    client, review_id = as_persona("pupil-young"), ids.review("Zara")
    tap(client, f"{here}/school", "not_now", text="It is loud")
    client.post(f"{here}/look")
    assert ("It is loud", {"school": "not_now"}, False, False) in all_versions(system_session, review_id, "school")
    page = client.get(f"{here}/school")
    client.post(f"{here}/school", data={"text": "It is loud", "version": version_on(page)})
    client.post(f"{here}/look")
    assert all_versions(system_session, review_id, "school")[-1] == ("It is loud", {}, True, True)


def test_an_answer_that_was_taken_back_can_still_be_narrowed(app, as_persona, ids, system_session, here):
    client, review_id, teacher = as_persona("pupil-young"), ids.review("Zara"), str(ids.person("class-teacher"))
    tap(client, f"{here}/school?who=family", "good", text="mine")
    client.post(f"{here}/look")
    client.post(f"{here}/school", data={"take_back": "sure", "version": version_on(client.get(f"{here}/school"))})
    look = client.get(f"{here}/look")
    assert "You took this answer away. Your teachers read this." in words(look)
    (link,) = parse(look).xpath("//main//a[contains(@href, '/school/readers')]/@href")
    assert "Your teachers read this." in words(client.get(link))
    for who in (teacher, "family"):  # narrower, and never wider again
        client.post(link, data={"who": who})
        (row,) = statements(system_session, review_id)
        assert (row.readers, str(row.one_adult_id)) == ("one_adult", teacher)
    assert read_by(app, ids, "sendco", review_id) == set()


def test_a_change_after_sending_is_a_new_version_and_counts_once_it_is_sent(app, as_persona, ids, system_session, here):
    client, review_id = as_persona("pupil-young"), ids.review("Zara")
    tap(client, f"{here}/school?who=family", "good", text="first")
    client.post(f"{here}/look")
    tap(client, f"{here}/school", "tricky", text="second")
    assert read_by(app, ids, "parent", review_id) == {"first"}
    assert "You changed something." in words(client.get(f"{here}/look"))
    client.post(f"{here}/look")
    client.post(f"{here}/look")  # sent twice is sent once
    assert read_by(app, ids, "parent", review_id) == {"second"}
    assert kept(system_session, review_id)["school"].number == 2


def test_two_windows_lose_nothing(app, as_persona, ids, system_session, here):
    client, path = as_persona("pupil-young"), f"{here}/school"
    client.post(path, data={"text": "the hamster", "feeling": "good", "version": "0"})
    late = client.post(path, data={"text": "my shoes", "feeling": "good", "version": "0"})
    assert late.status_code == 409
    assert "the hamster" in words(late)
    assert parse(late).xpath("//textarea")[0].text.strip() == "my shoes"
    assert kept(system_session, ids.review("Zara"))["school"].text == "the hamster"
    again = {"text": "my shoes", "feeling": "good", "version": version_on(late)}
    assert client.post(path, data=again).status_code == 303
    assert kept(system_session, ids.review("Zara"))["school"].text == "my shoes"


def test_a_double_tap_is_one_answer_and_two_devices_sort_the_cards_together(app, as_persona, ids, system_session, here):
    one, other = as_persona("pupil-young"), as_persona("pupil-young")
    for client, card in ((one, "lunch"), (other, "noise"), (other, "noise")):
        data = {"card": card, "feeling": "tricky", "version": "0"}
        assert client.post(f"{here}/cards", data=data).status_code == 303
    for _twice in range(2):
        assert one.post(f"{here}/help", data={"feeling": "good", "version": "0"}).status_code == 303
    rows = kept(system_session, ids.review("Zara"))
    assert rows["cards"].picks == {"lunch": "tricky", "noise": "tricky"}
    assert (rows["help"].number, rows["help"].picks) == (1, {"help": "good"})


def test_what_is_too_long_is_refused_with_the_words_kept(app, as_persona, ids, system_session, here):
    client = as_persona("pupil-young")
    assert client.post(f"{here}/school", data={"text": "x" * 20_000, "version": "0"}).status_code == 303
    answer = client.post(f"{here}/help", data={"text": "y" * 20_001, "version": "0"})
    assert answer.status_code == 422
    assert "y" * 20_001 in answer.get_data(as_text=True)
    assert kept(system_session, ids.review("Zara")).keys() == {"school"}


@pytest.mark.parametrize("bad", [{"feeling": "wonderful"}, {"text": "a\x00b"}])
def test_what_is_not_on_offer_is_refused(sqlite_app, as_persona, ids, system_session, here, bad):
    assert as_persona("pupil-young").post(f"{here}/school", data={**bad, "version": "0"}).status_code == 422
    assert kept(system_session, ids.review("Zara")) == {}


def test_after_the_review_is_finished_the_readers_can_still_be_narrowed(app, as_persona, ids, system_session, here):
    client, review_id = as_persona("pupil-young"), ids.review("Zara")
    tap(client, f"{here}/school?who=family", "good", text="mine")
    client.post(f"{here}/look")
    system_session.get_one(Review, review_id).stage = Stage.CLOSED
    system_session.commit()
    assert client.get(f"{here}/school").headers["Location"] == f"{here}/look"
    late = client.post(f"{here}/help", data={"text": "too late but mine", "version": "0"})
    assert late.status_code == 409
    assert "too late but mine" in words(late)
    client.post(f"{here}/school/readers", data={"who": str(ids.person("class-teacher"))})
    assert read_by(app, ids, "parent", review_id) == set()


def test_what_comes_after_the_meeting_is_marked_late(app, as_persona, ids, system_session, here):
    review_id = ids.review("Zara")
    system_session.get_one(Review, review_id).stage = Stage.HELD
    system_session.commit()
    client = as_persona("pupil-young")
    tap(client, f"{here}/school", "good")
    client.post(f"{here}/look")
    assert kept(system_session, review_id)["school"].late


def test_a_pupil_reaches_no_other_pupils_views_and_names_no_other_adult(app, as_persona, ids, system_session, here):
    client = as_persona("pupil-young")
    for path in ("school", "school/readers", "look", "thanks"):
        assert client.get(f"/me/views/{ids.review('Idris')}/{path}").status_code == 404
        assert client.get(f"/me/views/{uuid.uuid4()}/{path}").status_code == 404
    assert client.post(f"/me/views/{ids.review('Idris')}/school", data={"feeling": "good"}).status_code == 404
    assert client.get(f"{here}/secrets").status_code == 404
    for stranger in (ids.person("parent-barred"), ids.person("office"), "x"):
        assert client.post(f"{here}/school/readers", data={"who": str(stranger)}).status_code == 404
        client.post(f"{here}/school", data={"feeling": "good", "who": str(stranger), "version": "0"})
        assert kept(system_session, ids.review("Zara"))["school"].one_adult_id == ids.person("class-teacher")


def test_without_a_review_the_page_says_so(app, as_persona, ids, system_session):
    for review in system_session.scalars(select(Review).where(Review.pupil_id == ids.pupil("Zara"))):
        review.stage = Stage.CANCELLED
    system_session.commit()
    assert "There are no questions now" in words(as_persona("pupil-young").get("/me/views"))


def test_pages_are_light_on_the_database(app, as_persona, counting, ids, here):
    client = as_persona("pupil-young")
    tap(client, f"{here}/school", "good")
    for path in ("/me/views", f"{here}/school", f"{here}/school/readers", f"{here}/cards", f"{here}/look"):
        counting.statements.clear()
        client.get(path)
        assert len(counting) <= 8, (path, counting.statements)


@pytest.mark.parametrize("nc_year", ["R", "2", "5", "8", "9"])
def test_the_read_aloud_button_stays_hidden_without_a_script(sqlite_app, ids, system_session, here, nc_year):
    grow(system_session, ids, nc_year)
    client = sign_in(sqlite_app, "pupil-young")
    key = next(iter(questions_for({"R": PICTURES, "2": PICTURES, "5": CARDS_SKIN}.get(nc_year, WORDS), nc_year)))
    page = parse(client.get(f"{here}/{key}"))
    (place,) = page.xpath("//*[@data-read-aloud]")
    assert place.get("hidden") is not None
    assert page.xpath("//h1[@data-aloud] | //*[@data-aloud]//h1")


def test_who_is_asked_what():
    for skin, year in ((PICTURES, "R"), (CARDS_SKIN, "6")):
        assert not set(questions_for(skin, year)) & {question.key for question in PREPARING}
    assert not {"employment", "cards"} & set(questions_for(WORDS, "8"))
    assert list(questions_for(WORDS, "9"))[-4:] == [question.key for question in PREPARING]
    assert {"start", "stop"} <= set(questions_for(WORDS, "7"))
    assert {asks(question, PICTURES) for question in questions_for(PICTURES, "R").values()} == {
        Asks.FEELING,
        Asks.CARDS,
    }
    assert {asks(question, WORDS) for question in questions_for(WORDS, "9").values()} == {Asks.WORDS}
    keys = [question.key for question in PUPIL_QUESTIONS]
    assert len(keys) == len(set(keys))
    assert not set(keys) & {card.key for card in CARDS}  # a feeling about a question is never read as a card


def test_cards_follow_each_other_and_nobody_is_led_in_a_circle():
    keys = [card.key for card in CARDS]
    assert first_card({}) == "playtime"
    assert first_card({"playtime": "good", "lunch": "good"}) == "reading"
    assert first_card(dict.fromkeys(keys, "good")) == "playtime"
    assert [beside(keys, "lunch", step) for step in (-1, 1)] == ["playtime", "reading"]
    assert beside(keys, "playtime", -1) == beside(keys, "adults", 1) == ""


def test_what_was_tapped_is_read_in_the_order_of_the_cards():
    taps = tapped({"noise": "tricky", "lunch": "good", "gone": "good", "reading": "unheard of"})
    assert [(tap.card.key if tap.card else None, tap.feeling.value) for tap in taps] == [
        (None, "good"),
        ("lunch", "good"),
        ("noise", "tricky"),
    ]


def test_every_picture_is_drawn():
    groups = json.loads((ROOT / "static" / "icons.json").read_text())
    drawn = {name for names in groups.values() for name in names}
    asked = {each.picture for each in (*CARDS, *FEELINGS, *HELPED_CHOICES)}
    assert asked <= drawn


def test_a_pupils_words_are_kept_while_they_are_typed(app, here, ids, as_persona, system_session):
    grow(system_session, ids, "5")
    client, typing = as_persona("pupil-young"), {"X-While-Typing": "1"}
    path = f"{here}/admire"
    first = client.post(path, data={"text": "I sing", "version": "0"}, headers=typing)
    assert (first.status_code, first.data) == (204, b"")
    more = client.post(path, data={"text": "I sing and swim", "version": first.headers["X-Version"]}, headers=typing)
    assert more.status_code == 204
    assert client.post(path, data={"text": "Old", "version": "0"}, headers=typing).status_code == 409
    row = kept(system_session, ids.review("Zara"))["admire"]
    assert (row.text, row.sent_at, row.readers) == ("I sing and swim", None, Readers.ONE_ADULT)
    assert "I sing and swim" in client.get(path).text
