"""One notice as a family meets it: read in one's own language, answered with one tap, and nobody else's."""

from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.clock import LONDON
from portal.kernel.outbox import OutboxItem
from portal.meetings.rules import instant
from portal.notices.models import NoticeCopy
from portal.notices.rules import Asks, NoticeState, Reply
from portal.people.rules import PortalAccess, Restriction
from tests.meetings.family import set_link
from tests.meetings.test_races import at_once
from tests.notices.sent import URDU, a_notice, copies, looked_up, url
from tests.pages import parse, words


def in_days(days, hour=10):
    return datetime.combine(clock.today() + timedelta(days=days), time(hour), LONDON)


def reply(client, notice_id, answer):
    return client.post(url(notice_id), data={"reply": answer})


def replies(session, ids, notice_id, slug="parent"):
    return [copy.reply for copy in copies(session, notice_id, ids.person(slug))]


def buttons(response):
    return parse(response).xpath("//main//button[@name='reply']/@value")


def test_a_translation_stands_with_its_translator_and_the_original_beside_it(
    sqlite_app, as_persona, ids, system_session
):
    notice_id = a_notice(system_session, ids, urdu=URDU, words="# Bring\n- a **cup**")
    client = as_persona("parent")
    page = client.get(f"{url(notice_id)}?lang=ur")
    shown, original = parse(page).xpath("//main//div[@class='school-text']")
    assert (shown.get("lang"), shown.get("dir"), shown.text_content()) == ("ur", "rtl", URDU["words"])
    assert (original.get("lang"), original.get("dir")) == ("en-GB", "ltr")
    assert original.xpath(".//li/strong/text()") == ["cup"]
    assert URDU["translated_by"] in words(page)
    assert parse(page).xpath("//h1/bdi/@lang") == ["ur"]
    english = client.get(f"{url(notice_id)}?lang=en")
    assert "Bring" in words(english)
    assert URDU["translated_by"] not in words(english)


def test_the_original_names_its_language_and_offers_to_explain(app, as_persona, ids, system_session):
    notice_id = a_notice(system_session, ids)
    client = as_persona("parent")
    page = client.get(f"{url(notice_id)}?lang=pl")
    assert parse(page).xpath("//main//div[@class='school-text']/@lang") == ["en-GB"]
    (offer,) = parse(page).xpath("//main//p[contains(@class, 'aside--original')]")
    assert "po angielsku" in offer.text_content()
    assert buttons(page) == [Reply.CALL], "one tap asks for a call, though nothing was asked"
    assert reply(client, notice_id, "call").status_code == 303
    assert replies(system_session, ids, notice_id) == [Reply.CALL]
    assert buttons(client.get(url(notice_id))) == [Reply.NONE], "and one tap takes the wish back"
    assert reply(client, notice_id, "none").status_code == 303
    assert replies(system_session, ids, notice_id) == [Reply.NONE]
    assert buttons(client.get(f"{url(notice_id)}?lang=en")) == [], (
        "whoever reads it as it was written need not be helped"
    )


def test_a_title_in_english_carries_the_offer_wherever_it_stands(app, as_persona, ids, system_session):
    a_notice(system_session, ids, urdu=URDU, asks=Asks.COME, answer_by=clock.today())
    client, offer = as_persona("parent"), "//main//p[contains(@class, 'aside--original')]"
    for path in ("/messages", "/home"):
        for tag in ("pl", "en"):
            page = parse(client.get(f"{path}?lang={tag}"))
            assert page.xpath("//main//a[contains(., 'Coffee morning')]"), (path, tag)
            assert len(page.xpath(offer)) == (tag == "pl"), (path, tag)


def test_a_translation_of_other_words_is_not_shown(sqlite_app, as_persona, ids, system_session):
    from portal.notices.models import NoticeText

    notice_id = a_notice(system_session, ids, urdu=URDU)
    system_session.scalars(select(NoticeText).where(NoticeText.notice_id == notice_id)).one().wording = "another"
    system_session.commit()
    assert URDU["words"] not in words(as_persona("parent").get(f"{url(notice_id)}?lang=ur"))


def test_opening_is_noted_once_and_for_the_reader_alone(app, as_persona, ids, system_session):
    notice_id = a_notice(system_session, ids)
    client = as_persona("parent")
    assert client.get(url(notice_id)).status_code == 200
    (mine,) = copies(system_session, notice_id, ids.person("parent"))
    first = mine.opened_at
    assert first is not None
    client.get(url(notice_id))
    (mine,) = copies(system_session, notice_id, ids.person("parent"))
    assert mine.opened_at == first
    (other,) = copies(system_session, notice_id, ids.person("second-parent"))
    assert other.opened_at is None


def test_an_answer_is_kept_once_and_can_be_changed_until_the_day(app, as_persona, ids, system_session):
    notice_id = a_notice(system_session, ids, asks=Asks.COME, answer_by=clock.today())
    client = as_persona("parent")
    page = client.get(url(notice_id))
    assert buttons(page) == [Reply.COME, Reply.CANNOT, Reply.CALL]
    for answer in ("come", "come", "cannot", "come"):
        assert reply(client, notice_id, answer).status_code == 303
    (mine,) = copies(system_session, notice_id, ids.person("parent"))
    assert mine.reply == Reply.COME
    assert "We come" in words(client.get(f"{url(notice_id)}?lang=en&done=1"))
    first = mine.replied_at
    reply(client, notice_id, "come")
    assert copies(system_session, notice_id, ids.person("parent"))[0].replied_at == first, "sent twice is once"
    assert replies(system_session, ids, notice_id, "second-parent") == [Reply.NONE]


def test_after_the_day_the_page_says_so_kindly_and_still_offers_a_call(app, as_persona, ids, system_session):
    yesterday = clock.today() - timedelta(days=1)
    notice_id = a_notice(system_session, ids, asks=Asks.COME, answer_by=yesterday)
    client = as_persona("parent")
    late = reply(client, notice_id, "come")
    assert late.status_code == 409
    assert "The last day to answer is over. You can still ask us to call you." in words(late)
    assert buttons(late) == [Reply.CALL]
    assert replies(system_session, ids, notice_id) == [Reply.NONE]
    assert reply(client, notice_id, "call").status_code == 303
    assert replies(system_session, ids, notice_id) == [Reply.CALL]


@pytest.mark.parametrize(
    ("asks", "answer"), [(Asks.SEEN, "come"), (Asks.NOTHING, "seen"), (Asks.SEEN, "shout"), (Asks.SEEN, "")]
)
def test_only_what_was_asked_can_be_answered(app, as_persona, ids, system_session, asks, answer):
    notice_id = a_notice(system_session, ids, asks=asks)
    assert reply(as_persona("parent"), notice_id, answer).status_code in {409, 422}
    assert replies(system_session, ids, notice_id) == [Reply.NONE]


def test_a_full_gathering_says_so_and_a_place_given_back_is_free_again(app, as_persona, ids, system_session):
    asked = {"asks": Asks.COME, "happens_at": in_days(5), "places": 1, "place": "The hall"}
    notice_id = a_notice(system_session, ids, **asked)
    first, second = as_persona("parent"), as_persona("second-parent")
    assert "1 place is free." in words(first.get(f"{url(notice_id)}?lang=en"))
    assert "The hall" in words(first.get(url(notice_id)))
    assert reply(first, notice_id, "come").status_code == 303
    full = second.get(f"{url(notice_id)}?lang=en")
    assert "All places are taken now." in words(full)
    assert buttons(full) == [Reply.CANNOT, Reply.CALL]
    refused = reply(second, notice_id, "come")
    assert refused.status_code == 409
    assert replies(system_session, ids, notice_id, "second-parent") == [Reply.NONE]
    assert reply(first, notice_id, "cannot").status_code == 303
    assert reply(second, notice_id, "come").status_code == 303
    assert replies(system_session, ids, notice_id, "second-parent") == [Reply.COME]


def test_two_households_want_the_last_place_at_the_same_moment(app, as_persona, ids, system_session):
    notice_id = a_notice(system_session, ids, asks=Asks.COME, happens_at=in_days(5), places=1)
    clients = [as_persona("parent"), as_persona("second-parent")]
    system_session.rollback()
    answers = at_once(*(lambda client=client: reply(client, notice_id, "come").status_code for client in clients))
    assert sorted(answers) == [303, 409]
    found = [*replies(system_session, ids, notice_id), *replies(system_session, ids, notice_id, "second-parent")]
    assert sorted(found) == [Reply.COME, Reply.NONE]


def test_whoever_comes_with_two_children_takes_one_place(app, as_persona, ids, system_session, client_of):
    both = two_children(system_session)
    notice_id = a_notice(
        system_session,
        ids,
        to=[("parent-of-two", child) for child in both],
        asks=Asks.COME,
        happens_at=in_days(5),
        places=2,
    )
    client = as_persona("parent-of-two")
    assert reply(client, notice_id, "come").status_code == 303
    mine = copies(system_session, notice_id, ids.person("parent-of-two"))
    assert [copy.reply for copy in mine] == [Reply.COME, Reply.COME]
    assert sorted(copy.place or 0 for copy in mine) == [0, 1]
    page = words(client.get(f"{url(notice_id)}?lang=en"))
    assert all(child in page for child in both)
    assert "1 place is free." in page


def two_children(session):
    from portal.people.models import Person, Pupil, PupilContact

    found = session.execute(
        select(Pupil.known_as, Pupil.forename)
        .join(PupilContact, PupilContact.pupil_id == Pupil.id)
        .join(Person, Person.id == PupilContact.adult_id)
        .where(Person.demo_slug == "parent-of-two", PupilContact.access != "none")
    ).all()
    session.rollback()
    names = sorted(known or forename for known, forename in found)
    assert len(names) == 2
    return names


def test_the_day_goes_into_a_calendar_that_names_nobody(app, as_persona, ids, system_session):
    asked = {"asks": Asks.COME, "happens_at": in_days(5), "place": "SEN room of Zara", "title": "Forum for SEN parents"}
    notice_id = a_notice(system_session, ids, **asked)
    file = as_persona("parent").get(url(notice_id, "/day.ics"))
    assert file.mimetype == "text/calendar"
    assert file.headers["Content-Disposition"] == 'attachment; filename="meeting.ics"'
    for tell_tale in ("Zara", "SEN", "Forum", "room"):
        assert tell_tale not in file.text
    assert "DTSTART;TZID=Europe/London" in file.text
    plain = a_notice(system_session, ids)
    assert as_persona("parent").get(url(plain, "/day.ics")).status_code == 404


def test_somebody_who_lost_access_finds_nothing_and_changes_nothing(app, as_persona, ids, system_session):
    notice_id = a_notice(system_session, ids, asks=Asks.COME)
    client = as_persona("parent")
    assert client.get(url(notice_id)).status_code == 200
    before = snapshot(system_session)
    for closed in (
        {"access": PortalAccess.NONE},
        {
            "restricted_from": clock.today(),
            "order_seen_by": ids.person("sendco"),
            "restriction": Restriction.NO_CONTACT,
        },
        {"access": PortalAccess.VIEW},
    ):
        set_link(system_session, ids, "parent", **closed)
        assert client.get(url(notice_id)).status_code == 404
        assert reply(client, notice_id, "come").status_code == 404
        assert snapshot(system_session) == before
    for slug in ("parent-barred", "parent-other-school"):
        assert as_persona(slug).get(url(notice_id)).status_code == 404
        assert reply(as_persona(slug), notice_id, "come").status_code == 404
    assert snapshot(system_session) == before


def snapshot(session):
    rows = looked_up(session, select(NoticeCopy).order_by(NoticeCopy.id))
    return [(row.id, row.opened_at, row.reply, row.replied_at, row.place) for row in rows]


def test_a_draft_is_nobodys_page_and_one_taken_back_says_only_that(app, as_persona, ids, system_session):
    client = as_persona("parent")
    draft = a_notice(system_session, ids, state=NoticeState.DRAFT)
    assert client.get(url(draft)).status_code == 404
    assert reply(client, draft, "call").status_code == 404
    back = a_notice(
        system_session, ids, state=NoticeState.TAKEN_BACK, taken_back_at=clock.now(), taken_back_why="Wrong day.",
        words="MARK-WORDS", asks=Asks.COME, happens_at=in_days(3),
    )  # fmt: skip
    page = words(client.get(f"{url(back)}?lang=en"))
    assert "School took this back" in page
    assert "Wrong day." in page
    assert "MARK-WORDS" not in page
    late = reply(client, back, "come")
    assert late.status_code == 409
    assert "School took this back" in words(late), "whoever had the page open learns it"
    assert replies(system_session, ids, back) == [Reply.NONE]
    assert client.get(url(back, "/day.ics")).status_code == 404


def test_a_young_person_reads_their_own_and_a_pupil_has_no_such_page(app, as_persona, ids, system_session):
    notice_id = a_notice(system_session, ids, to=[("young-person", "Grace")], asks=Asks.SEEN)
    client = as_persona("young-person")
    assert "Coffee morning" in words(client.get("/messages"))
    assert reply(client, notice_id, "seen").status_code == 303
    assert replies(system_session, ids, notice_id, "young-person") == [Reply.SEEN]
    assert as_persona("pupil-older").get(url(notice_id)).status_code == 403
    assert as_persona("pupil-older").get("/messages").status_code == 403


def test_hostile_words_stay_words(sqlite_app, as_persona, ids, system_session):
    hostile = "<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)> \u202egnp.exe"
    notice_id = a_notice(
        system_session, ids, title="<b>Title</b>", words=hostile, place="<i>place</i>", happens_at=in_days(3)
    )
    page = as_persona("parent").get(f"{url(notice_id)}?lang=en")
    assert not parse(page).xpath("//main//script | //main//img | //main//i | //h1//b")
    assert not [href for href in parse(page).xpath("//main//a/@href") if "javascript" in href]
    assert "<b>Title</b>" in words(page)
    assert "&lt;b&gt;Title" in as_persona("parent").get("/messages").text


def test_a_page_costs_few_statements(app, as_persona, ids, system_session, counting):
    notice_id = a_notice(system_session, ids, asks=Asks.COME, happens_at=in_days(5), places=3, urdu=URDU)
    client = as_persona("parent")
    client.get(url(notice_id))
    counting.statements.clear()
    client.get(f"{url(notice_id)}?lang=ur")
    assert len(counting) <= 3, counting.statements


def test_who_comes_is_reminded_the_school_day_before(app, as_persona, ids, system_session):
    notice_id = a_notice(system_session, ids, asks=Asks.COME, happens_at=in_days(9))
    reply(as_persona("parent"), notice_id, "come")
    (row,) = looked_up(system_session, select(OutboxItem).where(OutboxItem.kind == "gathering_tomorrow"))
    assert row.person_id == ids.person("parent")
    assert row.due_at < instant(clock.today() + timedelta(days=9), time(0))
