"""A pupil says what they want about their meeting: in three skins, kept as said, told to nobody but those named."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.errors import StaleVersion
from portal.kernel.scope import PortalSession, ScopeError
from portal.meetings.actions_pupil import say
from portal.meetings.models import Booking, Meeting, Participation
from portal.meetings.queries_pupil import my_meeting, pupil_says
from portal.meetings.rules import Part
from portal.meetings.rules_pupil import HELPED_CHOICES, MESSAGE_CHOICES, QUESTIONS, card_and_words, pages, with_card
from portal.people.actor import Actor
from portal.people.models import Person, Pupil
from portal.people.rules import CARDS, PICTURES, WORDS, Audience
from portal.people.scopes import scope_of
from portal.reviews.models import Review
from portal.reviews.rules import Stage
from tests.conftest import sign_in
from tests.pages import form_on, parse, words

OPEN = (Stage.INVITED, Stage.BOOKED)


@pytest.fixture
def review(system_session, ids):
    """Zara's review in the open round."""
    return open_review(system_session, ids.pupil("Zara"))


def open_review(session, pupil_id):
    found = session.scalars(select(Review).where(Review.pupil_id == pupil_id, Review.stage.in_(OPEN))).one()
    session.commit()
    return found


def pupil_of(session, person_id):
    return session.scalars(select(Pupil.id).where(Pupil.person_id == person_id)).one()


def kept(session, review):
    """What is stored; the session lets go at once, for on SQLite it keeps every writer waiting."""
    session.rollback()
    session.expire_all()
    row = session.scalars(select(Participation).where(Participation.review_id == review.id)).first()
    session.refresh(review)
    session.commit()
    return row


def forget(session, review):
    row = kept(session, review)
    if row is not None:
        session.delete(row)
    review.views_in_at = None
    session.commit()


def acting(app, ids, slug, pupil_id):
    actor = Actor(
        person_id=ids.person(slug), sitting_id=uuid.uuid4(), name="", audience=Audience.PUPIL, language="en",
        trust_id=uuid.uuid4(), pupil_id=pupil_id,
    )  # fmt: skip
    return actor, PortalSession(app.extensions["writing_engine"], scope=scope_of(actor, clock.today()))


def test_the_youngest_taps_through_five_questions(app, as_persona, system_session, review):
    forget(system_session, review)
    client, here = as_persona("pupil-young"), f"/me/meeting/{review.id}"
    start = client.get("/me/meeting")
    assert "Your teacher and the SENDCO read this." in words(start)
    answers = [
        ("part", {"part": "part", "which_part": "The start"}),
        ("who", {"who_there": ["family", "teacher"]}),
        ("first", {"first_topic": "worry"}),
        ("message", {"message_card": "help", "message": "Zara says: the bell is too loud."}),
        ("helped", {"helped_card": "helper"}),
    ]
    for place, (question, answer) in enumerate(answers):
        page = client.get(f"{here}/{question}")
        pictures = parse(page).xpath("//*[contains(@class, 'picture')]//svg")
        assert len(pictures) >= 4
        assert "Your teacher and the SENDCO read this." in words(page)
        version = parse(page).xpath("//input[@name='version']/@value")[0]
        sent = client.post(f"{here}/{question}", data={**answer, "version": version})
        assert sent.status_code == 303
        wanted = f"{here}/{answers[place + 1][0]}" if place < 4 else f"{here}/thanks"
        assert sent.headers["Location"] == wanted
    row = kept(system_session, review)
    assert (row.part, row.who_there, row.first_topic) == (Part.PART, ["family", "teacher"], "worry")
    assert row.message == "card:help\nZara says: the bell is too loud."
    assert row.helped_by == "card:helper"
    assert review.views_in_at is not None
    thanks = words(client.get(f"{here}/thanks"))
    assert "Thank you" in thanks
    assert "the bell is too loud" in thanks


def test_everything_can_be_skipped_and_then_nothing_is_kept(app, as_persona, system_session, review):
    forget(system_session, review)
    client, here = as_persona("pupil-young"), f"/me/meeting/{review.id}"
    for question in pages(PICTURES):
        page = client.get(f"{here}/{question}")
        assert parse(page).xpath("//main//a[normalize-space()='Skip']")
        assert client.post(f"{here}/{question}", data={"version": "0"}).status_code == 303
    assert kept(system_session, review) is None
    assert review.views_in_at is None
    assert "You said nothing here" in words(client.get(f"{here}/thanks"))


def test_an_answer_can_be_taken_away_and_the_others_stay(app, as_persona, system_session, review):
    forget(system_session, review)
    client, here = as_persona("pupil-young"), f"/me/meeting/{review.id}"
    client.post(f"{here}/part", data={"part": "all", "version": "0"})
    client.post(f"{here}/first", data={"first_topic": "good", "version": "1"})
    asking = client.post(
        f"{here}/part", data={"part": "part", "which_part": "the end", "take_back": "1", "version": "2"}
    )
    assert "Take this answer away? Do you want to come to your meeting?" in words(asking)
    assert "the end" in words(asking)
    assert kept(system_session, review).version == 2
    system_session.rollback()
    client.post(f"{here}/part", data=form_on(asking) | {"take_back": "sure"})
    row = kept(system_session, review)
    assert (row.part, row.first_topic, row.version) == (None, "good", 3)


def test_whoever_keeps_an_answer_after_all_gets_the_form_back(app, as_persona, system_session, review):
    forget(system_session, review)
    client, here = as_persona("pupil-young"), f"/me/meeting/{review.id}"
    client.post(f"{here}/who", data={"who_there": ["helper"], "version": "0"})
    typed = {"who_there": ["family", "teacher"], "who_words": "my <i>dog</i>", "version": "1"}
    asking = client.post(f"{here}/who", data=typed | {"take_back": "1"})
    again = parse(client.post(f"{here}/who", data=form_on(asking) | {"take_back": "no"}))
    assert again.xpath("//input[@name='who_there'][@checked]/@value") == ["family", "teacher"]
    assert again.xpath("//input[@name='who_words']/@value") == ["my <i>dog</i>"]
    assert again.xpath("//main//input[@name='version']/@value") == ["1"]
    row = kept(system_session, review)
    assert (list(row.who_there), row.who_words) == (["helper"], "")


def test_the_page_of_all_questions_takes_nothing_away(app, as_persona, system_session, ids):
    review = open_review(system_session, pupil_of(system_session, ids.person("pupil-older")))
    forget(system_session, review)
    client, here = as_persona("pupil-older"), f"/me/meeting/{review.id}"
    system_session.commit()
    assert client.post(f"{here}/all", data={"message": "hello", "take_back": "1", "version": "0"}).status_code == 303


def test_an_older_pupil_writes_on_one_page(app, as_persona, system_session, ids):
    review = open_review(system_session, pupil_of(system_session, ids.person("pupil-older")))
    forget(system_session, review)
    client, here = as_persona("pupil-older"), f"/me/meeting/{review.id}"
    page = client.get(f"{here}/all")
    text = words(page)
    assert text.index("SENCO read this") < text.index("Which part?")
    assert not parse(page).xpath("//ul[@class='pictures']")
    said = {
        "part": "message",
        "message": "<b>Please</b> talk about maths set 3.\nNot about home.",
        "who_words": "Mr K",
        "helped_by": "my cousin",
        "version": "0",
    }
    assert client.post(f"{here}/all", data=said).headers["Location"] == f"{here}/thanks"
    row = kept(system_session, review)
    assert row.message == said["message"]
    assert row.helped_by == "my cousin"
    assert "&lt;b&gt;Please&lt;/b&gt;" in client.get(f"{here}/thanks").get_data(as_text=True)
    assert client.get(f"{here}/part").status_code == 404  # a page of another skin


def test_the_middle_skin_asks_one_question_a_page_with_pictures_and_words(app, system_session, ids):
    pupil = system_session.scalars(select(Pupil).where(Pupil.id == ids.pupil("Zara"))).one()
    pupil.nc_year = "5"
    system_session.commit()
    review = open_review(system_session, pupil.id)
    client = sign_in(app, "pupil-young")
    page = client.get(f"/me/meeting/{review.id}/part")
    assert parse(page).xpath("//body[contains(@class, 'skin-cards')]")
    assert len(parse(page).xpath("//ul[@class='pictures']//input[@type='radio']")) == len(QUESTIONS[0].choices)
    assert parse(page).xpath("//main//input[@name='which_part'][not(ancestor::details)]")


def test_two_windows_lose_nothing(app, as_persona, system_session, review):
    forget(system_session, review)
    client, here = as_persona("pupil-young"), f"/me/meeting/{review.id}"
    client.post(f"{here}/first", data={"first_words": "the hamster", "version": "0"})
    late = client.post(f"{here}/first", data={"first_words": "my shoes", "version": "0"})
    assert late.status_code == 409
    assert "the hamster" in words(late)
    assert parse(late).xpath("//input[@name='first_words']/@value") == ["my shoes"]
    assert kept(system_session, review).first_words == "the hamster"
    version = parse(late).xpath("//input[@name='version']/@value")[0]
    assert client.post(f"{here}/first", data={"first_words": "my shoes", "version": version}).status_code == 303
    assert kept(system_session, review).first_words == "my shoes"


@pytest.mark.parametrize(
    "bad",
    [
        {"part": "everything"},
        {"first_topic": "'; DROP TABLE pupil"},
        {"message": "x" * 2001},
        {"who_there": ["family", "nobody"]},
        {"which_part": "a\x00b"},
    ],
)
def test_what_is_not_on_offer_is_refused_with_the_words_kept(sqlite_app, as_persona, system_session, ids, bad):
    review = open_review(system_session, ids.pupil("Zara"))
    forget(system_session, review)
    question = next(q.name for q in QUESTIONS if next(iter(bad)) in (q.tap, q.write))
    answer = as_persona("pupil-young").post(f"/me/meeting/{review.id}/{question}", data={**bad, "version": "0"})
    assert answer.status_code == 422
    assert kept(system_session, review) is None


@pytest.mark.parametrize("version", ["", "-1", "x", "99999999999999999999"])
def test_a_spoiled_version_is_an_old_one(sqlite_app, as_persona, system_session, ids, version):
    review = open_review(system_session, ids.pupil("Zara"))
    answer = as_persona("pupil-young").post(f"/me/meeting/{review.id}/part", data={"part": "all", "version": version})
    assert answer.status_code == 409


def test_after_the_meeting_it_can_be_read_and_not_changed(app, as_persona, system_session, ids):
    review = system_session.scalars(
        select(Review).where(Review.pupil_id == ids.pupil("Zara"), Review.held_at.is_not(None))
    ).first()
    system_session.commit()
    client, here = as_persona("pupil-young"), f"/me/meeting/{review.id}"
    assert client.get(f"{here}/part").headers["Location"] == f"{here}/thanks"
    answer = client.post(f"{here}/message", data={"message": "too late but mine", "version": "0"})
    assert answer.status_code == 409
    assert "too late but mine" in words(answer)
    assert "Your meeting is over" in words(client.get(f"{here}/thanks"))


def test_no_page_tells_when_or_with_whom_a_time_is_booked(app, as_persona, system_session, ids):
    """The child of two homes: not the day, not the time, not whether there is a booking, not by whom."""
    review = open_review(system_session, ids.pupil("Zara"))
    before = {path: as_persona("pupil-young").get(path).get_data(as_text=True) for path in _paths(review)}
    book(system_session, review, ids.person("second-parent"))
    for path, page in before.items():
        after = as_persona("pupil-young").get(path).get_data(as_text=True)
        assert [line for line in after.splitlines() if "csrf" not in line] == [
            line for line in page.splitlines() if "csrf" not in line
        ], path
    parent = system_session.get(Person, ids.person("second-parent"))
    assert all(parent.full_name.split()[0] not in page for page in before.values())


def _paths(review):
    return ["/me/meeting", *(f"/me/meeting/{review.id}/{question}" for question in [*pages(PICTURES), "thanks"])]


def book(session, review, adult_id, at=None):
    """A live booking of one adult, with no more rows than this part of the portal reads."""
    from portal.meetings.models import Invitation

    invitation = session.scalars(
        select(Invitation).where(Invitation.review_id == review.id, Invitation.adult_id == adult_id)
    ).one()
    starts = at or clock.now() + timedelta(days=9)
    meeting = Meeting(
        school_id=review.school_id, staff_id=review.lead_id, starts_at=starts, ends_at=starts + clock.minutes(20),
        mode="in_person", live_bookings=1,
    )  # fmt: skip
    session.add(meeting)
    session.flush()
    session.add(
        Booking(
            school_id=review.school_id, pupil_id=review.pupil_id, review_id=review.id, invitation_id=invitation.id,
            adult_id=adult_id, meeting_id=meeting.id, once_key=uuid.uuid4().hex, made_by=adult_id, made_at=clock.now(),
        )
    )  # fmt: skip
    row = session.get(Review, review.id)
    row.stage, row.live_bookings = Stage.BOOKED, row.live_bookings + 1
    invitation.answer = "booked"
    session.commit()
    return meeting


def test_the_family_never_meets_it(app, as_persona, system_session, ids, review):
    forget(system_session, review)
    words_of_the_child = "MARKER-I-DO-NOT-WANT-DAD-THERE"
    as_persona("pupil-young").post(f"/me/meeting/{review.id}/who", data={"who_words": words_of_the_child, "version": 0})
    assert kept(system_session, review).who_words == words_of_the_child
    for slug in ("parent", "second-parent"):
        client = as_persona(slug)
        for path in (f"/children/{review.pupil_id}/reviews/{review.id}", f"/children/{review.pupil_id}", "/home"):
            assert words_of_the_child not in client.get(path).get_data(as_text=True)
        actor = Actor(
            person_id=ids.person(slug), sitting_id=uuid.uuid4(), name="", audience=Audience.FAMILY, language="en",
            trust_id=uuid.uuid4(),
        )  # fmt: skip
        with PortalSession(app.extensions["engine"], scope=scope_of(actor, clock.today()), read_only=True) as session:
            assert pupil_says(session, review.id) is None


def test_staff_read_it_as_it_was_said(app, system_session, review, as_persona):
    forget(system_session, review)
    client = as_persona("pupil-young")
    client.post(f"/me/meeting/{review.id}/message", data={"message_card": "worried", "message": "loud", "version": 0})
    says = pupil_says(system_session, review.id)
    system_session.rollback()
    assert (says.message_card.label, says.message, says.part) == ("I am worried", "loud", None)


def test_a_pupil_reaches_no_other_pupils_meeting(app, as_persona, system_session, ids, review):
    other = open_review(system_session, pupil_of(system_session, ids.person("pupil-older")))
    client = as_persona("pupil-young")
    assert client.get(f"/me/meeting/{other.id}/part").status_code == 404
    assert client.post(f"/me/meeting/{other.id}/part", data={"part": "all", "version": "0"}).status_code == 404
    assert client.get(f"/me/meeting/{uuid.uuid4()}/thanks").status_code == 404
    assert client.get(f"/me/meeting/{review.id}/secrets").status_code == 404


def test_the_scope_refuses_a_pupil_who_speaks_for_another(app, ids, system_session, review):
    forget(system_session, review)
    actor, session = acting(app, ids, "pupil-young", review.pupil_id)
    row = Participation(
        school_id=review.school_id, pupil_id=review.pupil_id, review_id=review.id, adult_id=ids.person("parent"),
        said_at=clock.now(),
    )  # fmt: skip
    with session:
        session.add(row)
        with pytest.raises(ScopeError):
            session.flush()
    assert actor.pupil_id == review.pupil_id


def test_the_older_version_is_refused_in_the_action_itself(app, ids, system_session, review):
    forget(system_session, review)
    actor, session = acting(app, ids, "pupil-young", review.pupil_id)
    facts = {"actor": actor, "pupil_id": review.pupil_id, "review_id": review.id, "now": clock.now()}
    with session:
        say(session, answers={"part": Part.ALL}, version=0, **facts)
        with pytest.raises(StaleVersion):
            say(session, answers={"part": Part.NONE}, version=0, **facts)
        say(session, answers={"part": Part.ALL}, version=1, **facts)  # the same again is no change
        assert my_meeting(session, pupil_id=review.pupil_id, review_id=review.id).version == 1


def test_a_young_person_sees_that_they_book_themselves(app, as_persona, system_session, ids):
    pupil_id = pupil_of(system_session, ids.person("young-person"))
    review = open_review(system_session, pupil_id)
    page = as_persona("young-person").get("/me/meeting")
    assert parse(page).xpath(f"//main//a[@href='/children/{pupil_id}/reviews/{review.id}']")
    assert not parse(as_persona("pupil-older").get("/me/meeting")).xpath("//main//a[contains(@href, '/children/')]")


def test_without_a_meeting_the_page_says_so(app, as_persona, system_session, ids):
    for review in system_session.scalars(select(Review).where(Review.pupil_id == ids.pupil("Zara"))):
        review.stage = Stage.CANCELLED
    system_session.commit()
    assert "There is no meeting now" in words(as_persona("pupil-young").get("/me/meeting"))


def test_pupil_pages_ask_little_of_the_database(app, as_persona, review, counting):
    client = as_persona("pupil-young")
    for path in _paths(review):
        counting.statements.clear()
        assert client.get(path).status_code == 200
        assert len(counting) <= 8, counting.statements
    counting.statements.clear()
    client.post(f"/me/meeting/{review.id}/part", data={"part": "none", "version": "0"})
    assert len(counting) <= 16


@pytest.mark.parametrize("choices", [MESSAGE_CHOICES, HELPED_CHOICES])
def test_a_picture_and_words_stay_apart(choices):
    for card in (None, *choices):
        for text in ("", "two\nlines", "card:unknown", "card:"):
            packed = with_card(card.value if card else "", text)
            assert card_and_words(packed, choices) == (card, text)


def test_every_skin_asks_every_question():
    for skin in (PICTURES, CARDS, WORDS):
        asked = [question for page in pages(skin).values() for question in page]
        assert asked == list(QUESTIONS)


def test_whoever_comes_to_a_part_is_asked_to_which_and_the_words_stay_in_sight(app, as_persona, system_session, review):
    forget(system_session, review)
    client, here = as_persona("pupil-young"), f"/me/meeting/{review.id}/part"
    page = client.get(here)
    assert not parse(page).xpath("//main//details[@open] | //main//button[@aria-pressed='true']")
    for following in (here, here.replace("part", "who")):  # asked once: whoever cannot say goes on
        version = parse(page).xpath("//input[@name='version']/@value")[0]
        assert client.post(here, data={"part": "part", "version": version}).headers["Location"] == following
        page = client.get(here)
        assert parse(page).xpath("//main//details[@open]//*[@name='which_part']")
        assert parse(page).xpath("//main//button[@aria-pressed='true']/@value") == ["part"]
    version = parse(page).xpath("//input[@name='version']/@value")[0]
    client.post(here, data={"part": "part", "which_part": "cake", "version": version})
    assert parse(client.get(here)).xpath("//main//details[@open]//input[@name='which_part']/@value") == ["cake"]
