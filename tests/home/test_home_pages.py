"""The front page of each role."""

import re
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.kernel import clock
from portal.people.models import Look, Pupil, PupilContact
from portal.people.rules import ContactState, PortalAccess, Restriction
from portal.profiles.models import PlanVersion, ProgressNote, Target, TextTranslation
from portal.profiles.models_register import RegisterWord
from portal.profiles.rules import Rating, VersionState
from portal.reviews.models import Review
from portal.reviews.rules import Stage
from tests.pages import parse, words


def main_part(response):
    return re.sub(r'value="[^"]+"', "", response.get_data(as_text=True).split("<main", 1)[1])


def test_visitors_are_asked_who_they_are_in_every_language(sqlite_app):
    page = parse(sqlite_app.test_client().get("/"))
    assert len(page.xpath("//main//ul[@class='language-choices']//a")) == 8
    assert len(page.xpath("//main//div[@class='door']")) == 4
    assert len(page.xpath("//main//ul[@class='three']/li")) == 3


def test_a_family_has_one_step_for_each_child_by_name(app, as_persona, counting):
    client = as_persona("parent-of-two")
    client.get("/home?lang=en")
    counting.statements.clear()
    page = parse(client.get("/home"))
    assert len(counting) <= 6, counting.statements
    assert [" ".join(h.text_content().split()) for h in page.xpath("//main//section[@class='child']/h2")] == [
        "Kacper",
        "Zofia",
    ]
    assert len(page.xpath("//main//section[@class='child']/section[@class='next-step']")) == 2


def test_what_is_new_stands_on_the_front_page_until_it_is_read(app, as_persona, ids, system_session):
    system_session.get_one(Review, ids.review("Zara")).stage = Stage.CANCELLED  # a time to choose would come first
    zara = {"school_id": ids.school_of("Zara"), "pupil_id": ids.pupil("Zara")}
    version = system_session.scalars(
        select(PlanVersion).where(PlanVersion.pupil_id == zara["pupil_id"], PlanVersion.state == VersionState.PUBLISHED)
    ).one()
    thread = system_session.scalars(select(Target.thread).where(Target.version_id == version.id)).first()
    system_session.add(
        Look(
            **zara,
            sitting_id=uuid.uuid4(),
            person_id=ids.person("parent"),
            audience="family",
            at=clock.now() - timedelta(hours=2),
            version_number=version.number - 1,
        )
    )
    for for_family in (True, False):
        system_session.add(
            ProgressNote(
                **zara,
                target_thread=thread,
                written_by=ids.person("class-teacher"),
                writer_role="class_teacher",
                at=clock.now(),
                rating=Rating.GOING_WELL,
                text="A step",
                for_family=for_family,
                once_key=uuid.uuid4().hex,
            )
        )
    system_session.commit()
    client = as_persona("parent")
    text = words(client.get("/home?lang=en"))
    assert "See what changed" in text
    assert "There is a new version of the plan." in text
    assert "Staff wrote 1 new note about a target." in text
    client.get(f"/children/{zara['pupil_id']}")
    assert "See what changed" not in words(client.get("/home"))


def test_no_child_to_read_about_looks_the_same_whatever_the_reason(app, as_persona, ids, system_session):
    """Barred, not confirmed, or no link at all: one page, with every school of the trust and no word of why."""
    barred = main_part(as_persona("parent-barred").get("/home?lang=en"))
    assert "There is nothing here to read yet." in barred
    assert "0121 496 0210" in barred
    assert "0121 496 0540" in barred
    assert "Zara" not in barred
    links = system_session.scalars(
        select(PupilContact).where(PupilContact.adult_id == ids.person("second-parent"))
    ).all()
    for link in links:
        link.state, link.access, link.restriction = ContactState.PROPOSED, PortalAccess.NONE, Restriction.NONE
    system_session.commit()
    assert main_part(as_persona("second-parent").get("/home?lang=en")) == barred
    system_session.delete(links[0])
    system_session.commit()
    assert main_part(as_persona("second-parent").get("/home?lang=en")) == barred


def test_class_staff_see_their_own_class_with_the_last_note(app, as_persona, counting):
    client = as_persona("class-teacher")
    client.get("/staff?lang=en")
    counting.statements.clear()
    text = words(client.get("/staff"))
    assert len(counting) <= 12, counting.statements
    assert "Zara Hussain" in text
    assert "Grace" not in text
    assert "Write a note" in text
    assert "Write a note" not in words(as_persona("supply-teacher").get("/staff?lang=en"))


def _unread(client):
    found = re.search(r"(\d+) adults? ha(?:s|ve) not read news", words(client.get("/staff?lang=en")))
    return int(found.group(1)) if found else 0


def test_the_sendco_sees_only_what_is_out_of_order(app, as_persona, ids, system_session, counting):
    client = as_persona("sendco")
    unread_before = _unread(client)
    word = system_session.scalars(select(RegisterWord).where(RegisterWord.adult_id == ids.person("parent"))).first()
    word.told_at, word.read_at = clock.now() - timedelta(days=8), None
    system_session.commit()
    assert _unread(client) == unread_before + 1
    counting.statements.clear()
    text = words(client.get("/staff"))
    assert len(counting) <= 12, counting.statements
    assert not re.search(r"\b0 ", text)


def test_missing_translations_are_counted_until_the_last_one_is_there(sqlite_app, as_persona, ids, system_session):
    from portal.home.queries_translations import READERS, children_without_translation

    before = children_without_translation(system_session, today=clock.today())
    assert before > 0
    readers = system_session.execute(READERS, {"today": clock.today()}).all()
    assert before <= len({reader.pupil_id for reader in readers})
    for row in system_session.scalars(select(TextTranslation).where(TextTranslation.pupil_id == ids.pupil("Zara"))):
        system_session.delete(row)
    system_session.flush()
    assert children_without_translation(system_session, today=clock.today()) >= before
    child = system_session.get_one(Pupil, readers[0].pupil_id)
    child.rights_pass_on, child.shares_with_parents = clock.today(), False
    system_session.flush()
    left = {reader.pupil_id for reader in system_session.execute(READERS, {"today": clock.today()})}
    assert left == {reader.pupil_id for reader in readers} - {child.id}, "no parent reads about them any more"


def test_trust_leads_see_numbers_and_no_child(app, as_persona, ids, counting):
    client = as_persona("trust-lead")
    page = client.get("/trust?lang=en")
    text = words(page)
    assert "Hazel Lane Primary School" in text
    for name in ("Zara", "Hussain", "Idris"):
        assert name not in text
    assert not parse(page).xpath("//main//a")
    assert not re.search(r"\b[0-4]\b", text.replace("fewer than 5", ""))


STAFF = ("class-teacher", "teaching-assistant", "supply-teacher", "sendco", "headteacher", "office")


@pytest.mark.parametrize("slug", STAFF)
def test_the_header_has_a_handful_of_doors_and_each_opens(as_persona, slug):
    client = as_persona(slug)
    doors = parse(client.get("/staff")).xpath("//header//nav//a/@href")
    assert 2 <= len(doors) <= 8
    assert {door: client.get(door, follow_redirects=True).status_code for door in doors} == dict.fromkeys(doors, 200)


def test_what_the_sendco_opens_seldom_is_two_clicks_away(as_persona):
    client = as_persona("sendco")
    doors = parse(client.get("/staff")).xpath("//header//nav//a/@href")
    beyond = {
        link for door in doors for link in parse(client.get(door, follow_redirects=True)).xpath("//main//a/@href")
    }
    assert {"/staff/import", "/staff/lesson", "/staff/school"} <= beyond
