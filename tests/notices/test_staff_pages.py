"""The pages of those who write notices, through the browser's own requests."""

import re
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.accounts.models import Sitting
from portal.kernel import clock
from portal.kernel.text import LONGEST_HTML
from portal.notices.models import NoticeCopy, NoticeText
from portal.notices.rules import Asks, Audience, Circle, NoticeState, Reply
from portal.people.models import ContactPoint, Person, SchoolClass
from tests.conftest import sign_in
from tests.notices.staff import (
    HOSTILE,
    WORDS,
    a_draft,
    actor_of,
    copies_of,
    many_families,
    send,
    sent,
    stored,
    to_class,
    work,
)
from tests.pages import parse, words

HERE = "/staff/notices"


def fields(page):
    """What the form of a page would send."""
    form = parse(page).xpath("//main//form[@method='post']")[0]
    found = {each.get("name"): each.get("value", "") for each in form.xpath(".//input[@type='hidden']")}
    return {name: value for name, value in found.items() if name != "csrf_token"}


def on(notice_id, path=""):
    return f"{HERE}/{notice_id}{path}"


def save(client, notice_id, path, **data):
    """Fills in the form of a page and sends it."""
    return client.post(on(notice_id, path), data={**fields(client.get(on(notice_id, path))), **data})


def reads(session, ids, slug, language):
    """From now on this person reads another language."""
    session.get_one(Person, ids.person(slug)).language = language
    session.commit()


def test_a_notice_from_the_first_word_to_the_family(app, ids, as_persona, system_session):
    reads(system_session, ids, "second-parent", "ur")
    client, notice_id = as_persona("sendco"), uuid.uuid4()
    for _press in range(2):
        answer = client.post(HERE, data={"notice_id": str(notice_id)})
        assert answer.headers["Location"] == on(notice_id, "/words")
    answer = save(client, notice_id, "/words", title="Swimming", words="Bring a **towel**.")
    assert answer.headers["Location"] == on(notice_id, "/asks")
    answer = save(client, notice_id, "/asks", asks="seen")
    assert answer.headers["Location"] == on(notice_id, "/audience")
    answer = save(client, notice_id, "/audience", circle="child", child=str(ids.pupil("Zara")))
    assert answer.headers["Location"].startswith(on(notice_id, "/languages"))
    answer = save(
        client, notice_id, "/languages/ur", title="تیراکی", words="ایک **تولیہ** لائیں۔", translated_by="Mrs Begum"
    )
    assert answer.status_code == 303
    page = client.get(on(notice_id, "/check"))
    shown = words(page)
    assert "Translated by Mrs Begum." in shown
    assert "Bring a towel." in shown
    assert parse(page).xpath("//main//div[@class='school-text'][@dir='rtl']//strong/text()") == ["تولیہ"]
    answer = save(client, notice_id, "/check", when="now")
    assert answer.headers["Location"] == on(notice_id)
    work(app)
    page = words(client.get(on(notice_id)))
    assert "Sent" in page
    family = as_persona("parent").get(f"/messages/notices/{notice_id}?lang=en")
    assert "Bring a towel." in words(family)


def test_the_page_counts_text_messages_and_letters(app, ids, as_persona, system_session):
    client = as_persona("sendco")
    parent = ids.person("parent")
    reads(system_session, ids, "parent", "ur")
    for point in system_session.scalars(select(ContactPoint).where(ContactPoint.adult_id == parent)):
        if point.kind == "email":
            system_session.delete(point)
    system_session.commit()
    draft = a_draft(app, actor_of(app, "sendco"), audience=Audience(Circle.CHILD, (str(ids.pupil("Zara")),)))
    page = client.get(on(draft[0], "/check"))
    found = re.search(r"It costs (\d+) text messages?\.", words(page))
    assert int(found.group(1)) >= 1
    assert "only 70 fit into one text message" in words(page), "the parent reads Urdu"
    assert "Coffee morning" not in text_of_mails(page), "the words stay in the portal"


def text_of_mails(page):
    found = parse(page).xpath("//main//details[contains(summary, 'E-mail') or contains(summary, 'Text message')]")
    return " ".join(node.text_content() for node in found)


def test_hostile_words_do_nothing_on_any_page(app, ids, as_persona):
    client = as_persona("sendco")
    draft = a_draft(app, actor_of(app, "sendco"), audience=to_class(app), title='<b>Title</b> & "x"', words=HOSTILE)
    save(client, draft[0], "/languages/ur", title="<i>t</i>", words=HOSTILE, translated_by="<script>who</script>")
    for path in ("", "/words", "/asks", "/audience", "/languages", "/languages/ur", "/check"):
        harmless(client.get(on(draft[0], path)), path)
    send(app, actor_of(app, "sendco"), draft)
    work(app)
    for path in ("", "/families", "/letters", "/take-back"):
        harmless(client.get(on(draft[0], path)), path)
    harmless(client.get(HERE), "list")
    for tag in ("en", "ur"):
        harmless(as_persona("parent").get(f"/messages/notices/{draft[0]}?lang={tag}"), tag)


def test_names_of_classes_and_languages_stand_by_themselves(sqlite_app, ids, as_persona, system_session):
    hostile, gurmukhi = "2 <b>Owl</b>", 'bdi[@lang="pa"][@dir="ltr"][text()="ਪੰਜਾਬੀ"]'
    system_session.scalars(select(SchoolClass).where(SchoolClass.name == "2 Kingfisher")).one().name = hostile
    system_session.commit()
    draft = a_draft(sqlite_app, actor_of(sqlite_app, "sendco"))
    page = parse(as_persona("sendco").get(on(draft[0], "/audience?lang=ur")))
    assert hostile in page.xpath("//label/bdi/text()")
    assert page.xpath(f"//label/{gurmukhi}")
    assert page.xpath("//div[contains(@class, 'radios__conditional')]//input[@name='classes']")


def harmless(page, where):
    assert page.status_code == 200, where
    main = parse(page).xpath("//main")[0]
    assert not main.xpath(".//script | .//img | .//*[@onerror]"), where
    assert not [href for href in main.xpath(".//a/@href") if href.lower().startswith(("javascript", "data"))], where


def test_hostile_words_on_paper(app, ids, as_persona):
    client = as_persona("sendco")
    draft = a_draft(
        app, actor_of(app, "sendco"), title="#set page(fill: red)", words=HOSTILE + '\n\n#import "x"\n\n- $a$ \\'
    )
    answer = client.get(on(draft[0], "/letters/ur.pdf"))
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")
    assert "Zara" not in answer.headers["Content-Disposition"]


def test_two_writers_lose_nothing(app, ids, as_persona):
    draft = a_draft(app, actor_of(app, "sendco"))
    first, second = as_persona("sendco"), as_persona("office")
    mine, theirs = fields(first.get(on(draft[0], "/words"))), fields(second.get(on(draft[0], "/words")))
    second.post(on(draft[0], "/words"), data={**theirs, "title": "Theirs", "words": "Words of the office"})
    answer = first.post(on(draft[0], "/words"), data={**mine, "title": "Mine", "words": "My own words"})
    assert answer.status_code == 409
    shown = words(answer)
    assert "Words of the office" in shown
    assert "My own words" in parse(answer).xpath("//textarea")[0].text
    assert "saved this on" in shown
    again = first.post(on(draft[0], "/words"), data={**fields(answer), "title": "Mine", "words": "My own words"})
    assert again.status_code == 303
    assert stored(app, draft[0]).words == "My own words"


def test_two_translators_lose_nothing(app, ids, as_persona):
    draft = a_draft(app, actor_of(app, "sendco"))
    client = as_persona("sendco")
    path, who = "/languages/pl", {"title": "Tytuł", "translated_by": "A"}
    old = fields(client.get(on(draft[0], path)))
    assert save(client, draft[0], path, words="Jeden", **who).status_code == 303
    answer = client.post(on(draft[0], path), data={**old, **who, "words": "Dwa"})
    assert answer.status_code == 409
    assert "Jeden" in words(answer)
    assert client.post(on(draft[0], path), data={**fields(answer), **who, "words": "Dwa"}).status_code == 303


def test_words_are_kept_while_they_are_typed(app, ids, as_persona):
    client, draft = as_persona("sendco"), a_draft(app, actor_of(app, "sendco"))
    typing = {"X-While-Typing": "1"}
    data = {**fields(client.get(on(draft[0], "/words"))), "title": "Half", "words": "Half a sent"}
    answer = client.post(on(draft[0], "/words"), data=data, headers=typing)
    assert (answer.status_code, answer.headers["X-Version"]) == (204, str(stored(app, draft[0]).version))
    assert stored(app, draft[0]).words == "Half a sent"
    stale = client.post(on(draft[0], "/words"), data={**data, "words": "Other"}, headers=typing)
    assert stale.status_code == 409


def test_what_was_typed_into_an_ended_sitting_comes_back(app, ids, as_persona, system_session):
    client, draft = as_persona("sendco"), a_draft(app, actor_of(app, "sendco"))
    sitting = system_session.scalars(select(Sitting).where(Sitting.person_id == ids.person("sendco"))).one()
    sitting.ends_at = clock.now() - timedelta(minutes=1)
    sitting.started_at = sitting.ends_at - timedelta(hours=1)
    system_session.commit()
    answer = client.post(on(draft[0], "/words"), data={"version": "1", "title": "Kept title", "words": "Kept words"})
    assert "/sign-in?kept=1" in answer.headers["Location"]
    page = sign_in(app, "sendco").get("/kept")
    assert [box.text for box in parse(page).xpath("//main//textarea")] == ["Kept title", "Kept words"]


def test_a_translation_is_taken_back_when_the_words_change(app, ids, as_persona, system_session):
    client, draft = as_persona("sendco"), a_draft(app, actor_of(app, "sendco"), audience=to_class(app))
    save(client, draft[0], "/languages/ar", title="ع", words="ترجمہ", translated_by="Mrs Begum")
    assert "Translated by Mrs Begum." in words(client.get(on(draft[0], "/languages")))
    save(client, draft[0], "/words", title="Coffee morning", words=WORDS + " New day.")
    assert "Your words have changed since" in words(client.get(on(draft[0], "/languages")))
    assert "ترجمہ" not in words(client.get(on(draft[0], "/check")))
    kept = parse(client.get(on(draft[0], "/languages/ar"))).xpath("//textarea")[0].text
    assert "ترجمہ" in kept, "nothing that somebody typed is lost"
    save(client, draft[0], "/languages/ar", title="ع", words="ترجمہ", translated_by="Mrs Begum")
    assert "ترجمہ" in words(client.get(on(draft[0], "/check")))
    assert system_session.scalars(select(NoticeText).where(NoticeText.notice_id == draft[0])).one().language == "ar"


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/words", {"title": "x" * 300, "words": "y"}),
        ("/words", {"title": "x", "words": "y" * 20_000}),
        ("/words", {"title": "x\u202ey", "words": "y"}),
        ("/asks", {"asks": "nothing", "places": "0", "day-day": "1", "day-month": "6", "day-year": "2030"}),
        ("/asks", {"asks": "come", "places": "many"}),
        ("/asks", {"asks": "come", "day-day": "31", "day-month": "2", "day-year": "2027"}),
        ("/asks", {"asks": "come", "day-day": "1", "day-month": "6", "day-year": "2020", "starts": "9:00"}),
        ("/asks", {"asks": "come", "day-day": "1", "day-month": "6", "day-year": "2030"}),
        ("/asks", {"asks": "come", "starts": "9:00"}),
        (
            "/asks",
            {"asks": "come", "day-day": "3", "day-month": "6", "day-year": "2030", "starts": "9:00", "ends": "8:00"},
        ),
        ("/asks", {"asks": "come", "day-day": "31", "day-month": "3", "day-year": "2030", "starts": "1:30am"}),
        ("/audience", {"circle": "everybody"}),
        ("/audience", {"circle": "years"}),
        ("/audience", {"circle": "classes", "classes": str(uuid.uuid4())}),
        ("/audience", {"circle": "child", "child": "nobody"}),
        ("/languages/ar", {"title": "", "words": "x", "translated_by": "y"}),
        ("/languages/ur", {"title": "x", "words": "x", "translated_by": ""}),
        ("/check", {"when": "later"}),
        ("/check", {"when": "later", "day-day": "1", "day-month": "1", "day-year": "2020", "at": "9:00"}),
    ],
)
def test_bad_input_is_said_at_its_field_and_nothing_typed_is_lost(sqlite_app, ids, as_persona, path, data):
    client, draft = (
        as_persona("sendco"),
        a_draft(sqlite_app, actor_of(sqlite_app, "sendco"), audience=to_class(sqlite_app)),
    )
    answer = save(client, draft[0], path, **data)
    assert answer.status_code in {409, 422}, words(answer)
    page = parse(answer)
    assert page.xpath("//*[contains(@class, 'govuk-error-summary')]")
    for name in {"words", "title", "place"} & data.keys():
        typed = page.xpath(f"//*[@name='{name}']")[0]
        assert data[name][:50] in (typed.text or typed.get("value") or "")


def test_a_class_teacher_meets_only_what_is_theirs(app, ids, as_persona):
    sendco, teacher = actor_of(app, "sendco"), as_persona("class-teacher")
    elsewhere = sent(app, sendco, audience=to_class(app, "3 Swift"), title="For Swift")
    to_school = sent(app, sendco, title="For all")
    to_one = sent(app, sendco, audience=Audience(Circle.CHILD, (str(ids.pupil("Zara")),)), title="For one family")
    draft = a_draft(app, sendco, title="Not yet")[0]
    page = words(teacher.get(HERE))
    assert "For all" in page
    assert all(title not in page for title in ("For Swift", "For one family", "Not yet"))
    for notice_id in (elsewhere, to_one, draft):
        assert teacher.get(on(notice_id)).status_code == 404
    for path in ("/words", "/check", "/take-back"):
        assert teacher.get(on(to_school, path)).status_code == 404
    assert teacher.post(on(to_school, "/take-back"), data={"why": "x"}).status_code == 404
    assert teacher.post(on(to_school, "/remind")).status_code == 404
    office = words(as_persona("office").get(HERE))
    assert "For all" in office
    assert "For one family" not in office


def test_a_class_teacher_counts_the_own_families_only_and_sees_no_address(app, ids, as_persona, system_session):
    notice_id = sent(app, actor_of(app, "sendco"), asks=Asks.SEEN)
    teacher, sendco = as_persona("class-teacher"), as_persona("sendco")
    mine = {(c.adult_id, c.pupil_id) for c in copies_of(app, notice_id)}
    room = set(system_session.scalars(select(NoticeCopy.adult_id).where(NoticeCopy.notice_id == notice_id)))
    addresses = set(system_session.scalars(select(ContactPoint.value)))
    system_session.rollback()
    assert numbers(sendco, notice_id) == len(room)
    assert 0 < numbers(teacher, notice_id) < len(room)
    for client in (teacher, sendco):
        page = client.get(on(notice_id, "/families")).get_data(as_text=True)
        assert not [address for address in addresses if address in page]
    listed = words(teacher.get(on(notice_id, "/families")))
    assert "3 Swift" not in listed
    assert "2 Kingfisher" in listed
    assert mine


def numbers(client, notice_id):
    page = parse(client.get(on(notice_id)))
    row = page.xpath("//dt[normalize-space()='Adults']/following-sibling::dd[1]")[0]
    return int(row.text_content())


def test_the_list_of_families_is_narrowed(app, ids, as_persona, system_session):
    notice_id = sent(app, actor_of(app, "sendco"), asks=Asks.COME, audience=to_class(app))
    copy = system_session.scalars(
        select(NoticeCopy).where(NoticeCopy.notice_id == notice_id, NoticeCopy.adult_id == ids.person("parent"))
    ).first()
    copy.reply, copy.replied_at, copy.opened_at = Reply.CALL, clock.now(), clock.now()
    system_session.commit()
    client = as_persona("sendco")
    rows = lambda look: len(parse(client.get(on(notice_id, f"/families?look={look}"))).xpath("//tbody/tr"))  # noqa: E731
    every = len(copies_of(app, notice_id))
    assert rows("all") == every
    assert rows("call") == 1
    assert rows("silent") == rows("unopened") == every - 1
    assert rows("come") == 0
    assert rows("nonsense") == every


def test_letters_for_whom_no_message_reaches(app, ids, as_persona, system_session):
    parent = ids.person("parent")
    reads(system_session, ids, "parent", "ur")
    for point in system_session.scalars(select(ContactPoint).where(ContactPoint.adult_id == parent)):
        system_session.delete(point)
    system_session.commit()
    notice_id = sent(app, actor_of(app, "sendco"), audience=to_class(app), asks=Asks.COME)
    client = as_persona("class-teacher")
    teacher_list = on(notice_id, "/letters")
    assert client.get(teacher_list).status_code == 200
    page = as_persona("office").get(teacher_list)
    assert on(notice_id, "/letters/ur.pdf") in parse(page).xpath("//main//a/@href")
    letter = as_persona("office").get(on(notice_id, "/letters/ur.pdf"))
    assert letter.data.startswith(b"%PDF")
    copy = system_session.scalars(
        select(NoticeCopy).where(NoticeCopy.notice_id == notice_id, NoticeCopy.adult_id == parent)
    ).first()
    copy.opened_at = clock.now()
    system_session.commit()
    assert "No letter is needed" in words(as_persona("office").get(teacher_list)), "who opened it needs no paper"


def test_pages_cost_the_same_for_10_and_400_families(app, ids, as_persona, counting):
    sendco, client, spent = actor_of(app, "sendco"), as_persona("sendco"), {}
    for count in (10, 400):
        audience = many_families(app, count)
        draft, out = a_draft(app, sendco, audience=audience), sent(app, sendco, audience=audience, asks=Asks.SEEN)
        paths = [HERE, *(on(draft[0], p) for p in ("", "/words", "/asks", "/audience", "/languages", "/check"))]
        paths += [on(out, p) for p in ("", "/families", "/letters", "/take-back")]
        client.get(HERE)
        for number, path in enumerate(paths):
            counting.statements.clear()
            assert client.get(path).status_code == 200
            spent.setdefault(number, []).append(len(counting))
    assert all(few == many <= 12 for few, many in spent.values()), spent


def test_sending_to_many_answers_without_making_a_copy(app, ids, as_persona, counting):
    sendco, client, spent = actor_of(app, "sendco"), as_persona("sendco"), []
    for count in (10, 400):
        draft = a_draft(app, sendco, audience=many_families(app, count))
        data = {**fields(client.get(on(draft[0], "/check"))), "when": "now"}
        counting.statements.clear()
        assert client.post(on(draft[0], "/check"), data=data).status_code == 303
        spent.append(len(counting))
        assert stored(app, draft[0]).state == NoticeState.SCHEDULED
    assert spent[0] == spent[1] <= 14, spent


def test_a_draft_can_be_thrown_away_and_a_sent_notice_cannot(app, ids, as_persona, system_session):
    client, draft = as_persona("sendco"), a_draft(app, actor_of(app, "sendco"))
    save(client, draft[0], "/languages/ur", title="ع", words="ع", translated_by="x")
    stale = client.post(on(draft[0], "/remove"), data={"version": "1"})
    assert stale.status_code == 409
    assert client.post(on(draft[0], "/remove"), data={"version": str(stored(app, draft[0]).version)}).status_code == 303
    assert stored(app, draft[0]) is None
    out = sent(app, actor_of(app, "sendco"), audience=to_class(app))
    assert client.post(on(out, "/remove"), data={"version": str(stored(app, out).version)}).status_code == 409
    assert client.post(on(out, "/words"), data={"version": "1", "title": "x", "words": "y"}).status_code == 409
    assert stored(app, out).title == "Coffee morning"


def test_the_longest_words_fit_the_sanitiser():
    from portal.notices.rules_words import LONGEST_WORDS, html_of

    assert len(html_of("&" * LONGEST_WORDS)) < LONGEST_HTML
