"""You said, we will: the child's own card, in three skins, with every answer and nobody else's words."""

import pytest
from sqlalchemy import select

from portal.accounts.actions_pupils import person_of
from portal.contributions.models import Statement
from portal.kernel import clock
from portal.people.models import Pupil
from portal.people.rules import Audience, Readers, Side
from portal.records.models import Action, CardLine, Ending, Record
from tests.conftest import _signed_in
from tests.pages import parse, words
from tests.records.agreeing import add, look, version_on
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
    as_persona("class-teacher").post(meeting.path)
    for record in meeting.session.scalars(select(Record).where(Record.review_id != meeting.id)):
        record.shared_at = None  # so that the newest is the one that is being written
    meeting.session.commit()
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
    end(meeting, "mum for family", "noted", "Answer to mum")
    back = meeting.say("back", "pupil-young", Side.PUPIL, Readers.FAMILY, "admire", text="Taken back")
    end(meeting, "back", "noted", "Answer to what was taken back")
    back.current = False
    meeting.session.commit()
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
        for part in ("Secret", "Answer to", "Taken back"):
            assert part not in card
    assert "Answer to" not in words(as_persona("pupil-young").get("/me/we-will?lang=en"))
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


@pytest.mark.parametrize(("year", "skin"), [("2", "pictures"), ("5", "cards"), ("9", "words")])
def test_who_does_it_stands_above_it(app, as_persona, meeting, read_pdf, year, skin):
    meeting.agree("Use the card", party="pupil", pupil_words="Show my help card")
    meeting.agree("Talk at tea", party="parent", pupil_words="Mum asks about my day", position=2)
    meeting.agree("Keep a place", pupil_words="You eat at the quiet end", position=3)
    end(meeting, "child for family", "answered", "Yes, you may")
    shared(meeting, as_persona("class-teacher"))
    in_year(meeting, year)
    page = as_persona("pupil-young").get("/me/we-will?lang=en")
    assert f"skin-{skin}" in parse(page).xpath("//body/@class")[0]
    ideas = [" ".join(idea.text_content().split()) for idea in parse(page).xpath("//main//section")]
    told = ("I will Show my help card", "We will Mum asks", "We will You eat at", "School says School answered it")
    card = read_pdf(as_persona("parent").get(f"{meeting.family_path}/card.pdf?lang=en").data)
    for part in told:
        assert [idea for idea in ideas if part in idea], part
        assert part in card, part


def mark(client, meeting, action_id, state, why=""):
    address = f"/staff/children/{meeting.about['pupil_id']}/promises/{action_id}"
    version = version_on(client.get(address))
    assert client.post(address, data={"state": state, "words": why, "version": version}).status_code == 303


def test_the_card_says_what_became_of_it(app, as_persona, meeting, read_pdf):
    teacher, child = as_persona("class-teacher"), as_persona("pupil-young")
    quiet = meeting.agree("Quiet place", pupil_words="You get quiet ears")
    card = meeting.agree("Help card", pupil_words="You show a card", position=2, party="pupil")
    meeting.agree("Write to the doctor", position=3)
    teacher.post(meeting.path)
    assert add(teacher, meeting, said="child for one", text="Talk", pupil_words="We talk at lunch").status_code == 303
    assert add(teacher, meeting, said="mum for family", text="Ask the club").status_code == 303
    meeting.write(teacher, "For everybody")
    assert meeting.share(teacher).status_code == 303
    page = words(child.get("/me/we-will?lang=en"))
    for part in ("We will You get quiet ears", "I will You show a card", "We will We talk at lunch"):
        assert part in page, part
    (alone,) = look(meeting.session, select(Action.id).where(Action.readers == "one_adult", Action.text == "Talk"))
    for action_id, state in ((quiet, "stopped"), (alone, "stopped"), (card, "kept")):
        mark(teacher, meeting, action_id, state, "REASON OF SCHOOL")
    page = words(child.get("/me/we-will?lang=en"))
    stopped = "We stopped this. You can ask why."
    for part in (f"{stopped} You get quiet ears", "Done You show a card", f"{stopped} We talk at lunch"):
        assert part in page, part
    assert "We will" not in page.replace("You said, we will", "")
    assert "REASON" not in page
    copy = read_pdf(as_persona("parent").get(f"{meeting.family_path}/card.pdf?lang=en").data)
    assert f"{stopped} You get quiet ears" in copy
    for part in ("at lunch", "doctor", "club", "mum for"):
        assert part not in copy, "what was agreed with the child alone, and what is not for the card"


def test_what_one_adult_agrees_with_a_child_alone_stands_on_the_childs_card(app, as_persona, meeting, read_pdf):
    teacher, sendco = as_persona("class-teacher"), as_persona("sendco")
    teacher.post(meeting.path)
    for child_reads in ("Secret help", ""):
        sent = add(teacher, meeting, said="child for one", text="SECRET ACTION", pupil_words=child_reads)
        assert sent.status_code == 303
    meeting.write(sendco, "For everybody")
    assert meeting.share(sendco).status_code == 303
    lines = meeting.session.scalars(select(CardLine).where(CardLine.review_id == meeting.id)).all()
    meeting.session.rollback()
    assert lines == [], "whoever shared it read nothing of it"
    text = words(as_persona("pupil-young").get("/me/we-will?lang=en"))
    assert "You said Said: child for one We will Secret help" in text
    assert "You said Said: child for one We will SECRET ACTION" in text
    for client, path in ((as_persona("parent"), meeting.family_path), (sendco, meeting.path)):
        assert "secret" not in read_pdf(client.get(f"{path}/card.pdf?lang=en").data).lower()
    assert "Secret help" in read_pdf(teacher.get(f"{meeting.path}/card.pdf?lang=en").data)


def test_a_young_person_takes_their_own_card_away(app, as_persona, meeting, read_pdf):
    meeting.agree("For school", pupil_words="Agreed at school alone", for_family=False)
    meeting.agree("For all", pupil_words="Agreed with all", position=2)
    shared(meeting, as_persona("class-teacher"))
    copies = [read_pdf(as_persona("parent").get(f"{meeting.family_path}/card.pdf?lang=en").data)]
    pupil = meeting.session.get(Pupil, meeting.about["pupil_id"])
    pupil.rights_pass_on = clock.today()
    meeting.session.commit()
    client = as_persona("pupil-young")
    copies.append(read_pdf(client.get(f"{meeting.family_path}/card.pdf?lang=en").data))
    assert ["Agreed at school alone" in copy for copy in copies] == [False, True]
    assert all("Agreed with all" in copy for copy in copies)
    assert "Agreed at school alone" in words(client.get("/me/we-will?lang=en"))
    page = words(client.get(f"{meeting.family_path}?lang=en"))
    assert "For everybody" in page
    assert "For school" not in page


def test_a_card_from_before_the_child_first_came_in(app, as_persona, meeting):
    pupil = meeting.session.get(Pupil, meeting.about["pupil_id"])
    pupil.person_id = None
    meeting.session.commit()
    meeting.agree("Early", pupil_words="Agreed before you came")
    shared(meeting, as_persona("class-teacher"))
    person_id = person_of(meeting.session, pupil.id)
    meeting.session.commit()
    client = _signed_in(app, person_id, Audience.PUPIL, None)
    assert "Agreed before you came" in words(client.get("/me/we-will?lang=en"))


def test_the_card_on_paper_offers_help_with_english_words(app, as_persona, meeting, read_pdf):
    meeting.agree("Read", pupil_words="We read each day")
    shared(meeting, as_persona("class-teacher"))
    client, path = as_persona("parent"), f"{meeting.family_path}/card.pdf"
    assert "Some parts are in English." not in read_pdf(client.get(f"{path}?lang=en").data)
    assert "po angielsku" in read_pdf(client.get(f"{path}?lang=pl").data)
