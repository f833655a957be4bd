"""Before a record goes out it is read: exactly that goes out, and the page says to whom, how much of it in which
language, and what the child reads."""

import uuid

import pytest

from portal.kernel import clock
from portal.people.models import Person
from portal.people.rules import Readers, Side
from portal.profiles.models import TextTranslation
from portal.profiles.rules import wording_key
from tests.pages import parse, words
from tests.records.agreeing import add, end, settled
from tests.records.writing import Meeting

CHANGED = "Somebody else changed this while you were writing."


@pytest.fixture
def meeting(app, system_session, ids, as_persona):
    settled(system_session, ids)
    meeting = Meeting(system_session, ids)
    client = as_persona("class-teacher")
    client.post(meeting.path)
    meeting.write(client, "For everybody")
    meeting.write(client, "For school alone", for_family=None)
    return meeting


def another_line(client, meeting):
    return meeting.write(client, "WRITTEN SINCE")


def another_action(client, meeting):
    return add(client, meeting, text="WRITTEN SINCE")


def other_words(client, meeting):
    line = meeting.lines()["For everybody"]
    data = {"text": "WRITTEN SINCE", "version": str(line.version), "for_family": "y"}
    return client.post(f"{meeting.path}/lines/{line.id}", data=data)


def other_readers(client, meeting):
    line = meeting.lines()["For school alone"]
    data = {"text": "WRITTEN SINCE", "version": str(line.version), "for_family": "y"}
    return client.post(f"{meeting.path}/lines/{line.id}", data=data)


def an_ending(client, meeting):
    return end(client, meeting, "mum for family", "answered", words="WRITTEN SINCE")


@pytest.mark.parametrize("change", [another_line, another_action, other_words, other_readers, an_ending])
def test_what_nobody_has_read_does_not_go_out(meeting, as_persona, change):
    sendco, teacher = as_persona("sendco"), as_persona("class-teacher")
    seen = meeting.seen(sendco)
    assert change(teacher, meeting).status_code == 303
    refused = meeting.share(sendco, seen)
    assert refused.status_code == 409
    assert CHANGED in words(refused)
    assert "WRITTEN SINCE" in words(refused), "the page stands there again with what is new"
    assert meeting.record().shared_at is None
    assert {line.readers for line in meeting.lines().values()} == {"teachers"}
    (again,) = parse(refused).xpath("//main//input[@name='seen']/@value")
    assert meeting.share(sendco, again).status_code == 303
    assert meeting.record().shared_at is not None


def test_without_having_read_it_nobody_shares_it(meeting, as_persona):
    for seen in ("", "nonsense"):
        assert meeting.share(as_persona("sendco"), seen).status_code == 409
    assert meeting.record().shared_at is None


def test_what_stays_at_school_holds_nothing_up(meeting, as_persona):
    sendco, seen = as_persona("sendco"), meeting.seen(as_persona("sendco"))
    meeting.write(as_persona("class-teacher"), "One more for school", for_family=None)
    assert meeting.share(sendco, seen).status_code == 303


def test_it_says_who_gets_it_in_which_language_and_how_much_of_it(meeting, as_persona, ids):
    meeting.session.get_one(Person, ids.person("parent")).language = "ur"
    meeting.session.get_one(Person, ids.person("second-parent")).language = "en"
    name = meeting.session.get_one(Person, ids.person("parent")).full_name
    meeting.session.commit()
    teacher, sendco = as_persona("class-teacher"), as_persona("sendco")
    meeting.say("in urdu", "parent", Side.PARENT, Readers.FAMILY, "q", text="\u0627\u0686\u06be\u0627", language="ur")
    meeting.take(teacher, "in urdu")
    add(teacher, meeting, text="Learn nine signs", owner_words="All nine of us", how_we_will_know="")
    page = words(sendco.get(f"{meeting.path}/share"))
    told = page.split("Who will be told")[1]
    assert name in told
    assert "1 of 4 texts" in told, "the reader's own words need no translation"
    assert "3 of 4 texts" in told, "and are foreign to those who read English"
    meeting.keep(
        TextTranslation(
            **meeting.about, wording=wording_key("For everybody"), language="ur", text="\u0633\u0628",
            translated_by="Amina", at=clock.now(),
        )
    )  # fmt: skip
    assert "2 of 4 texts" in words(sendco.get(f"{meeting.path}/share"))
    assert "Who will be told" not in words(teacher.get(f"{meeting.path}/share")), "she may not know the child's adults"


def test_it_says_what_the_child_reads(meeting, as_persona):
    teacher = as_persona("class-teacher")
    card = "//h2[@id='card']/following-sibling::p[1]"
    add(teacher, meeting, text="Nothing for her")
    assert "Nothing goes on the card." in parse(teacher.get(f"{meeting.path}/share")).xpath(card)[0].text_content()
    add(teacher, meeting, uuid.uuid4(), said="child for family", text="A quiet corner")
    assert "A quiet corner" in parse(teacher.get(f"{meeting.path}/share")).xpath(card)[0].text_content()
