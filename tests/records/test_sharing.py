"""The record goes to the family once: who reads what then, that it stays as it is, and how a family answers."""

import uuid

import pytest
from sqlalchemy import select

from portal.contributions.models import Statement
from portal.kernel import clock
from portal.kernel.outbox import OutboxItem
from portal.meetings.rules_messages import Message
from portal.people.models import Pupil
from portal.people.rules import PortalAccess, Readers, Side
from portal.profiles.models import TextTranslation
from portal.profiles.rules import wording_key
from portal.records.models import Action, CardLine, Ending, FamilyReply
from portal.records.rules_record import goes_to_family
from portal.reviews.models import ReviewStep
from portal.reviews.rules import ReviewKind, Stage
from tests.meetings.family import set_link
from tests.pages import parse, words
from tests.records.writing import Meeting

TAKEN = ("mum for school", "mum for family", "dad for family", "child for one", "child for school", "child for family")


@pytest.fixture
def meeting(system_session, ids):
    return Meeting(system_session, ids)


@pytest.fixture
def teacher(as_persona, meeting):
    client = as_persona("class-teacher")
    client.post(meeting.path)
    for name in TAKEN:
        meeting.take(client, name)
    meeting.write(client, "For everybody")
    meeting.write(client, "For school alone", for_family=None)
    return client


def family_page(client, meeting, lang="en"):
    return client.get(f"{meeting.family_path}?lang={lang}")


def test_before_it_is_shared_the_family_reads_no_word(app, as_persona, teacher, meeting):
    client = as_persona("parent")
    page = family_page(client, meeting)
    assert page.status_code == 200
    assert "School is writing it down" in words(page)
    assert "Said:" not in words(page), "not even the reader's own words: the record is not theirs yet"
    for path in ("copy.pdf", "card.pdf"):
        assert client.get(f"{meeting.family_path}/{path}").status_code == 404
    for data in ({"reply": "confirmed", "once_key": "a"}, {"words": "no choice"}):
        refused = client.post(meeting.family_path, data=data)
        assert refused.status_code == 404
        assert "Said:" not in words(refused)


def test_what_goes_out_is_read_first(app, teacher, meeting):
    meeting.agree("Teach the signs")
    meeting.agree("Talk about it", position=2, statement_id=meeting.said["child for school"])
    page = teacher.get(f"{meeting.path}/share")
    shown = words(page)
    out, kept = shown.split("This stays with those who read it now")
    for text in ("mum for family", "dad for family", "child for family", "For everybody", "Teach the signs"):
        assert text in out.split("This is what the family will read")[1]
        assert text not in kept
    for text in ("mum for school", "child for one", "child for school", "For school alone", "Talk about it"):
        assert text in kept
        assert text not in out.split("This is what the family will read")[1]
    assert "6 things that were said have no answer yet." in shown


@pytest.mark.parametrize(
    ("for_family", "readers", "from_statement", "wanted", "goes"),
    [
        (True, "teachers", False, None, True),
        (False, "teachers", False, None, False),
        (True, "one_adult", False, None, False),
        (True, "teachers", True, "family", True),
        (False, "teachers", True, "family", False),
        (True, "one_adult", True, "family", False),
        (True, "teachers", True, "teachers", False),
        (True, "teachers", True, "one_adult", False),
        (True, "teachers", True, None, False),  # the writer cannot see what was wanted
    ],
)
def test_what_becomes_the_familys(for_family, readers, from_statement, wanted, goes):
    facts = {"for_family": for_family, "readers": readers, "from_statement": from_statement}
    assert goes_to_family(**facts, statement_readers=wanted) is goes


def test_a_line_for_one_adult_stays_so_when_the_child_lets_more_read_the_words(app, as_persona, teacher, meeting):
    child, (review, question) = as_persona("pupil-young"), (meeting.id, "important_now")
    meeting.session.get(Pupil, meeting.about["pupil_id"]).nc_year = "9"  # is asked this question
    meeting.session.commit()
    wider = child.post(f"/me/views/{review}/{question}/readers", data={"who": "family", "sure": "1"})
    assert wider.status_code == 303
    assert meeting.share(teacher).status_code == 303
    line = meeting.lines()["Said: child for one"]
    assert (line.readers, line.one_adult_id) == (Readers.ONE_ADULT, meeting.ids.person("class-teacher"))
    assert "Said: child for one" not in words(family_page(as_persona("parent"), meeting))


def test_one_press_shares_it_with_those_who_may_read_each_line(app, ids, as_persona, teacher, meeting):
    wide = meeting.agree("Teach the signs", pupil_words="We learn signs")
    narrow = meeting.agree("Talk about it", position=2, statement_id=meeting.said["child for school"])
    own = meeting.agree("Not for home", position=3, for_family=False)
    assert meeting.share(teacher).status_code == 303
    readers = {text: line.readers for text, line in meeting.lines().items()}
    assert readers == {
        "Said: mum for school": "teachers", "Said: mum for family": "family", "Said: dad for family": "family",
        "Said: child for one": "one_adult", "Said: child for school": "teachers", "Said: child for family": "family",
        "For everybody": "family", "For school alone": "teachers",
    }  # fmt: skip
    actions = {
        row.id: row.readers for row in meeting.session.scalars(select(Action).where(Action.review_id == meeting.id))
    }
    meeting.session.rollback()
    assert actions == {wide: "family", narrow: "teachers", own: "teachers"}
    review, record = meeting.review(), meeting.record()
    assert (review.stage, record.shared_by) == (Stage.RECORD_SHARED, ids.person("class-teacher"))
    assert review.record_shared_at == record.shared_at
    steps = select(ReviewStep).where(ReviewStep.review_id == meeting.id, ReviewStep.stage == Stage.RECORD_SHARED)
    assert len(meeting.session.scalars(steps).all()) == 1
    meeting.session.rollback()
    for slug, hidden in (
        ("parent", ("dad for school", "child for one", "child for school", "For school alone", "Talk about it")),
        ("second-parent", ("mum for school", "child for one", "child for school", "For school alone", "Not for home")),
    ):
        page = words(family_page(as_persona(slug), meeting))
        for text in ("mum for family", "dad for family", "child for family", "For everybody", "Teach the signs"):
            assert text in page, (slug, text)
        assert not [text for text in hidden if text in page]
    assert "Only you and school read this." in words(family_page(as_persona("parent"), meeting))


def test_what_a_child_narrowed_before_sharing_stays_narrow(app, teacher, meeting):
    said = meeting.session.get(Statement, meeting.said["child for family"])
    said.readers = Readers.TEACHERS
    meeting.session.commit()
    meeting.share(teacher)
    assert meeting.lines()["Said: child for family"].readers == Readers.TEACHERS


def test_sharing_twice_is_once_and_every_adult_is_told_once(app, ids, as_persona, teacher, meeting):
    set_link(meeting.session, ids, "second-parent", access=PortalAccess.VIEW)
    for client in (teacher, as_persona("sendco"), teacher):
        assert meeting.share(client).status_code == 303
    meeting.session.rollback()
    told = meeting.session.scalars(
        select(OutboxItem).where(OutboxItem.kind == Message.RECORD, OutboxItem.event_key.contains(str(meeting.id)))
    ).all()
    people = [item.person_id for item in told]
    assert len(people) == len(set(people))
    assert {ids.person("parent"), ids.person("second-parent")} <= set(people)
    assert ids.person("parent-barred") not in people
    assert "Said" not in str([item.facts for item in told])
    meeting.session.rollback()
    page = as_persona("parent").get("/messages?lang=en")
    link = f"/children/{meeting.about['pupil_id']}/reviews/{meeting.id}/record"
    assert parse(page).xpath(f"//a[@href='{link}']"), "the message leads to the record"
    assert link not in as_persona("parent-barred").get("/messages").get_data(as_text=True)


def test_nobody_is_told_who_lost_access(app, ids, teacher, meeting):
    set_link(meeting.session, ids, "second-parent", access=PortalAccess.NONE)
    meeting.share(teacher)
    meeting.session.rollback()
    told = meeting.session.scalars(
        select(OutboxItem.person_id).where(OutboxItem.kind == Message.RECORD, OutboxItem.facts.is_not(None))
    ).all()
    assert ids.person("parent") in told
    items = select(OutboxItem).where(OutboxItem.event_key.contains(str(meeting.id)))
    assert ids.person("second-parent") not in {item.person_id for item in meeting.session.scalars(items)}


def test_the_mail_says_nothing_of_it(sqlite_app, ids, as_persona, system_session):
    from portal.delivery.mail import write
    from portal.meetings.queries_mail import kinds
    from portal.people.rules import ContactKind

    meeting = Meeting(system_session, ids)
    client = as_persona("class-teacher")
    client.post(meeting.path)
    meeting.write(client, "Secret words")
    meeting.share(client)
    system_session.rollback()
    about = (OutboxItem.person_id == ids.person("parent"), OutboxItem.event_key.contains(str(meeting.id)))
    item = system_session.scalars(select(OutboxItem).where(*about)).one()
    made = kinds(base_url="http://x", reachable=frozenset(ContactKind))[item.kind].prepare(
        system_session, item, clock.now()
    )
    mail = write(item.id, item.kind, made, now=clock.now())
    assert "Zara" not in mail.text + mail.subject
    assert "record" not in (mail.text + mail.subject).lower()
    assert "Secret" not in mail.text


@pytest.mark.parametrize("stage", [Stage.INVITED, Stage.BOOKED, Stage.NOT_ATTENDED])
def test_nothing_is_shared_before_the_meeting(app, ids, as_persona, system_session, stage):
    meeting = Meeting(system_session, ids, stage=stage)
    client = as_persona("class-teacher")
    client.post(meeting.path)
    meeting.write(client, "Too early")
    refused = meeting.share(client)
    assert refused.status_code == 409
    assert "First write down who came. Then you can share the record." in words(refused)
    assert meeting.record().shared_at is None
    assert meeting.lines()["Too early"].readers == Readers.TEACHERS
    assert "School is writing it down" in words(family_page(as_persona("parent"), meeting))


def test_an_empty_record_is_not_shared(app, as_persona, meeting):
    client = as_persona("class-teacher")
    assert meeting.share(client).status_code in {404, 409}
    client.post(meeting.path)
    refused = meeting.share(client)
    assert refused.status_code == 409
    assert "There is nothing in this record yet." in words(refused)
    assert meeting.record().shared_at is None


def test_an_annual_review_waits_for_its_report(app, ids, as_persona, system_session):
    meeting = Meeting(system_session, ids, kind=ReviewKind.ANNUAL, due_on=clock.today())
    client = as_persona("sendco")
    client.post(meeting.path)
    meeting.write(client, "For everybody")
    assert meeting.share(client).status_code == 303
    assert meeting.record().shared_at is not None
    assert meeting.review().stage == Stage.HELD
    assert "For everybody" in words(family_page(as_persona("parent"), meeting))


def test_once_shared_it_stays_as_it_is(app, teacher, as_persona, meeting):
    meeting.share(teacher)
    before = meeting.lines()
    line = before["For everybody"]
    sendco = as_persona("sendco")
    new = meeting.write(sendco, "A late line")
    assert new.status_code == 409
    assert "A late line" in parse(new).xpath("//textarea[@id='text']")[0].text, "what was typed is still in the box"
    meeting.say("late", "parent", Side.PARENT, Readers.FAMILY, "actions", text="Late words")
    assert meeting.take(sendco, "late").status_code == 409
    changed = {"text": "Other", "version": str(line.version), "for_family": "y"}
    assert sendco.post(f"{meeting.path}/lines/{line.id}", data=changed).status_code == 409
    removed = sendco.post(f"{meeting.path}/lines/{line.id}/remove", data={"version": str(line.version)})
    assert removed.status_code == 409
    after = meeting.lines()
    assert {text: line.version for text, line in after.items()} == {text: line.version for text, line in before.items()}


def test_later_words_are_additions_with_their_day_and_writer(app, ids, teacher, as_persona, meeting):
    early = meeting.write(teacher, "Too early for that", addition="1")
    assert early.status_code == 409
    meeting.share(teacher)
    sendco, entry_id = as_persona("sendco"), uuid.uuid4()
    for _again in range(2):
        assert meeting.write(sendco, "It was Tuesday", entry_id=entry_id, addition="1").status_code == 303
    meeting.write(sendco, "For us alone", addition="1", for_family=None)
    assert meeting.write(sendco, "", addition="1").status_code == 422
    lines = meeting.lines()
    assert (lines["It was Tuesday"].kind, lines["It was Tuesday"].readers) == ("addendum", "family")
    assert lines["For us alone"].readers == "teachers"
    page = words(family_page(as_persona("parent"), meeting))
    assert "Added later" in page
    assert "It was Tuesday" in page
    assert "For us alone" not in page
    version = {"text": "Changed", "version": "1", "for_family": "y"}
    assert sendco.post(f"{meeting.path}/lines/{entry_id}", data=version).status_code == 409


def test_later_words_are_announced_to_those_who_may_read_them(app, ids, teacher, as_persona, meeting):
    meeting.share(teacher)
    sendco, entry_id = as_persona("sendco"), uuid.uuid4()
    meeting.write(sendco, "For us alone", addition="1", for_family=None)
    for _again in range(2):
        meeting.write(sendco, "SOMETHING LATER", entry_id=entry_id, addition="1")
    items = meeting.session.scalars(
        select(OutboxItem).where(OutboxItem.kind == Message.ADDED, OutboxItem.event_key.contains(str(meeting.id)))
    ).all()
    told = sorted(item.person_id for item in items)
    assert told == sorted(ids.person(slug) for slug in ("parent", "second-parent"))
    assert "LATER" not in repr([item.facts for item in items])
    meeting.session.rollback()
    page = as_persona("parent").get("/messages?lang=en")
    assert "School added something to what we agreed" in words(page)
    assert parse(page).xpath(f"//main//a[@href='{meeting.family_path}']")
    assert "School added something" not in words(as_persona("parent-of-two").get("/messages?lang=en"))


def reply(client, meeting, answer, text="", key=None):
    return client.post(meeting.family_path, data={"reply": answer, "words": text, "once_key": key or uuid.uuid4().hex})


def test_a_family_answers_if_it_likes_and_staff_read_it(app, ids, as_persona, teacher, meeting):
    meeting.share(teacher)
    parent, other = as_persona("parent"), as_persona("second-parent")
    key = uuid.uuid4().hex
    for _again in range(2):
        assert reply(parent, meeting, "differently", "I do not agree \u0627", key).status_code == 303
    assert reply(other, meeting, "confirmed", "", key).status_code == 303, "the key of another is not theirs"
    assert reply(parent, meeting, "comment", "And one more").status_code == 303
    nothing = reply(parent, meeting, "comment", "")
    assert nothing.status_code == 422
    assert reply(parent, meeting, "nonsense", "Kept words").status_code == 422
    assert "Kept words" in parse(reply(parent, meeting, "", "Kept words")).xpath("//textarea[@name='words']")[0].text
    record_id = meeting.record().id
    rows = meeting.session.scalars(select(FamilyReply).order_by(FamilyReply.said_at)).all()
    mine = [row for row in rows if row.words in {"I do not agree \u0627", "And one more"} or row.reply == "confirmed"]
    assert len([row for row in mine if row.record_id == record_id]) == 3
    meeting.session.rollback()
    page = words(family_page(parent, meeting))
    assert "I do not agree" in page
    assert "And one more" in page
    assert "I do not agree" not in words(family_page(other, meeting)), "the other parent's answer is never shown"
    for client in (teacher, as_persona("sendco")):
        staff = words(client.get(meeting.path))
        assert "I do not agree" in staff
        assert "I see it differently" in staff


def test_an_adult_who_may_only_read_cannot_answer(app, ids, as_persona, teacher, meeting):
    meeting.share(teacher)
    set_link(meeting.session, ids, "second-parent", access=PortalAccess.VIEW)
    client = as_persona("second-parent")
    assert not parse(family_page(client, meeting)).xpath("//main//form[@method='post']")
    assert reply(client, meeting, "confirmed").status_code == 403
    set_link(meeting.session, ids, "second-parent", access=PortalAccess.NONE)
    assert family_page(client, meeting).status_code == 404
    assert reply(client, meeting, "confirmed").status_code == 404


def test_other_families_and_schools_meet_nothing(app, as_persona, teacher, meeting):
    meeting.share(teacher)
    for slug in ("parent-of-two", "parent-barred", "parent-other-school"):
        client = as_persona(slug)
        for path in ("", "/copy.pdf", "/card.pdf"):
            assert client.get(meeting.family_path + path).status_code == 404
        assert reply(client, meeting, "confirmed").status_code == 404
    other = as_persona("sendco-other-school")
    for path in ("", "/share", "/copy.pdf", "/card.pdf"):
        assert other.get(meeting.path + path).status_code == 404
    assert meeting.write(other, "x").status_code == 404
    assert meeting.share(other).status_code == 404


def test_in_the_familys_language_or_with_the_offer_of_help(app, ids, as_persona, teacher, meeting):
    client = as_persona("parent")
    meeting.share(teacher)
    assert not parse(family_page(client, meeting)).xpath("//main//p[contains(@class, 'aside--original')]")
    before = family_page(client, meeting, "ur")
    assert parse(before).xpath("//main//div[@class='said'][@lang='en-GB'][contains(., 'For everybody')]")
    assert parse(before).xpath("//main//p[contains(@class, 'aside--original')]")
    meeting.keep(
        TextTranslation(
            **meeting.about, wording=wording_key("For everybody"), language="ur", text="سب کے لیے",
            translated_by="Amina", at=clock.now(),
        )
    )  # fmt: skip
    after = family_page(client, meeting, "ur")
    assert "سب کے لیے" in words(after)
    assert "For everybody" not in words(after)


def test_what_became_of_what_was_said(app, ids, as_persona, teacher, meeting):
    for name, kind, text in (("mum for school", "answered", "We asked the nurse."), ("dad for family", "noted", "")):
        said = meeting.session.get(Statement, meeting.said[name])
        meeting.keep(
            Ending(
                **meeting.about, statement_id=said.id, review_id=meeting.id, kind=kind, words=text,
                ended_by=ids.person("sendco"), ended_at=clock.now(), author_id=said.author_id,
                written_by=ids.person("sendco"), side=said.side, readers=said.readers, sent_at=clock.now(),
            )
        )  # fmt: skip
    meeting.share(teacher)
    mum, dad = (words(family_page(as_persona(slug), meeting)) for slug in ("parent", "second-parent"))
    assert "We asked the nurse." in mum
    assert "We asked the nurse." not in dad
    for page in (mum, dad):
        assert "Thank you. We keep it in mind" in page


def test_few_statements_for_a_family(app, as_persona, teacher, meeting, counting):
    for number in range(6):
        meeting.agree(f"Action {number}", position=number + 1)
    meeting.share(teacher)
    client = as_persona("parent")
    reply(client, meeting, "confirmed")
    family_page(client, meeting, "ur")
    counting.statements.clear()
    assert family_page(client, meeting, "ur").status_code == 200
    assert len(counting) <= 8, "\n\n".join(counting.statements)
    counting.statements.clear()
    assert teacher.get(meeting.path).status_code == 200
    assert len(counting) <= 12
    counting.statements.clear()
    assert teacher.get(f"{meeting.path}/share").status_code == 302


def test_cards_are_written_for_the_child(app, ids, teacher, meeting):
    said = meeting.said["child for school"]
    meeting.agree("Give a quiet corner", statement_id=said, pupil_words="You have a quiet corner", picture="quiet")
    meeting.agree("Call mum each week", position=2)
    meeting.agree("Stopped", position=3, pupil_words="Stopped words", state="stopped")
    meeting.agree("Quiet for home", position=4, pupil_words="We learn signs", picture="hand")
    meeting.share(teacher)
    meeting.session.rollback()
    cards = meeting.session.scalars(
        select(CardLine).where(CardLine.review_id == meeting.id).order_by(CardLine.position)
    ).all()
    assert [(card.said, card.we_will, card.picture, card.readers) for card in cards] == [
        ("Said: child for school", "You have a quiet corner", "quiet", "teachers"),
        ("", "We learn signs", "hand", "family"),
    ]
    assert {card.author_id for card in cards} == {ids.person("pupil-young")}


def test_what_became_of_what_others_said_is_read_in_the_readers_language(app, ids, as_persona, teacher, meeting):
    said = meeting.session.get(Statement, meeting.said["dad for family"])
    meeting.keep(
        Ending(
            **meeting.about, statement_id=said.id, review_id=meeting.id, kind="noted", words="",
            ended_by=ids.person("sendco"), ended_at=clock.now(), author_id=said.author_id,
            written_by=ids.person("sendco"), side=said.side, readers=said.readers, sent_at=clock.now(),
        )
    )  # fmt: skip
    for line in meeting.lines().values():
        meeting.keep(
            TextTranslation(
                **meeting.about, wording=wording_key(line.text), language="ur", text="اردو", translated_by="Amina",
                at=clock.now(),
            )
        )  # fmt: skip
    meeting.share(teacher)
    offer, client = "//main//p[contains(@class, 'aside--original')]", as_persona("parent")
    assert parse(family_page(client, meeting, "ur")).xpath(offer), "the other parent's words are in English"
    assert not parse(family_page(as_persona("second-parent"), meeting, "ur")).xpath(offer), "their own words"
    meeting.translate("dad for family", "ur", "والد نے کہا")
    after = parse(family_page(client, meeting, "ur"))
    assert not after.xpath(offer)
    (card,) = after.xpath("//main//h2[@id='became']/following-sibling::article")
    assert card.xpath(".//bdi[@lang='ur'][.='والد نے کہا']")
    assert card.xpath(".//bdi[@lang='en'][.='Said: dad for family']")
    assert "Amina" in card.text_content()


def test_the_readers_way_stands_first_and_the_headings_are_folded(app, as_persona, teacher, meeting):
    meeting.agree("Teach the signs")
    meeting.share(teacher)
    client = as_persona("parent")
    page = parse(family_page(client, meeting))
    assert page.xpath("//main//h2/@id")[:2] == ["actions", "said"]
    assert page.xpath("//main//a[@href='#replies']/following::h2[@id='actions']"), "the way to the form stands above"
    assert any("For everybody" in fold.text_content() for fold in page.xpath("//main//details[not(@open)]"))
    assert not page.xpath("//main//details[@open]")
    meeting.write(as_persona("sendco"), "It was Tuesday", addition="1")
    (opened,) = parse(family_page(client, meeting)).xpath("//main//details[@open]")
    assert "It was Tuesday" in opened.text_content(), "what is new is not hidden"
