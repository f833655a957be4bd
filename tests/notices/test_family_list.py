"""The one list of messages: what waits for an answer on top, the newest first, older ones a page further."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.messages import Room, by_kind
from portal.kernel.outbox import OutboxItem, OutboxState, post
from portal.notices.models import MessagesSeen
from portal.notices.queries_messages import SHOWN
from portal.notices.rules import Asks, NoticeState, Told
from portal.people.rules import PortalAccess
from portal.profiles.models_register import RegisterEvent, RegisterWord
from tests.conftest import sign_in
from tests.meetings.family import set_link
from tests.notices.sent import URDU, a_notice, looked_up, silence, told, url
from tests.notices.test_family_notice import in_days, two_children
from tests.pages import parse, words


def listed(client, query="lang=en"):
    return client.get(f"/messages?{query}")


def titles(response):
    return [
        " ".join(each.text_content().split())
        for each in parse(response).xpath("//main//*[contains(@class, 'card__title')]/a")
    ]


def one(kind, session, ids, *, at=None, slug="parent", child="Zara", event="x", **facts):
    when = at or clock.now()
    about = {"person_id": ids.person(slug), "pupil_id": ids.pupil(child), "now": when, "due_at": when}
    post(session, kind, event_key=event, **about, **facts)
    session.commit()


def ago(hours):
    return clock.now() - timedelta(hours=hours)


def test_everything_in_one_list_newest_first_and_open_asks_on_top(app, as_persona, ids, system_session):
    silence(system_session)
    a_notice(system_session, ids, title="Open question", asks=Asks.SEEN, at=ago(90))
    a_notice(system_session, ids, title="Just so", at=ago(3))
    one("plan_published", system_session, ids, at=ago(2), event="v")
    one("school_will_call", system_session, ids, at=ago(1), event="c", review_id=str(ids.review("Zara")), reason="")
    page = listed(as_persona("parent"))
    found = [title.split(",")[0] for title in titles(page)]
    assert found == ["Open question", "School will call you", "There is a new plan", "Just so"]
    assert "Waiting for your answer" in words(page)


def test_an_answered_question_goes_back_into_the_line(app, as_persona, ids, system_session):
    silence(system_session)
    notice_id = a_notice(system_session, ids, title="Open question", asks=Asks.SEEN, at=ago(90))
    client = as_persona("parent")
    assert "Waiting for your answer" in words(listed(client))
    client.post(url(notice_id), data={"reply": "seen"})
    page = listed(client)
    assert "Waiting for your answer" not in words(page)
    assert titles(page)[0].startswith("Open question")


def test_the_news_of_the_register_waits_until_it_is_read(app, as_persona, ids, system_session):
    silence(system_session)
    zara, parent = ids.pupil("Zara"), ids.person("parent")
    found = RegisterWord.pupil_id == zara, RegisterWord.adult_id == parent
    word = system_session.scalars(select(RegisterWord).where(*found).order_by(RegisterWord.id)).first()
    event = system_session.get_one(RegisterEvent, word.event_id)
    word.read_at = None
    one("register_word", system_session, ids, event=str(event.id))
    client = as_persona("parent")
    page = listed(client)
    assert "Waiting for your answer" in words(page)
    assert "Zara" in titles(page)[0]
    client.post(f"/children/{zara}/register/{event.id}")
    assert "Waiting for your answer" not in words(listed(client))


def test_titles_are_in_the_readers_language_where_somebody_translated_them(app, as_persona, ids, system_session):
    silence(system_session)
    a_notice(system_session, ids, urdu=URDU)
    client = as_persona("parent")
    (title,) = parse(listed(client, "lang=ur")).xpath("//main//a/bdi[@dir='rtl']")
    assert (title.text_content(), title.get("lang")) == (URDU["title"], "ur")
    (title,) = parse(listed(client, "lang=en")).xpath("//main//a/bdi[@dir='ltr']")
    assert title.text_content() == "Coffee morning"


def test_older_ones_are_a_page_further_and_none_is_lost_or_told_twice(app, as_persona, ids, system_session):
    silence(system_session)
    moment = ago(30)
    for number in range(2 * SHOWN + 3):  # many at the same moment: the line between two pages is their order
        one("plan_published", system_session, ids, at=moment - timedelta(hours=number // 9), event=f"{number}")
    client, seen, path = as_persona("parent"), [], "/messages?lang=en"
    wanted = looked_up(system_session, select(OutboxItem))
    for count in (SHOWN, SHOWN, 3):
        page = client.get(path)
        assert len(titles(page)) == count
        seen += titles(page)
        older = parse(page).xpath("//main//a[text()='Show older messages']/@href")
        path = older[0] if older else None
    assert path is None
    assert len(seen) == len(wanted)


@pytest.mark.parametrize(
    "query", ["at=x&after=y", "at=2026-01-01&after=", "child=nobody", "at=2026-01-01T00:00:00&after=1"]
)
def test_a_mangled_address_is_the_first_page(sqlite_app, as_persona, ids, system_session, query):
    a_notice(system_session, ids)
    assert "Coffee morning" in words(listed(as_persona("parent"), query))


def test_of_several_children_one_can_be_chosen(app, as_persona, ids, system_session):
    silence(system_session)
    first, second = two_children(system_session)
    slug = "parent-of-two"
    a_notice(system_session, ids, to=[(slug, first), (slug, second)], title="For both", asks=Asks.SEEN)
    one("plan_published", system_session, ids, slug=slug, child=first, event="1")
    one("plan_published", system_session, ids, slug=slug, child=second, event="2")
    client = as_persona(slug)
    assert len(titles(listed(client))) == 3
    for name in (first, second):
        page = listed(client, f"lang=en&child={ids.pupil(name)}")
        assert len(titles(page)) == 2, "a notice about both stands with each"
        assert any(title.startswith("For both") for title in titles(page))
    assert len(titles(listed(client, f"child={ids.pupil('Zara')}"))) == 3, "somebody else's child is no choice"
    assert "About Zara" not in words(listed(as_persona("parent"))), "with one child there is nothing to choose"


def test_new_ones_are_marked_until_the_next_sitting(app, as_persona, ids, system_session):
    silence(system_session)
    a_notice(system_session, ids, title="One", at=ago(50))
    client = as_persona("parent")
    assert "New" in words(listed(client))
    assert "New" in words(listed(client)), "while one reads, the marks stay"
    client = sign_in(app, "parent")
    assert "New" not in words(listed(client))
    a_notice(system_session, ids, title="Two")
    page = words(listed(client))
    assert page.count("New") == 1
    (row,) = looked_up(system_session, select(MessagesSeen).where(MessagesSeen.adult_id == ids.person("parent")))
    assert row.before is not None


def test_the_front_page_says_how_many_are_new_and_the_first_open_question(app, as_persona, ids, system_session):
    silence(system_session)
    client = as_persona("parent")
    listed(client)
    assert "new message" not in words(client.get("/home?lang=en"))
    a_notice(system_session, ids, title="Just so")
    a_notice(system_session, ids, title="Open question", asks=Asks.COME)
    page = words(client.get("/home?lang=en"))
    assert "2 new messages" in page
    assert "Open question" in page
    listed(client)
    page = words(client.get("/home?lang=en"))
    assert "new message" not in page
    assert "Open question" in page, "a question waits until it is answered"


def test_what_is_no_longer_true_is_left_out(app, as_persona, ids, system_session):
    silence(system_session)
    client = as_persona("parent")
    back = a_notice(system_session, ids, title="Taken", state=NoticeState.TAKEN_BACK, taken_back_at=clock.now())
    answered = a_notice(system_session, ids, title="Please", asks=Asks.SEEN)
    told(system_session, Told.REMINDER, answered, {ids.person("parent"): ids.pupil("Zara")}, clock.now(), ":1")
    told(system_session, Told.TAKEN_BACK, back, {ids.person("parent"): ids.pupil("Zara")}, clock.now())
    system_session.commit()
    page = listed(client)
    assert [title.split(",")[0] for title in titles(page)].count("Please") == 2, "the notice, and that school waits"
    assert [title.split(",")[0] for title in titles(page)].count("Taken") == 1, "only that it was taken back"
    client.post(url(answered), data={"reply": "seen"})
    assert [title.split(",")[0] for title in titles(listed(client))].count("Please") == 1


def test_nobody_reads_about_a_child_that_is_closed_to_them(app, as_persona, ids, system_session):
    silence(system_session)
    a_notice(
        system_session, ids, to=[("parent", "Zara"), ("parent-barred", "Zara")], title="MARK-TITLE", asks=Asks.SEEN
    )
    assert "MARK-TITLE" not in as_persona("parent-barred").get("/messages").text
    assert "MARK-TITLE" not in as_persona("parent-barred").get("/home").text
    client = as_persona("parent")
    assert "MARK-TITLE" in listed(client).text
    set_link(system_session, ids, "parent", access=PortalAccess.NONE)
    assert "MARK-TITLE" not in listed(client).text
    assert "MARK-TITLE" not in client.get("/home").text


def test_what_waits_in_the_outbox_or_was_withheld_before_is_not_told(app, as_persona, ids, system_session):
    silence(system_session)
    one("plan_published", system_session, ids, at=clock.now() + timedelta(days=1), event="later")
    one("plan_published", system_session, ids, event="held")
    for row in system_session.scalars(select(OutboxItem).where(OutboxItem.event_key.contains("held"))):
        row.state = OutboxState.WITHHELD
    system_session.commit()
    assert "No messages yet" in words(listed(as_persona("parent")))


def test_lists_and_front_pages_cost_few_statements(app, as_persona, ids, system_session, counting):
    silence(system_session)
    a_notice(system_session, ids, title="Open question", asks=Asks.COME, happens_at=in_days(4), places=9, urdu=URDU)
    one("plan_published", system_session, ids, event="v")
    one("school_will_call", system_session, ids, event="c", review_id=str(ids.review("Zara")), reason="")
    one("views_please", system_session, ids, event=str(ids.review("Zara")), review_id=str(ids.review("Zara")))
    one("consent_ask", system_session, ids, event="r", referral_id=str(ids.review("Zara")))
    word = system_session.scalars(select(RegisterWord).where(RegisterWord.pupil_id == ids.pupil("Zara"))).first()
    one("register_word", system_session, ids, event=str(word.event_id))
    client = as_persona("parent")
    for path in ("/messages", "/home"):
        client.get(path)
        counting.statements.clear()
        client.get(path)
        assert len(counting) <= 8, (path, len(counting), counting.statements)


def test_a_kind_belongs_to_one_feature():
    room = Room(titles={"notice": "x"}, open_at=lambda *_: ("", {}))
    with pytest.raises(ValueError, match="notice"):
        by_kind(room, Room(titles={"notice": "y"}, open_at=lambda *_: ("", {})))
