"""A draft goes to the family for comment and stands still until it comes back: who reads it, who answers, who hears of
it, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import delete, select

from portal.accounts.models import KeptText, Sitting
from portal.delivery.demo_file import DemoSender
from portal.delivery.mail import write
from portal.jobs import kinds_for
from portal.kernel import clock
from portal.kernel.clock import LONDON
from portal.kernel.outbox import OutboxItem
from portal.notices.actions_due import post_due
from portal.people.rules import PortalAccess, Restriction
from portal.profiles.models import PlanVersion, Target, TextTranslation
from portal.profiles.models_sharing import PlanComment, PlanSharing
from portal.profiles.rules import wording_key
from portal.reviews.queries_calendar import calendar_of
from tests.conftest import make_settings
from tests.meetings.family import set_link
from tests.pages import parse, words
from tests.profiles.drafting import WISH, answer, ready_draft, share, take_back
from tests.profiles.filling import ask, fields, main_form, send

TO_COMMENT, REMINDER = "plan_to_comment", "plan_to_comment_reminder"
PLEASE = "School asks what you think of a draft plan"


@pytest.fixture(autouse=True)
def nothing_is_shared_yet(system_session):
    """The demo's schools ask two families already; here nobody is asked but by the test."""
    for rows in (PlanComment, PlanSharing):
        system_session.execute(delete(rows))
    system_session.execute(delete(OutboxItem).where(OutboxItem.kind == TO_COMMENT))
    system_session.commit()


@pytest.fixture
def draft(app, as_persona, ids, system_session):
    return ready_draft(system_session, as_persona, ids)


@pytest.fixture
def sendco(as_persona):
    return as_persona("sendco")


@pytest.fixture
def asked(draft, sendco):
    return share(sendco, draft)


def bar(session, ids, slug):
    """An order closes everything to an adult."""
    order = {"restricted_from": clock.today(), "order_seen_by": ids.person("sendco")}
    set_link(session, ids, slug, **order, restriction=Restriction.NO_INFORMATION)


def told(app, kind=TO_COMMENT):
    return sorted(ask(app, select(OutboxItem.person_id).where(OutboxItem.kind == kind)))


def said(app):
    found = select(PlanComment.adult_id, PlanComment.opinion, PlanComment.words, PlanComment.language)
    return [tuple(row) for row in ask(app, found.order_by(PlanComment.said_at))]


def waiting(client):
    """What stands on top of somebody's messages."""
    page = words(client.get("/messages?lang=en"))
    return page.partition("Waiting for your answer")[2].partition("All other messages")[0]


def test_the_page_says_who_is_asked_and_what_they_get(app, sendco, draft):
    page = words(sendco.get(f"{draft}/ask"))
    for text in ("Samina Hussain", "Imran Hussain", "The profile has new words.", "nobody can change it"):
        assert text in page
    assert "Kamran Shah" not in page


def test_the_family_reads_it_once_it_is_asked_and_hears_of_it(app, as_persona, ids, sendco, draft, system_session):
    zara, found = ids.pupil("Zara"), "/staff/children?search=zara+hussain"
    assert "Draft waits" in words(sendco.get(found))
    asked = share(sendco, draft)
    assert told(app) == sorted([ids.person("parent"), ids.person("second-parent")])
    for slug in ("parent", "second-parent"):
        client = as_persona(slug)
        page = words(client.get(asked))
        assert WISH in page
        assert "This is a draft." in page
        assert WISH not in words(client.get(f"/children/{zara}")), "the plan itself is as it was"
        for path in (f"/children/{zara}", "/messages?lang=en", "/home"):
            assert parse(client.get(path)).xpath(f"//main//a[@href='{asked}']"), path
            assert PLEASE in words(client.get(path)), path
    assert WISH not in words(as_persona("pupil-young").get("/me"))
    assert "Draft is with the family" in words(sendco.get(found))
    assert "This draft has been with the family since" in words(sendco.get(draft))
    assert "This draft has been with the family since" in words(sendco.get(f"/staff/children/{zara}"))
    assert "is or was with the family" in words(
        sendco.get(f"/staff/children/{zara}/versions/{draft.rsplit('/', 1)[1]}/preview")
    )


def test_two_presses_ask_once(app, sendco, draft, as_persona):
    form = fields(main_form(sendco.get(f"{draft}/ask")))
    clients = [sendco, as_persona("sendco"), as_persona("sendco")]
    clients[0]._token()
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda client: client.post(f"{draft}/ask", data=form).status_code, clients))
    assert answers == [303, 303, 303]
    assert len(ask(app, select(PlanSharing.id))) == 1
    assert len(told(app)) == 2
    assert sendco.get(f"{draft}/ask").status_code == 303


@pytest.mark.parametrize("slug", ["parent-barred", "parent-other-school"])
def test_whoever_sees_nothing_of_the_child_sees_nothing_of_the_draft(app, as_persona, ids, asked, slug):
    client = as_persona(slug)
    assert client.get(asked).status_code == 404
    assert client.post(asked, data={"opinion": "agree", "once_key": "a"}).status_code == 404
    assert said(app) == []
    assert PLEASE not in words(client.get("/messages?lang=en"))


def test_the_order_of_a_court_closes_it_at_once(app, as_persona, ids, asked, system_session):
    client = as_persona("second-parent")
    assert client.get(asked).status_code == 200
    bar(system_session, ids, "second-parent")
    assert client.get(asked).status_code == 404
    assert client.post(asked, data={"opinion": "agree", "once_key": "a"}).status_code == 404
    assert said(app) == []


def test_a_draft_that_changed_after_it_was_read_is_not_shared(app, as_persona, sendco, draft):
    form = fields(main_form(sendco.get(f"{draft}/ask")))
    send(as_persona("sendco"), f"{draft}/profile", how_to_support="Something the reader has not seen.")
    refused = sendco.post(f"{draft}/ask", data=form)
    assert refused.status_code == 409
    assert "The draft has changed since you opened this page." in words(refused)
    assert told(app) == []


def test_half_a_plan_and_a_plan_for_nobody_are_not_asked_about(app, sendco, draft, ids, system_session):
    form = fields(main_form(sendco.get(f"{draft}/ask")))
    for slug in ("parent", "second-parent"):
        set_link(system_session, ids, slug, access=PortalAccess.NONE)
    page = sendco.get(f"{draft}/ask")
    assert "Tell them by letter or in person." in words(page)
    assert not parse(page).xpath("//main//form//button")
    assert sendco.post(f"{draft}/ask", data=form).status_code == 422
    set_link(system_session, ids, "parent", access=PortalAccess.VIEW)
    version = select(PlanVersion.id).where(PlanVersion.pupil_id == ids.pupil("Zara"), PlanVersion.state == "draft")
    system_session.scalars(select(Target).where(Target.version_id.in_(version))).first().goal = ""
    system_session.commit()
    assert sendco.post(f"{draft}/ask", data=form).status_code == 422
    assert told(app) == []


def test_while_it_is_shared_nobody_changes_a_word(app, as_persona, sendco, draft):
    old = fields(main_form(sendco.get(f"{draft}/profile")), people_like="Too late for this round.")
    lock = fields(main_form(sendco.get(f"{draft}/publish")))
    thread = (
        parse(sendco.get(draft)).xpath("//main//section[contains(@id, 'outcomes-')]/@id")[0].removeprefix("outcomes-")
    )
    asked = share(sendco, draft)
    refused = sendco.post(f"{draft}/profile", data=old)
    assert refused.status_code == 422
    assert "Take it back before you change it." in words(refused)
    assert parse(refused).xpath("//main//textarea[@name='people_like']")[0].text.strip() == "Too late for this round."
    assert "Take it back before you change it." in words(sendco.get(f"{draft}/dates"))
    for path in ("move", "remove"):
        assert sendco.post(f"{draft}/outcomes/{thread}/{path}", data=lock).status_code == 409
    assert not parse(sendco.get(draft)).xpath("//main//a[contains(@href, '/outcomes/') or contains(@href, '/profile')]")
    assert WISH in words(as_persona("parent").get(asked))
    take_back(sendco, draft)
    assert send(sendco, f"{draft}/profile", people_like="In time for the next.").status_code == 303


def test_a_parent_asks_for_a_change_and_then_agrees(app, as_persona, ids, sendco, draft):
    zara, parent = ids.pupil("Zara"), as_persona("parent")
    first = share(sendco, draft)
    assert answer(parent, first, "changes", "Please say <b>who</b> helps.\nمہربانی").location.endswith("?thanks=1")
    assert said(app) == [(ids.person("parent"), "changes", "Please say <b>who</b> helps.\nمہربانی", "en")]
    for path in (draft, f"{draft}/publish"):
        page = words(sendco.get(path))
        for text in ("Samina Hussain", "I would like changes", "Please say <b>who</b> helps.", "مہربانی", "English"):
            assert text in page, path
        assert "Imran Hussain No answer yet" in page
        assert "Samina Hussain No answer yet" not in page
    link = parse(sendco.get("/staff")).xpath(f"//main//a[@href='{draft}']")
    assert "1 family answered about a draft plan." in link[0].text_content()
    assert take_back(sendco, draft).status_code == 303
    assert take_back_twice(sendco, draft) == 303
    assert "1 family answered about a draft plan." not in words(sendco.get("/staff"))
    closed = parent.get(first)
    assert WISH not in words(closed)
    assert "This draft is closed." in words(closed)
    assert "Please say" in words(closed), "the reader's own words stay"
    assert PLEASE not in words(parent.get(f"/children/{zara}")) + words(parent.get("/messages?lang=en"))
    assert "Please say" in words(sendco.get(draft)), "the SENDCO writes with the answer before their eyes"
    send(sendco, f"{draft}/profile", people_like="Mrs Malik helps.")
    second = share(sendco, draft)
    assert second != first
    assert len(told(app)) == 4
    page = words(parent.get(second))
    assert "Mrs Malik helps." in page
    assert "Please say" in page
    assert "Samina Hussain No answer yet" in words(sendco.get(f"{draft}/publish"))
    answer(parent, second, "agree")
    assert "Samina Hussain No answer yet" not in words(sendco.get(f"{draft}/publish"))
    assert send(sendco, f"{draft}/publish").status_code == 303
    assert "Mrs Malik helps." in words(parent.get(f"/children/{zara}"))
    assert "This draft is closed." in words(parent.get(second))
    assert PLEASE not in words(parent.get(f"/children/{zara}")) + words(parent.get("/messages?lang=en"))
    assert sendco.post(f"{draft}/take-back").status_code == 409


def take_back_twice(client, url):
    return client.post(f"{url}/take-back").status_code


def test_provision_waits_for_nobodys_answer(app, as_persona, ids, sendco, draft):
    asked = share(sendco, draft)
    page = words(sendco.get(f"{draft}/publish"))
    assert "Samina Hussain No answer yet" in page
    assert "Imran Hussain No answer yet" in page
    assert send(sendco, f"{draft}/publish").status_code == 303
    assert ask(app, select(PlanSharing.id).where(PlanSharing.ended_at.is_(None))) == []
    assert WISH in words(as_persona("parent").get(f"/children/{ids.pupil('Zara')}"))
    assert "This draft is closed." in words(as_persona("parent").get(asked))


def test_one_adult_meets_nothing_of_the_others_answer(app, as_persona, ids, asked):
    before = as_persona("second-parent").get(asked)
    answer(as_persona("parent"), asked, "changes", "Only between us.")
    after = as_persona("second-parent").get(asked)
    assert "Only between us." not in after.get_data(as_text=True)
    assert words(before) == words(after)


def test_a_reader_who_takes_no_part_reads_and_is_not_asked(app, as_persona, ids, sendco, draft, system_session):
    set_link(system_session, ids, "second-parent", access=PortalAccess.VIEW)
    asked = share(sendco, draft)
    client = as_persona("second-parent")
    page = client.get(asked)
    assert WISH in words(page)
    assert not parse(page).xpath("//main//form")
    assert client.post(asked, data={"opinion": "agree", "once_key": "a"}).status_code == 403
    assert said(app) == []
    assert PLEASE in words(client.get("/messages?lang=en"))
    assert PLEASE not in waiting(client)
    assert "Imran Hussain No answer yet" not in words(sendco.get(f"{draft}/publish"))


def test_an_answer_waits_until_it_is_given(app, as_persona, asked):
    parent = as_persona("parent")
    assert PLEASE in waiting(parent)
    answer(parent, asked, "agree", "Thank you")
    assert PLEASE in words(parent.get("/messages?lang=en"))
    assert PLEASE not in waiting(parent)
    assert PLEASE not in words(parent.get("/home"))


def test_sending_twice_is_one_and_another_answer_is_another(app, as_persona, asked):
    parent = as_persona("parent")
    form = fields(main_form(parent.get(asked)), opinion="agree", words="Yes")
    assert [parent.post(asked, data=form).status_code for _n in range(2)] == [303, 303]
    assert len(said(app)) == 1
    with ThreadPoolExecutor(3) as pool:
        fresh = {**form, "once_key": "another"}
        clients = [as_persona("parent") for _n in range(3)]
        clients[0]._token()
        assert set(pool.map(lambda one: one.post(asked, data=fresh).status_code, clients)) == {303}
    assert len(said(app)) == 2
    answer(parent, asked, "changes", "No, wait")
    assert [row[1] for row in said(app)] == ["agree", "agree", "changes"]


def test_nothing_that_was_typed_is_lost(app, as_persona, sendco, draft, asked):
    parent = as_persona("parent")
    empty = answer(parent, asked, "changes", " ")
    assert empty.status_code == 422
    assert "Write something first." in words(empty)
    unchosen = parent.post(asked, data={"words": "Kept for me.", "once_key": "a"})
    assert unchosen.status_code == 422
    assert parse(unchosen).xpath("//main//textarea[@name='words']")[0].text.strip() == "Kept for me."
    too_long = answer(parent, asked, "changes", "x" * 5001)
    assert too_long.status_code == 422
    assert "x" * 5001 in too_long.get_data(as_text=True)
    form = fields(main_form(parent.get(asked)), opinion="changes", words="Too late, and kept.")
    take_back(sendco, draft)
    late = parent.post(asked, data=form)
    assert late.status_code == 409
    assert "You can still tell school what you think on the child's page." in words(late)
    assert [box.text.strip() for box in parse(late).xpath("//main//textarea")] == ["Too late, and kept."]
    assert said(app) == []


def test_what_was_typed_into_a_sitting_that_had_ended_is_kept(app, as_persona, ids, asked, system_session):
    parent = as_persona("parent")
    form = fields(main_form(parent.get(asked)), opinion="changes", words="Kept until I am back.")
    sitting = system_session.scalars(select(Sitting).where(Sitting.person_id == ids.person("parent"))).one()
    sitting.ends_at = clock.now() - timedelta(minutes=1)
    sitting.started_at = sitting.ends_at - timedelta(hours=1)
    system_session.commit()
    assert parent.post(asked, data=form).location == "/sign-in?kept=1"
    (kept,) = ask(app, select(KeptText.path, KeptText.fields))
    assert kept.path == asked
    assert list(kept.fields.values()) == ["Kept until I am back."]
    assert said(app) == []


def test_the_draft_is_read_in_the_familys_language(app, as_persona, ids, sendco, draft, system_session):
    about = {"school_id": ids.school_of("Zara"), "pupil_id": ids.pupil("Zara"), "language": "ur"}
    text = "زارا کے بارے میں نئے الفاظ۔"
    system_session.add(
        TextTranslation(**about, wording=wording_key(WISH), text=text, translated_by="A. Khan", at=clock.now())
    )
    system_session.commit()
    asked = share(sendco, draft)
    page = as_persona("parent").get(f"{asked}?lang=ur")
    assert text in words(page)
    assert WISH not in words(page)
    answer(as_persona("parent"), f"{asked}?lang=ur", "agree", "ٹھیک ہے")
    assert said(app)[0][3] == "ur"


def test_a_young_person_answers_for_themselves(app, as_persona, ids, system_session):
    head = as_persona("sendco-other-school")
    draft = ready_draft(system_session, as_persona, ids, "Grace", "sendco-other-school")
    asked = share(head, draft)
    assert told(app) == [ids.person("young-person")]
    client = as_persona("young-person")
    assert WISH in words(client.get(asked))
    assert "Grace No answer yet" in words(head.get(f"{draft}/publish"))
    assert answer(client, asked, "changes", "Less reading aloud.").status_code == 303
    assert said(app)[0][:2] == (ids.person("young-person"), "changes")
    assert "Less reading aloud." in words(head.get(draft))
    assert as_persona("parent").get(asked).status_code == 404


def test_a_pupil_without_rights_of_their_own_is_asked_nothing(app, as_persona, asked):
    assert as_persona("pupil-young").get(asked).status_code == 403


@pytest.fixture
def prepared(app, tmp_path, system_session):
    """What each message to a person would be if it left now."""
    sender = DemoSender(tmp_path)
    kinds = kinds_for(make_settings("sqlite://", tmp_path), sender)

    def made(person_id, kind=TO_COMMENT):
        system_session.rollback()
        items = select(OutboxItem).where(OutboxItem.person_id == person_id, OutboxItem.kind == kind)
        found = [
            (item, kinds[kind].prepare(system_session, item, clock.now())) for item in system_session.scalars(items)
        ]
        mails = [write(item.id, kind, envelope, now=clock.now()) if envelope else None for item, envelope in found]
        system_session.rollback()
        return mails

    return made


def test_a_mail_leaves_only_while_it_is_true(app, as_persona, ids, sendco, draft, asked, prepared, system_session):
    mother, father = ids.person("parent"), ids.person("second-parent")
    (mail,) = prepared(mother)
    for tell_tale in ("Zara", "draft", "plan", "SEN"):
        assert tell_tale not in mail.subject + mail.text + mail.html
    answer(as_persona("parent"), asked, "agree")
    assert prepared(mother) == [None], "answered meanwhile"
    assert prepared(father) != [None]
    set_link(system_session, ids, "second-parent", access=PortalAccess.NONE)
    assert prepared(father) == [None], "the right was lost"
    set_link(system_session, ids, "second-parent", access=PortalAccess.CONTRIBUTE)
    take_back(sendco, draft)
    assert prepared(father) == [None], "taken back"
    share(sendco, draft)
    assert [mail is None for mail in sorted(prepared(father), key=bool)] == [True, False]
    send(sendco, f"{draft}/publish")
    assert prepared(father) == [None, None], "published meanwhile"


def run(session, now):
    session.rollback()
    post_due(session, now=now)
    session.commit()


def after_school_days(session, ids, count) -> date:
    day = calendar_of(session, ids.school_of("Zara"), clock.today()).school_days_after(clock.today(), count)
    session.rollback()
    return day


def test_after_five_school_days_whoever_is_silent_is_asked_once_more(
    app, as_persona, ids, sendco, asked, prepared, system_session
):
    set_link(system_session, ids, "second-parent", access=PortalAccess.CONTRIBUTE)
    noon = timedelta(hours=12)
    sharing = system_session.scalars(select(PlanSharing)).one()
    sharing.shared_at = sharing.shared_at.astimezone(LONDON).replace(hour=0, minute=1)  # days count, not hours
    system_session.commit()
    answer(as_persona("parent"), asked, "agree")
    for count, people in ((4, []), (5, [ids.person("second-parent")]), (6, [ids.person("second-parent")])):
        day = after_school_days(system_session, ids, count)
        now = clock.now().replace(year=day.year, month=day.month, day=day.day, hour=0, minute=0) + noon
        run(system_session, now)
        run(system_session, now)
        assert told(app, REMINDER) == people, count
    assert prepared(ids.person("second-parent"), REMINDER) != [None]
    with time_machine.travel(now):
        client = as_persona("second-parent")
        assert words(client.get("/messages?lang=en")).count(PLEASE) == 2, "on top once, and the first one below"
        answer(client, asked, "agree")
        assert words(client.get("/messages?lang=en")).count(PLEASE) == 1
    assert prepared(ids.person("second-parent"), REMINDER) == [None]


def test_nobody_is_reminded_who_may_not_answer_or_of_what_is_over(app, ids, sendco, draft, asked, system_session):
    later = clock.now() + timedelta(days=40)
    set_link(system_session, ids, "parent", access=PortalAccess.VIEW)
    bar(system_session, ids, "second-parent")
    run(system_session, later)
    assert told(app, REMINDER) == []
    for slug in ("parent", "second-parent"):
        set_link(system_session, ids, slug, access=PortalAccess.CONTRIBUTE, restriction=Restriction.NONE)
    take_back(sendco, draft)
    run(system_session, later)
    assert told(app, REMINDER) == []


def test_a_young_person_is_reminded(app, as_persona, ids, system_session):
    head = as_persona("sendco-other-school")
    share(head, ready_draft(system_session, as_persona, ids, "Grace", "sendco-other-school"))
    run(system_session, clock.now() + timedelta(days=40))
    assert told(app, REMINDER) == [ids.person("young-person")]


def test_an_answer_is_never_changed(app, as_persona, asked, system_session):
    answer(as_persona("parent"), asked, "changes", "As typed")
    system_session.scalars(select(PlanComment)).one().words = "Something else"
    with pytest.raises(RuntimeError, match="never changed"):
        system_session.flush()


def test_the_front_page_counts_what_waits_for_the_sendco(app, as_persona, sendco, draft):
    waiting = _drafts(sendco)
    asked = share(sendco, draft)
    assert _drafts(sendco) == waiting - 1, "it is the family's turn"
    answer(as_persona("parent"), asked, "agree")
    answer(as_persona("second-parent"), asked, "agree")
    assert "1 family answered about a draft plan." in words(sendco.get("/staff"))
    for slug in ("headteacher", "class-teacher", "office", "sendco-other-school"):
        assert "answered about a draft plan" not in words(as_persona(slug).get("/staff"))


def _drafts(client):
    found = [line for line in words(client.get("/staff")).split(".") if "not shared yet" in line and "draft" in line]
    return int(found[0].split("draft")[0].split()[-1]) if found else 0


def test_few_statements_for_a_family(app, as_persona, asked, counting):
    client = as_persona("parent")
    client.get(f"{asked}?lang=ur")
    form = fields(main_form(client.get(asked)), opinion="changes", words="One thing.")
    counting.statements.clear()
    assert client.get(f"{asked}?lang=ur").status_code == 200
    assert len(counting) <= 8, "\n\n".join(counting.statements)
    counting.statements.clear()
    assert client.post(asked, data=form).status_code == 303
    assert len(counting) <= 8, "\n\n".join(counting.statements)


def test_few_statements_for_the_sendco(app, sendco, draft, asked, counting):
    for path in (draft, f"{draft}/publish", "/staff"):
        sendco.get(path)
        counting.statements.clear()
        assert sendco.get(path).status_code == 200
        assert len(counting) <= 12, (path, "\n\n".join(counting.statements))
