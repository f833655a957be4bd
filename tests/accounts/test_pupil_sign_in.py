"""Pupils: a name and a password, or a picture in a lesson that an adult opened. Nothing is remembered on the tablet."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import delete, select

from portal.accounts.models import LessonWindow, PictureCard, PupilPassword
from portal.accounts.rules import room_code
from portal.accounts.rules_pictures import PICTURES, nine_pictures
from portal.demo.known import PUPIL_PASSWORD, PUPIL_SIGN_IN
from portal.kernel import clock
from portal.people.models import Pupil, SchoolClass
from tests.conftest import PEPPER
from tests.pages import parse, words


@pytest.fixture
def young(database, ids):
    """The pupil of Year 2 with a picture card."""
    with database() as session:
        return session.scalars(select(Pupil).where(Pupil.person_id == ids.person("pupil-young"))).one()


@pytest.fixture
def card(database, young):
    """The young pupil's card."""
    with database() as session:
        return session.scalars(select(PictureCard).where(PictureCard.pupil_id == young.id)).one()


@pytest.fixture
def lesson(as_persona, young, database):
    """A lesson of the young pupil's class, opened by its teacher on the page."""
    teacher = as_persona("class-teacher")
    assert teacher.post("/staff/lesson", data={"class_id": str(young.class_id)}).status_code == 303
    with database() as session:
        return session.scalars(select(LessonWindow)).one()


def on_tablet(client, lesson):
    return client.post("/lesson", data={"code": room_code(lesson.id, PEPPER).lower()})


def choose(client, card, picture):
    return client.post(f"/lesson/cards/{card.id}", data={"secret": picture})


def older(client, school, name, password=PUPIL_PASSWORD):
    return client.post(f"/pupil/{school}", data={"sign_in_name": name, "password": password})


@pytest.fixture
def school_of_older(database, ids):
    with database() as session:
        return session.scalars(select(Pupil.school_id).where(Pupil.person_id == ids.person("pupil-older"))).one()


def test_an_older_pupil_comes_in_by_school_name_and_password(app, ids, school_of_older, sittings_of):
    client = app.test_client()
    page = client.get("/pupil")
    assert f"/pupil/{school_of_older}" in parse(page).xpath("//main//a/@href")
    assert client.get(f"/pupil/{school_of_older}").status_code == 200
    assert older(client, school_of_older, PUPIL_SIGN_IN["pupil-older"].upper()).status_code == 303
    sitting = sittings_of(ids.person("pupil-older"))[0]
    assert sitting.audience.value == "pupil"
    assert sitting.ends_at - sitting.started_at <= timedelta(hours=1)


def test_the_answer_does_not_tell_which_names_exist(app, ids, school_of_older):
    other = next(school for school in ids.schools.values() if school != school_of_older)
    pages = set()
    for school, name, password in (
        (school_of_older, PUPIL_SIGN_IN["pupil-older"], "wrong"),
        (school_of_older, "nobody", PUPIL_PASSWORD),
    ):
        answer = older(app.test_client(), school, name, password)
        assert answer.status_code == 422
        pages.add(words(answer))
    assert len(pages) == 1
    assert older(app.test_client(), other, PUPIL_SIGN_IN["pupil-older"]).status_code == 422, "another school's name"
    assert app.test_client().get(f"/pupil/{uuid.uuid4()}").status_code == 404


def test_ten_wrong_passwords_rest_fifteen_minutes(app, school_of_older):
    client, name = app.test_client(), PUPIL_SIGN_IN["pupil-older"]
    for _n in range(10):
        older(client, school_of_older, name, "wrong wrong")
    assert older(client, school_of_older, name).status_code == 422
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        assert older(client, school_of_older, name).status_code == 303


def test_a_pupil_who_left_comes_in_no_more(app, database, ids, school_of_older, today):
    with database() as session:
        pupil = session.scalars(select(Pupil).where(Pupil.person_id == ids.person("pupil-older"))).one()
        pupil.left_on = today
        session.commit()
    assert older(app.test_client(), school_of_older, PUPIL_SIGN_IN["pupil-older"]).status_code == 422


def test_a_young_pupil_comes_in_by_picture_until_the_lesson_ends(app, ids, lesson, card, young, sittings_of):
    tablet = app.test_client()
    assert on_tablet(tablet, lesson).headers["Location"] == "/lesson/cards"
    page = tablet.get("/lesson/cards")
    assert f"/lesson/cards/{card.id}" in parse(page).xpath("//main//a/@href")
    assert young.name in words(page)
    assert young.surname not in words(page)
    secret = tablet.get(f"/lesson/cards/{card.id}")
    shown = parse(secret).xpath("//button[@name='secret']/@value")
    assert len(shown) == 9
    assert card.secret_picture in shown
    assert parse(tablet.get(f"/lesson/cards/{card.id}")).xpath("//button[@name='secret']/@value") == shown
    assert all(parse(secret).xpath("//button[@name='secret']/span/text()")), "each picture has its word"
    assert choose(tablet, card, card.secret_picture).status_code == 303
    sitting = sittings_of(ids.person("pupil-young"))[0]
    assert sitting.ends_at <= lesson.closes_at


def test_the_tablet_waits_for_the_next_child_while_the_lesson_is_open(app, as_persona, lesson, card, school_of_older):
    tablet = app.test_client()
    on_tablet(tablet, lesson)
    for _child in range(2):
        choose(tablet, card, card.secret_picture)
        assert tablet.get("/me").status_code == 200
        assert tablet.post("/sign-out").headers["Location"] == "/lesson/cards"
        assert "Who are you?" in words(tablet.get("/lesson/cards"))
        assert tablet.get("/me").status_code == 302
    choose(tablet, card, card.secret_picture)
    as_persona("class-teacher").post(f"/staff/lesson/{lesson.id}/close")
    assert tablet.post("/sign-out", follow_redirects=True).request.path == "/lesson", "a room code is asked for again"
    older(tablet, school_of_older, PUPIL_SIGN_IN["pupil-older"])
    assert tablet.post("/sign-out").headers["Location"] == "/", "by password, nothing is known of a room"


def test_the_only_class_of_a_teacher_is_ticked(app, as_persona, young, database):
    ticked = "//input[@name='class_id'][@checked]/@value"
    assert parse(as_persona("class-teacher").get("/staff/lesson")).xpath(ticked) == [str(young.class_id)]


def test_looking_at_pictures_counts_nothing(app, lesson, card, database, sittings_of, ids):
    tablet = app.test_client()
    on_tablet(tablet, lesson)
    for _n in range(7):
        tablet.get(f"/lesson/cards/{card.id}")
        tablet.head(f"/lesson/cards/{card.id}")
    with database() as session:
        assert session.get_one(PictureCard, card.id).wrong_tries == 0
    assert sittings_of(ids.person("pupil-young")) == []


def test_a_wrong_picture_is_told_kindly_and_the_fifth_asks_for_the_teacher(app, lesson, card, sittings_of, ids):
    tablet = app.test_client()
    on_tablet(tablet, lesson)
    wrong = next(name for name in nine_pictures(card.id, card.secret_picture, PEPPER) if name != card.secret_picture)
    for _n in range(4):
        answer = choose(tablet, card, wrong)
        assert answer.status_code == 422
        assert "That was not your picture. Try again or ask your teacher." in words(answer)
    for picture in (wrong, card.secret_picture):
        answer = choose(tablet, card, picture)
        assert answer.status_code == 422
        assert "Please ask your teacher to help you." in words(answer)
        assert not parse(answer).xpath("//button[@name='secret']")
    assert sittings_of(ids.person("pupil-young")) == []


def test_the_next_lesson_starts_afresh(app, as_persona, lesson, card, young, database):
    tablet = app.test_client()
    on_tablet(tablet, lesson)
    for _n in range(6):
        choose(tablet, card, "")
    teacher = as_persona("class-teacher")
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        for _n in range(2):
            teacher.post("/staff/lesson", data={"class_id": str(young.class_id)})
    with database() as session:
        assert len(session.scalars(select(LessonWindow)).all()) == 2, "two clicks open one lesson"
        newest = session.scalars(select(LessonWindow).order_by(LessonWindow.opened_at.desc())).first()
    on_tablet(tablet, newest)
    assert choose(tablet, card, card.secret_picture).status_code == 303


@pytest.mark.parametrize("code", ["", "ZZZ-ZZZ", "x" * 99, "a\x00", "<b>"])
def test_a_wrong_room_code_gets_a_message(sqlite_app, lesson, code):
    answer = sqlite_app.test_client().post("/lesson", data={"code": code})
    assert answer.status_code == 422


def test_without_an_open_lesson_there_are_no_pictures(app, lesson, card, young, as_persona, sittings_of, ids):
    nobody = app.test_client()
    assert nobody.get("/lesson/cards").headers["Location"] == "/lesson"
    assert nobody.get(f"/lesson/cards/{card.id}").headers["Location"] == "/lesson"
    assert choose(nobody, card, card.secret_picture).headers["Location"] == "/lesson"
    late = app.test_client()
    on_tablet(late, lesson)
    with time_machine.travel(lesson.closes_at + timedelta(seconds=1)):
        assert choose(late, card, card.secret_picture).headers["Location"] == "/lesson"
        assert on_tablet(app.test_client(), lesson).status_code == 422
    assert sittings_of(ids.person("pupil-young")) == []


def test_a_room_shows_its_own_class_only(app, lesson, card, database, young):
    with database() as session:
        other = session.scalars(
            select(Pupil).where(Pupil.class_id != young.class_id, Pupil.class_id.is_not(None)).order_by(Pupil.id)
        ).first()
        foreign = PictureCard(school_id=other.school_id, pupil_id=other.id, picture="key", secret_picture="cat")
        session.add(foreign)
        session.commit()
        foreign_id = foreign.id
    tablet = app.test_client()
    on_tablet(tablet, lesson)
    assert tablet.get(f"/lesson/cards/{foreign_id}").status_code == 404
    assert tablet.post(f"/lesson/cards/{foreign_id}", data={"secret": "cat"}).status_code == 404
    assert str(foreign_id) not in tablet.get("/lesson/cards").get_data(as_text=True)


def test_closing_the_lesson_ends_its_sittings_at_once(app, as_persona, lesson, card, ids, database, sittings_of):
    tablet, teacher = app.test_client(), as_persona("class-teacher")
    on_tablet(tablet, lesson)
    choose(tablet, card, card.secret_picture)
    page = teacher.get("/staff/lesson")
    code = room_code(lesson.id, PEPPER)
    assert f"{code[:3]}-{code[3:]}" in words(page)
    assert "1 child is in:" in words(page)
    assert teacher.post(f"/staff/lesson/{lesson.id}/close").status_code == 303
    assert sittings_of(ids.person("pupil-young"))[0].ended_at is not None
    assert "1 child is in:" not in words(teacher.get("/staff/lesson"))
    assert on_tablet(app.test_client(), lesson).status_code == 422
    assert teacher.post(f"/staff/lesson/{lesson.id}/close").status_code == 303, "twice does no harm"


def test_only_the_adults_of_a_class_open_and_close_its_lessons(app, as_persona, lesson, young, database, ids):
    for slug in ("office", "headteacher", "supply-teacher"):
        assert as_persona(slug).get("/staff/lesson").status_code == 403, slug
    with database() as session:
        foreign = session.scalars(select(SchoolClass).where(SchoolClass.school_id != young.school_id)).first()
    teacher = as_persona("class-teacher")
    for nonsense in (str(foreign.id), "x", "", str(uuid.uuid4())):
        assert teacher.post("/staff/lesson", data={"class_id": nonsense}).status_code == 422
    stranger = as_persona("sendco-other-school")
    assert stranger.post(f"/staff/lesson/{lesson.id}/close").status_code == 404
    assert stranger.get(f"/staff/lesson/class/{young.class_id}").status_code == 404
    assert stranger.get(f"/staff/lesson/pupil/{young.id}").status_code == 404
    with database() as session:
        assert session.get_one(LessonWindow, lesson.id).closes_at == lesson.closes_at


def test_the_teacher_gives_pictures_that_are_unique_in_the_class(app, as_persona, young, card, database):
    teacher = as_persona("class-teacher")
    with database() as session:
        mate = session.scalars(
            select(Pupil)
            .where(Pupil.class_id == young.class_id, Pupil.id != young.id, Pupil.left_on.is_(None))
            .order_by(Pupil.id)
        ).first()
    assert young.name in words(teacher.get(f"/staff/lesson/class/{young.class_id}"))
    path = f"/staff/lesson/pupil/{mate.id}"
    assert teacher.get(path).status_code == 200
    taken = teacher.post(path, data={"picture": card.picture, "secret": "cat"})
    assert taken.status_code == 422
    assert "Another child in this class has this picture." in words(taken)
    for nonsense in ({"picture": "", "secret": "cat"}, {"picture": "key", "secret": "no such"}):
        assert teacher.post(path, data=nonsense).status_code == 422
    assert teacher.post(path, data={"picture": "key", "secret": "clock"}).status_code == 303
    assert teacher.post(path, data={"picture": "key", "secret": "boat"}).status_code == 303
    with database() as session:
        cards = session.scalars(select(PictureCard).where(PictureCard.pupil_id == mate.id)).all()
        assert [(each.picture, each.secret_picture) for each in cards] == [("key", "boat")]


def test_a_child_without_a_person_gets_one_when_coming_in(app, as_persona, lesson, young, database):
    with database() as session:
        mate = session.scalars(
            select(Pupil)
            .where(Pupil.class_id == young.class_id, Pupil.id != young.id, Pupil.left_on.is_(None))
            .order_by(Pupil.id)
        ).first()
        mate.person_id = None
        session.commit()
    path = f"/staff/lesson/pupil/{mate.id}"
    assert as_persona("class-teacher").post(path, data={"picture": "key", "secret": "clock"}).status_code == 303
    with database() as session:
        given = session.scalars(select(PictureCard).where(PictureCard.pupil_id == mate.id)).one()
    tablet = app.test_client()
    on_tablet(tablet, lesson)
    assert choose(tablet, given, "clock").status_code == 303
    with database() as session:
        assert session.get_one(Pupil, mate.id).person_id is not None


def test_staff_give_an_older_pupil_a_password(app, as_persona, ids, database, school_of_older):
    helper = as_persona("sendco-other-school")
    with database() as session:
        pupil = session.scalars(select(Pupil).where(Pupil.person_id == ids.person("pupil-older"))).one()
        mate = session.scalars(
            select(Pupil).where(Pupil.school_id == school_of_older, Pupil.id != pupil.id, Pupil.left_on.is_(None))
        ).first()
        session.execute(delete(PupilPassword).where(PupilPassword.pupil_id == mate.id))
        session.commit()
    path = f"/staff/lesson/pupil/{mate.id}"
    assert helper.get(path).status_code == 200
    taken = helper.post(path, data={"sign_in_name": PUPIL_SIGN_IN["pupil-older"], "password": "three short words"})
    assert taken.status_code == 422
    assert "Another pupil of the school has this name." in words(taken)
    for name, password in (("ab", "long enough"), ("a b c", "long enough"), ("mate.m", "short"), ("", "")):
        answer = helper.post(path, data={"sign_in_name": name, "password": password})
        assert answer.status_code == 422, name
    assert helper.post(path, data={"sign_in_name": "Mate.M", "password": "three short words"}).status_code == 303
    assert older(app.test_client(), school_of_older, "mate.m", "three short words").status_code == 303


def test_every_picture_has_a_drawing_and_a_word(sqlite_app):
    icon = sqlite_app.jinja_env.globals["icon_url"]
    assert all(icon(name) and word for name, word in PICTURES.items())
    assert len(PICTURES) >= 32, "a class of 32 has a picture for each child"


def test_the_nine_are_the_same_each_time_and_differ_between_children():
    one, two = uuid.uuid4(), uuid.uuid4()
    assert nine_pictures(one, "cat", PEPPER) == nine_pictures(one, "cat", PEPPER)
    assert set(nine_pictures(one, "cat", PEPPER)) != set(nine_pictures(two, "cat", PEPPER))
    places = {nine_pictures(uuid.uuid4(), "cat", PEPPER).index("cat") for _n in range(200)}
    assert places == set(range(9)), "the place tells nothing"
