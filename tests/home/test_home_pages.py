"""The front page of each role."""

import re
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.concerns.rules_messages import ConcernMessage
from portal.kernel import clock
from portal.kernel.outbox import OutboxItem
from portal.notices.rules import Asks
from portal.people.models import Look, Pupil, PupilContact
from portal.people.rules import ContactState, PortalAccess, Restriction
from portal.profiles.models import PlanVersion, ProgressNote, Target, TextTranslation
from portal.profiles.models_register import RegisterWord
from portal.profiles.rules import Rating, VersionState
from portal.reviews.models import Review
from portal.reviews.rules import Stage
from tests.concerns.asking import Asking
from tests.contributions.said import SPOKEN, a_review, say
from tests.notices.sent import a_notice, silence
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


def test_all_that_waits_for_an_answer_stands_there_what_the_law_asks_first(app, as_persona, ids, system_session):
    silence(system_session)
    asking = Asking(system_session, ids, as_persona)
    referral = asking.referred()
    late, soon = clock.today() + timedelta(days=20), clock.today() + timedelta(days=6)
    for item in system_session.scalars(select(OutboxItem).where(OutboxItem.kind == ConcernMessage.CONSENT_ASK)):
        item.due_at = clock.now() - timedelta(days=30)
    a_notice(system_session, ids, title="Tea in the hall", asks=Asks.COME, answer_by=late)
    a_notice(system_session, ids, title="A trip", asks=Asks.COME, answer_by=soon)
    a_notice(system_session, ids, title="A question", asks=Asks.COME)
    client = as_persona("parent")
    page = parse(client.get("/home?lang=en"))
    waiting = [" ".join(line.text_content().split()) for line in page.xpath("//main//ul[@class='tasks']/li")]
    wanted = ("School asks for your agreement", "A trip", "Tea in the hall", "A question")
    assert [line.startswith(title) for line, title in zip(waiting, wanted, strict=True)] == [True] * 4
    assert f"Please answer by this day: {soon:%A} {soon.day} {soon:%B}" in waiting[1]
    assert str(referral) in page.xpath("//main//ul[@class='tasks']//a/@href")[0]
    assert "Show all" not in page.text_content()
    a_notice(system_session, ids, title="One more", asks=Asks.COME)
    page = parse(client.get("/home"))
    assert len(page.xpath("//main//ul[@class='tasks']/li")) == 4
    assert page.xpath("//main//a[contains(., 'Show all')]/@href") == ["/messages"]


def test_each_child_has_a_quiet_door_to_ask_and_to_what_became_of_it(app, as_persona):
    client = as_persona("parent-of-two")
    page = parse(client.get("/home?lang=en"))
    for child in page.xpath("//main//section[@class='child']"):
        links = child.xpath("ul[contains(@class, 'link-list')]//a/@href")
        assert [link.rsplit("/", 1)[1] for link in links] == ["ask", "became"]
        assert [client.get(link).status_code for link in links] == [200, 200]


def test_a_time_to_choose_is_not_hidden_behind_other_news(app, as_persona, ids, system_session):
    client = as_persona("parent-of-two")
    page = parse(client.get("/home?lang=en"))
    kacper, zofia = page.xpath("//main//section[@class='child']")
    hidden = next(one for one in (kacper, zofia) if "Please read this" in one.text_content())
    name = hidden.xpath("string(h2)").strip()
    lines = [" ".join(line.text_content().split()) for line in page.xpath("//main//ul[@class='tasks']/li")]
    assert any(line.startswith(f"Choose a time for the review, {name}") for line in lines)


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


def test_whoever_alone_was_told_something_learns_so(app, as_persona, ids, system_session):
    said = {name: SPOKEN[name] for name in ("CHILDASSISTANT", "CHILDFAMILY")}
    told = "//ul[@class='tasks']//a[contains(., 'Something was said to you only.')]/@href"
    for slug in ("teaching-assistant", "class-teacher", "sendco"):
        assert not parse(as_persona(slug).get("/staff")).xpath(told), slug
    review = a_review(system_session, ids)
    made = say(system_session, ids, review, said)
    system_session.commit()
    (link,) = parse(as_persona("teaching-assistant").get("/staff")).xpath(told)
    page = parse(as_persona("teaching-assistant").get(link))
    (further,) = [url for url in page.xpath("//main//a/@href") if str(review.id) in url]
    assert "It is CHILDASSISTANT." in words(as_persona("teaching-assistant").get(further))
    for slug in ("class-teacher", "sendco", "headteacher", "office"):
        assert not parse(as_persona(slug).get("/staff")).xpath(told), slug
    made["CHILDASSISTANT"].sent_at = None
    system_session.commit()
    assert not parse(as_persona("teaching-assistant").get("/staff")).xpath(told), "a draft is nobody's yet"


def test_only_who_may_see_which_families_want_a_call_is_told_how_many(sqlite_app, as_persona):
    asked = "ask for a call about a meeting"
    assert asked in words(as_persona("sendco").get("/staff?lang=en"))
    assert asked not in words(as_persona("headteacher").get("/staff?lang=en"))
