"""You said, we will: the child's own card, in three skins, with every answer and nobody else's words."""

import pytest
from sqlalchemy import select

from portal.contributions.models import Statement
from portal.kernel import clock
from portal.people.models import Pupil
from portal.people.rules import Readers, Side
from portal.records.models import Ending
from tests.pages import parse, words
from tests.records.writing import Meeting


@pytest.fixture
def meeting(system_session, ids):
    return Meeting(system_session, ids)


def end(meeting, name, kind, text="", **more):
    said = meeting.session.get(Statement, meeting.said[name])
    staff = meeting.ids.person("class-teacher")
    meeting.keep(
        Ending(
            **meeting.about, statement_id=said.id, review_id=meeting.id, kind=kind, words=text, ended_by=staff,
            ended_at=clock.now(), author_id=said.author_id, written_by=staff, side=said.side, readers=said.readers,
            one_adult_id=said.one_adult_id, sent_at=clock.now(), **more,
        )
    )  # fmt: skip


def shared(meeting, client):
    client.post(meeting.path)
    meeting.write(client, "For everybody")
    assert meeting.share(client).status_code == 303


def in_year(meeting, year):
    meeting.session.get(Pupil, meeting.about["pupil_id"]).nc_year = year
    meeting.session.commit()


@pytest.mark.parametrize(("year", "skin"), [("2", "pictures"), ("5", "cards"), ("9", "words")])
def test_the_card_in_each_skin(app, as_persona, meeting, year, skin):
    picks = {"playtime": "good", "noise": "tricky"}
    meeting.say("cards", "pupil-young", Side.PUPIL, Readers.FAMILY, "cards", picks=picks)
    action = meeting.agree(
        "Ear defenders in the hall", statement_id=meeting.said["cards"], pupil_words="You get quiet ears"
    )
    end(meeting, "cards", "action", action_id=action)
    end(meeting, "child for one", "answered", "We will read your book")
    shared(meeting, as_persona("class-teacher"))
    in_year(meeting, year)
    page = as_persona("pupil-young").get("/me/we-will?lang=en")
    assert f"skin-{skin}" in parse(page).xpath("//body/@class")[0]
    text = words(page)
    for part in ("You said", "Noise: Tricky", "You get quiet ears", "Said: child for one", "We will read your book"):
        assert part in text, part
    assert text.count("You get quiet ears") == 1
    assert bool(parse(page).xpath("//main//svg[contains(@class, 'icon--xl')]")) == (skin != "words")
    for part in ("For everybody", "Ear defenders", "mum for", "dad for"):
        assert part not in text, part


def test_before_it_is_shared_the_card_is_not_there(app, as_persona, meeting):
    meeting.agree("x", pupil_words="Not yet for you")
    end(meeting, "child for family", "answered", "Not yet either")
    client = as_persona("pupil-young")
    text = words(client.get("/me/we-will?lang=en"))
    assert "Not yet" not in text


def test_an_answer_that_comes_later_stands_there_too(app, as_persona, meeting):
    shared(meeting, as_persona("class-teacher"))
    client = as_persona("pupil-young")
    assert "There is nothing on your card yet." in words(client.get("/me/we-will?lang=en"))
    end(meeting, "child for school", "noted", "Thank you for telling us")
    assert "Thank you for telling us" in words(client.get("/me/we-will?lang=en"))


def test_what_was_told_to_one_adult_stays_off_the_familys_copy(app, as_persona, meeting, read_pdf):
    end(meeting, "child for one", "answered", "Secret answer")
    end(meeting, "child for family", "noted", "Open answer")
    action = meeting.agree(
        "One", statement_id=meeting.said["child for one"], pupil_words="Secret help", readers="one_adult",
        one_adult_id=meeting.ids.person("class-teacher"),
    )  # fmt: skip
    assert action
    shared(meeting, as_persona("class-teacher"))
    assert "Secret help" in words(as_persona("pupil-young").get("/me/we-will?lang=en"))
    for client, path in ((as_persona("parent"), meeting.family_path), (as_persona("sendco"), meeting.path)):
        card = read_pdf(client.get(f"{path}/card.pdf?lang=en").data)
        assert "Open answer" in card
        assert "Secret" not in card
    assert "Secret answer" in read_pdf(as_persona("class-teacher").get(f"{meeting.path}/card.pdf?lang=en").data)


def test_another_pupil_has_another_card(app, as_persona, meeting):
    end(meeting, "child for family", "noted", "For Zara alone")
    shared(meeting, as_persona("class-teacher"))
    for slug in ("pupil-older", "young-person"):
        assert "For Zara alone" not in words(as_persona(slug).get("/me/we-will"))
    assert as_persona("parent").get("/me/we-will").status_code == 403


def test_the_way_to_the_card(app, as_persona, counting, meeting):
    client = as_persona("pupil-young")
    for path in ("/me", "/me/meeting"):
        assert parse(client.get(path)).xpath("//main//a[@href='/me/we-will']"), path
    shared(meeting, as_persona("class-teacher"))
    client.get("/me/we-will?lang=ur")
    counting.statements.clear()
    client.get("/me/we-will?lang=ur")
    assert len(counting) <= 8
    rows = meeting.session.scalars(select(Ending).where(Ending.review_id == meeting.id)).all()
    meeting.session.rollback()
    assert rows == []
