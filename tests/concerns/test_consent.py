"""Before a specialist from outside works with a child: who is asked, what each answers, and what may go out."""

import hashlib
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.concerns import rules_consent
from portal.concerns.models import Consent, Referral, Sharing
from portal.concerns.rules_consent import ConsentState, Way
from portal.concerns.rules_messages import ConcernMessage, open_at
from portal.kernel import clock
from portal.kernel.outbox import OutboxItem
from portal.kernel.scope import PortalSession
from portal.people.models import Pupil, PupilContact
from portal.people.rules import PortalAccess, YesNo
from portal.people.scopes import one_pupil
from portal.web.i18n import full_date
from tests.concerns.asking import HOSTILE, Asking, rows
from tests.pages import parse, words

FINGERPRINTS = {"1": "9a77aa"}


def told(asking, kind):
    return {item.person_id for item in rows(asking.session, OutboxItem, OutboxItem.kind == kind)}


def link_of(asking, slug):
    mine = PupilContact.pupil_id == asking.child, PupilContact.adult_id == asking.ids.person(slug)
    return asking.session.scalars(select(PupilContact).where(*mine)).one()


def test_the_words_that_are_agreed_to_change_only_with_their_version():
    text = "\n".join(rules_consent.AGREED_WORDS)
    assert hashlib.sha256(text.encode()).hexdigest()[:6] == FINGERPRINTS[rules_consent.WORDING_VERSION]


def test_everybody_with_responsibility_and_open_access_is_asked(asking, as_persona, ids):
    referral = asking.referred()
    asked = {row.adult_id for row in rows(asking.session, Consent)}
    assert asked == {ids.person("parent"), ids.person("second-parent")}, "not the adult under an order"
    assert asked <= told(asking, ConcernMessage.CONSENT_ASK)
    (item, *_rest) = rows(asking.session, OutboxItem, OutboxItem.kind == ConcernMessage.CONSENT_ASK)
    assert open_at(item.kind, item.facts, asking.child)[0] == "consents.one"
    page = words(as_persona("parent").get(asking.agreement_path(item.facts["referral_id"])))
    for said in ("Speech and language therapist", "The service", "To help", "The plan"):
        assert said in page
    assert "Speech and language therapist" in words(as_persona("parent").get(f"/children/{asking.child}/agreements"))
    assert as_persona("parent-barred").get(asking.agreement_path(referral)).status_code == 404


def test_whoever_has_no_responsibility_is_not_asked(asking, as_persona):
    link_of(asking, "second-parent").parental_responsibility = YesNo.NO
    asking.session.commit()
    referral = asking.referred()
    assert [row.adult_id for row in rows(asking.session, Consent)] == [asking.ids.person("parent")]
    page = as_persona("second-parent").get(asking.agreement_path(referral))
    assert "You were not asked." in words(page)
    assert "I agree" not in words(page)
    assert asking.say(referral, who="second-parent").status_code == 404


def test_the_same_form_twice_is_one_referral(asking):
    assert asking.refer(key="k").headers["Location"] == asking.refer(key="k").headers["Location"]
    assert len(rows(asking.session, Referral)) == 1
    assert len(rows(asking.session, Consent)) == 2
    for field in ("why", "shares"):
        assert asking.refer(**{field: " "}).status_code == 422


def test_given_shared_and_taken_back(asking, as_persona, ids):
    referral = asking.referred()
    assert asking.share(referral).status_code == 409, "nobody has agreed"
    assert asking.say(referral).status_code == 303
    (mine,) = asking.consents(referral)
    assert (mine.state, mine.way, mine.language, mine.wording_version) == (
        ConsentState.GIVEN, Way.PORTAL, "en", rules_consent.WORDING_VERSION,
    )  # fmt: skip
    assert mine.ends_at - mine.given_at == rules_consent.LASTS
    assert "A family agreed to a specialist." in words(as_persona("sendco").get("/staff"))
    assert asking.share(referral, what="The form").status_code == 303
    assert "A family agreed to a specialist." not in words(as_persona("sendco").get("/staff"))
    assert "The form" in words(as_persona("second-parent").get(asking.agreement_path(referral)))
    assert asking.say(referral, "withdrawn", reason="I thought again").status_code == 303
    (mine,) = asking.consents(referral)
    assert mine.state == ConsentState.WITHDRAWN
    (gone,) = asking.sharings(referral)
    assert gone.went_at < mine.ends_at
    assert gone.consent_ends_at == mine.ends_at, "the key follows"
    refused = asking.share(referral, what="More")
    assert refused.status_code == 409
    assert len(asking.sharings(referral)) == 1
    assert told(asking, ConcernMessage.TAKEN_BACK) == {ids.person("sendco")}
    assert "A family took an agreement back." in words(as_persona("sendco").get("/staff"))
    page = words(as_persona("sendco").get(asking.referral_path(referral)))
    assert "An agreement was taken back." in page
    assert "I thought again" in page
    for _twice in range(2):
        assert as_persona("sendco").post(f"{asking.referral_path(referral)}/seen").status_code == 303
    assert "A family took an agreement back." not in words(as_persona("sendco").get("/staff"))
    assert "You took it back on" in words(as_persona("parent").get(asking.agreement_path(referral)))


def test_whoever_took_it_back_may_agree_anew_in_a_row_of_its_own(asking, as_persona):
    referral = asking.referred()
    for answer in ("given", "withdrawn", "given"):
        assert asking.say(referral, answer).status_code == 303
    first, second = asking.consents(referral)
    assert (first.state, first.current, second.state, second.current) == ("withdrawn", False, "given", True)
    assert asking.share(referral).status_code == 303
    assert asking.sharings(referral)[0].consent_id == second.id
    assert "Your earlier answers" in words(as_persona("parent").get(asking.agreement_path(referral)))


def test_the_same_answer_twice_is_one(asking):
    referral = asking.referred()
    for answer in ("given", "given", "withdrawn", "withdrawn", "declined", "declined"):
        assert asking.say(referral, answer).status_code == 303
    assert [row.state for row in asking.consents(referral)] == ["withdrawn", "declined"]


def test_no_after_yes_takes_it_back(asking):
    referral = asking.referred()
    asking.say(referral, "given")
    asking.say(referral, "declined", reason="No")
    assert [row.state for row in asking.consents(referral)] == ["withdrawn"]
    assert asking.share(referral).status_code == 409


def test_one_yes_and_one_no_are_both_shown(asking, as_persona):
    referral = asking.referred()
    asking.say(referral, "given")
    asking.say(referral, "declined", who="second-parent", reason="MARKER-REASON")
    page = words(as_persona("sendco").get(asking.referral_path(referral)))
    assert "In law one agreement is enough. Talk to both first." in page
    assert "MARKER-REASON" in page
    mothers = as_persona("parent").get(asking.agreement_path(referral))
    for secret in ("MARKER-REASON", "Imran", "Did not agree"):
        assert secret not in mothers.get_data(as_text=True)
    assert asking.share(referral).status_code == 303


def test_a_parent_never_meets_the_others_answer(asking, as_persona):
    referral = asking.referred()
    paths = (asking.agreement_path(referral), f"/children/{asking.child}/agreements")
    before = [words(as_persona("parent").get(path)) for path in paths]
    for answer in ("given", "withdrawn", "given"):  # the last of them makes an earlier answer of the first two
        asking.say(referral, answer, who="second-parent")
    assert [words(as_persona("parent").get(path)) for path in paths] == before


def test_the_fence_itself_keeps_each_adults_answers(asking, app, ids):
    referral = asking.referred()
    asking.say(referral, "given", who="second-parent")
    for slug in ("parent", "second-parent"):
        scope = one_pupil(asking.child, ids.person(slug))
        with PortalSession(app.extensions["engine"], scope=scope, read_only=True) as session:
            assert {row.adult_id for row in session.scalars(select(Consent))} == {ids.person(slug)}


@pytest.mark.parametrize("way", ["paper", "phone"])
def test_school_types_in_what_was_said_and_it_says_so(asking, as_persona, ids, way):
    referral = asking.referred()
    for wrong in ({"way": "portal"}, {"answer": "asked"}, {"language": "xx"}):
        assert asking.type_in(referral, **wrong).status_code == 422
    assert asking.type_in(referral, way=way, language="pa").status_code == 303
    (row,) = asking.consents(referral, "second-parent")
    assert (row.state, row.way, row.typed_by, row.language) == ("given", way, ids.person("office"), "pa")
    page = words(as_persona("second-parent").get(asking.agreement_path(referral)))
    assert "typed in by school" in page
    assert asking.share(referral).status_code == 303
    assert asking.say(referral, "withdrawn", who="second-parent").status_code == 303


def test_an_adult_without_an_account_is_typed_in_and_a_stranger_is_not(asking, ids):
    link_of(asking, "second-parent").access = PortalAccess.NONE
    asking.session.commit()
    referral = asking.referred()
    assert asking.consents(referral, "second-parent") == []
    assert asking.type_in(referral).status_code == 303
    assert asking.consents(referral, "second-parent")[0].state == "given"
    for slug in ("parent-other-school", "parent-barred", "class-teacher"):
        assert asking.type_in(referral, adult=slug).status_code == 404


def test_an_agreement_that_is_out_of_date_holds_no_longer(asking, as_persona):
    referral = asking.referred()
    asking.say(referral)
    row = asking.session.scalars(select(Consent).where(Consent.adult_id == asking.ids.person("parent"))).one()
    row.given_at -= timedelta(days=400)
    row.ends_at -= timedelta(days=400)
    asking.session.commit()
    assert asking.share(referral).status_code == 409
    assert "No longer in date" in words(as_persona("parent").get(asking.agreement_path(referral)))
    assert asking.say(referral, "withdrawn").status_code == 303
    assert asking.consents(referral)[0].ends_at < clock.now() - timedelta(days=30), "the past is not changed"
    assert asking.say(referral, "given").status_code == 303
    assert asking.share(referral).status_code == 303


def test_an_order_or_a_lost_responsibility_takes_the_agreement_away(asking):
    referral = asking.referred()
    asking.say(referral)
    asking.bar("parent")
    assert asking.share(referral).status_code == 409
    assert asking.say(referral, "withdrawn").status_code == 404
    assert asking.type_in(referral, adult="parent", answer="withdrawn").status_code == 303, "taking back never waits"
    link = link_of(asking, "second-parent")
    asking.session.rollback()
    asking.say(referral, who="second-parent")
    link = link_of(asking, "second-parent")
    link.parental_responsibility = YesNo.UNKNOWN
    asking.session.commit()
    assert asking.share(referral).status_code == 409


def test_rights_that_passed_to_the_young_person_leave_the_parents_answer_behind(
    asking, system_session, ids, as_persona
):
    referral = asking.referred()
    asking.say(referral)
    child = system_session.get_one(Pupil, asking.child)
    child.rights_pass_on = clock.today()
    system_session.commit()
    assert asking.share(referral).status_code == 409
    assert as_persona("sendco").post(f"{asking.referral_path(referral)}/ask").status_code == 303
    assert [row.basis for row in asking.consents(referral, "pupil-young")] == ["own_rights"]


def test_a_young_person_answers_for_themselves(app, system_session, ids, as_persona):
    me = ids.person("young-person")
    pupil = system_session.scalars(select(Pupil).where(Pupil.person_id == me)).one()
    name, school = pupil.known_as or pupil.forename, pupil.school_id
    system_session.rollback()
    asking = Asking(system_session, ids, as_persona, child=name)
    sendco = "sendco" if school == ids.school_of("Zara") else "sendco-other-school"
    referral = asking.referred(who=sendco)
    assert {row.adult_id for row in rows(system_session, Consent)} == {me}
    assert asking.say(referral, who="young-person").status_code == 303
    assert asking.share(referral, who=sendco).status_code == 303
    assert asking.say(referral, "withdrawn", who="young-person").status_code == 303


def test_finished_is_finished_but_taking_back_is_always_possible(asking, as_persona):
    referral = asking.referred()
    asking.say(referral)
    for _twice in range(2):
        sent = as_persona("sendco").post(f"{asking.referral_path(referral)}/close", data={"words": "They came twice"})
        assert sent.status_code == 303
    assert asking.share(referral).status_code == 409
    assert asking.say(referral, who="second-parent").status_code == 409
    assert asking.say(referral, "withdrawn").status_code == 303
    assert "They came twice" in words(as_persona("parent").get(asking.agreement_path(referral)))


def test_sent_twice_is_sent_once(asking):
    referral = asking.referred()
    asking.say(referral)
    for _twice in range(2):
        assert asking.share(referral, key="k").status_code == 303
    assert len(asking.sharings(referral)) == 1


def test_the_reminder_waits_for_its_day_and_only_while_it_is_true(asking, tmp_path):
    from portal.delivery.demo_file import DemoSender
    from portal.jobs import kinds_for
    from tests.conftest import make_settings

    kinds = kinds_for(make_settings("sqlite://", tmp_path), DemoSender(tmp_path))
    referral = asking.referred()
    asking.say(referral)
    reminder = select(OutboxItem).where(OutboxItem.kind == ConcernMessage.CONSENT_REMINDER)
    item = asking.session.scalars(reminder).one()
    assert item.due_at.date() == (asking.consents(referral)[0].ends_at - timedelta(days=30)).date()
    item = asking.session.scalars(reminder).one()
    assert kinds[item.kind].prepare(asking.session, item, item.due_at) is not None
    asking.session.rollback()
    asking.say(referral, "withdrawn")
    item = asking.session.scalars(reminder).one()
    assert kinds[item.kind].prepare(asking.session, item, item.due_at) is None
    back = asking.session.scalars(select(OutboxItem).where(OutboxItem.kind == ConcernMessage.TAKEN_BACK)).one()
    envelope = kinds[back.kind].prepare(asking.session, back, clock.now())
    assert envelope is None or "Zara" not in str(envelope)
    asks = asking.session.scalars(select(OutboxItem).where(OutboxItem.kind == ConcernMessage.CONSENT_ASK)).all()
    open_for = {i.person_id for i in asks if kinds[i.kind].prepare(asking.session, i, clock.now())}
    asking.session.rollback()
    assert open_for == {asking.ids.person("second-parent")}


def test_hostile_words_stay_words(asking, as_persona):
    referral = asking.referred(why=HOSTILE, shares=HOSTILE)
    asking.say(referral, "declined", reason=HOSTILE)
    for slug, path in (("parent", asking.agreement_path(referral)), ("sendco", asking.referral_path(referral))):
        page = as_persona(slug).get(path)
        assert "<script>alert" not in page.get_data(as_text=True)
        assert len(parse(page).xpath("//main//bdi[contains(., 'alert(1)')]")) == 3
    assert asking.refer(agency="\u202eevil").status_code == 422


def test_an_answer_that_is_none_is_no_page(asking, as_persona):
    referral = asking.referred()
    for answer in ("", "asked", "expired"):
        assert asking.say(referral, answer).status_code == 404
    assert as_persona("parent").get(asking.agreement_path(uuid.uuid4())).status_code == 404


def test_the_pages_count_their_statements(asking, as_persona, counting):
    for number in range(4):
        referral = asking.referred(why=f"Why {number}")
        asking.say(referral)
    asking.share(referral)
    for slug, most, paths in (
        ("parent", 8, (f"/children/{asking.child}/agreements", asking.agreement_path(referral))),
        ("sendco", 12, (f"/staff/children/{asking.child}/referrals", asking.referral_path(referral),
                        f"/staff/children/{asking.child}/referrals/new", "/staff")),
    ):  # fmt: skip
        client = as_persona(slug)
        for path in paths:
            client.get(path)
            counting.statements.clear()
            assert client.get(path).status_code == 200
            limit = 99 if path == "/staff" else most
            assert len(counting) <= limit, (path, "\n\n".join(counting.statements))


def test_the_database_refuses_what_no_agreement_covers(asking):
    """The last guard, without any action: each row breaks one thing."""
    from sqlalchemy.exc import IntegrityError

    referral, other = asking.referred(), asking.referred(why="Another")
    asking.say(referral)
    (given,) = asking.consents(referral)
    now = clock.now()
    right = {
        **asking.about, "referral_id": referral, "consent_id": given.id, "consent_given_at": given.given_at,
        "consent_ends_at": given.ends_at, "went_at": now, "sent_by": asking.ids.person("sendco"),
    }  # fmt: skip
    wrong = [
        {"went_at": given.given_at - timedelta(seconds=1)},
        {"went_at": given.ends_at},
        {"consent_ends_at": given.ends_at + timedelta(days=1)},
        {"referral_id": other},
        {"consent_id": uuid.uuid4()},
        {"pupil_id": asking.ids.pupil("Leo")},
    ]
    for number, change in enumerate(wrong):
        asking.session.add(Sharing(**{**right, **change}, id=uuid.uuid4(), once_key=f"w{number}"))
        with pytest.raises(IntegrityError):
            asking.session.flush()
        asking.session.rollback()
    asking.session.add(Sharing(**right, id=uuid.uuid4(), once_key="right"))
    asking.session.commit()
    row = asking.session.get_one(Consent, given.id)
    row.ends_at = now - timedelta(seconds=1)  # nobody can say afterwards that it had ended before
    with pytest.raises(IntegrityError, match="nothing_is_shared_without_a_consent_in_force"):
        asking.session.flush()
    asking.session.rollback()


def test_what_was_taken_back_has_the_day_on_which_it_was(asking, as_persona):
    referral = asking.referred()
    asking.say(referral)
    today, given = clock.now(), clock.now() - timedelta(days=30)
    (row,) = asking.session.scalars(
        select(Consent).where(Consent.referral_id == referral, Consent.adult_id == asking.ids.person("parent"))
    ).all()
    row.given_at = row.answered_at = given
    asking.session.commit()
    asking.say(referral, "withdrawn")
    client = as_persona("parent")
    page = words(client.get(asking.agreement_path(referral)))
    with client.application.test_request_context("/?lang=en"):
        then, now = full_date(given), full_date(today)
    assert f"Taken back {now}" in page
    assert then not in page
    asking.say(referral)
    page = words(client.get(asking.agreement_path(referral)))
    assert f"Taken back · {now}" in page.split("Your earlier answers")[1]


def test_whoever_is_asked_reads_what_the_answer_does_and_can_ask_for_a_call(asking, as_persona):
    referral = asking.referred()
    page = as_persona("second-parent").get(asking.agreement_path(referral))
    before = words(page)
    assert "In law one adult's agreement is enough." in before
    assert parse(page).xpath(f"//main//a[@href='/children/{asking.child}/ask/call']")
    asking.say(referral)
    assert words(as_persona("second-parent").get(asking.agreement_path(referral))) == before


def test_what_staff_wrote_comes_with_an_offer_of_help_in_another_language(asking, as_persona):
    referral = asking.referred()
    asking.say(referral)
    note = "//main//p[contains(@class, 'aside--original')]"
    client = as_persona("parent")
    assert len(parse(client.get(f"{asking.agreement_path(referral)}?lang=ur")).xpath(note)) == 1
    asking.share(referral)
    assert len(parse(client.get(f"{asking.agreement_path(referral)}?lang=ur")).xpath(note)) == 2
    assert not parse(client.get(f"{asking.agreement_path(referral)}?lang=en")).xpath(note)
    assert not parse(as_persona("sendco").get(f"{asking.referral_path(referral)}?lang=ur")).xpath(note)
