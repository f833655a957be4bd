"""What the calendar sends by itself: each message once, in time, to those whom it concerns, and only while it is true."""

import uuid
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import delete, select

from portal.contributions.models import Contribution, WantedCall
from portal.delivery.demo_file import DemoSender
from portal.delivery.mail import write
from portal.jobs import kinds_for
from portal.kernel import clock
from portal.kernel.clock import LONDON
from portal.kernel.outbox import OutboxItem
from portal.meetings.models import Booking, Invitation, Meeting
from portal.notices.actions_due import post_due
from portal.notices.rules_catalogue import Due, rights_due, views_due
from portal.people.actions import decide_link
from portal.people.actor import Actor
from portal.people.models import Person, Pupil, PupilContact, School
from portal.people.rules import ACCESS_CHANGED, Audience, LinkDecision, PortalAccess, Restriction, Role, YesNo
from portal.reviews.models import Review
from portal.reviews.rules import ReviewKind, Stage
from portal.web.i18n import LANGUAGES
from tests.conftest import make_settings
from tests.meetings.family import set_link
from tests.notices.sent import looked_up, silence
from tests.pages import words

DAY = date(2026, 6, 1)


def test_views_are_asked_for_in_time_and_reminded_once():
    def due(days, asked=None, kind=ReviewKind.SEN_SUPPORT):
        asked_on = DAY - timedelta(days=asked) if asked else None
        return views_due(kind, meets_on=DAY, asked_on=asked_on, today=DAY - timedelta(days=days))

    assert [due(days) for days in (15, 14, 5, 1, 0, -1)] == [None, Due.VIEWS, Due.VIEWS, Due.VIEWS, None, None]
    assert [due(days, kind=ReviewKind.ANNUAL) for days in (43, 42, 20)] == [None, Due.VIEWS, Due.VIEWS]
    assert [due(days, asked=14) for days in (13, 6, 5, 1, 0)] == [
        None,
        None,
        Due.VIEWS_REMINDER,
        Due.VIEWS_REMINDER,
        None,
    ]
    assert due(5, asked=6) is None, "who was asked yesterday is not reminded today"
    assert due(4, asked=6) == Due.VIEWS_REMINDER


def test_rights_are_told_ninety_days_before_and_on_the_day():
    def due(days):
        return rights_due(DAY, DAY - timedelta(days=days))

    assert [due(days) for days in (91, 90, 1)] == [None, Due.RIGHTS_SOON, Due.RIGHTS_SOON]
    assert [due(days) for days in (0, -7, -8)] == [Due.RIGHTS_NOW, Due.RIGHTS_NOW, None]


def posted(session, *kinds):
    wanted = select(OutboxItem).where(OutboxItem.kind.in_(kinds)).order_by(OutboxItem.kind, OutboxItem.person_id)
    return looked_up(session, wanted)


def meet(session, ids, days, child="Zara", **facts):
    """The review of a child gets a day on which everybody invited meets, and nobody has a time of their own."""
    review = session.get_one(Review, ids.review(child))
    at = datetime.combine(clock.today() + timedelta(days=days), time(10), LONDON)
    for booking in session.scalars(
        select(Booking).where(Booking.review_id == review.id, Booking.cancelled_at.is_(None))
    ):
        session.get_one(Meeting, booking.meeting_id).starts_at = at
        session.get_one(Meeting, booking.meeting_id).ends_at = at + timedelta(minutes=30)
    review.meets_at, review.stage = at, Stage.INVITED
    for name, value in facts.items():
        setattr(review, name, value)
    session.execute(delete(Contribution).where(Contribution.review_id == review.id, Contribution.sent_at.is_(None)))
    session.commit()
    return review.id


def is_due(session):
    """It is nine o'clock."""
    for row in session.scalars(select(OutboxItem)):
        row.due_at = clock.now() - timedelta(minutes=1)
    session.commit()


def run(session, now=None):
    session.rollback()
    new = post_due(session, now=now or clock.now())
    session.commit()
    return new


def said(session, ids, slug, review_id, child="Zara"):
    now, person = clock.now(), ids.person(slug)
    about = {"school_id": ids.school_of(child), "pupil_id": ids.pupil(child), "review_id": review_id}
    session.add(
        Contribution(
            **about, author_id=person, written_by=person, side="parent", readers="teachers", sent_at=now, started_at=now
        )
    )
    session.commit()


def of_zara(rows, ids):
    return {row.person_id for row in rows if row.about_pupil_id == ids.pupil("Zara")}


def envelope(app, session, row, tmp_path, now=None):
    session.rollback()
    kinds = kinds_for(make_settings(str(app.extensions["engine"].url), tmp_path), DemoSender(tmp_path))
    made = kinds[row.kind].prepare(session, session.get_one(OutboxItem, row.id), now or clock.now())
    session.rollback()
    return made


@pytest.fixture
def quiet(system_session):
    silence(system_session)
    return system_session


def test_views_please_goes_to_every_adult_who_may_answer_and_once(app, ids, quiet, tmp_path):
    review_id = meet(quiet, ids, 14)
    said(quiet, ids, "second-parent", review_id)
    assert run(quiet)
    first = posted(quiet, Due.VIEWS)
    assert of_zara(first, ids) == {ids.person("parent")}
    (mine,) = [row for row in first if row.about_pupil_id == ids.pupil("Zara")]
    assert mine.facts == {"review_id": str(review_id)}
    assert mine.due_at.astimezone(LONDON).hour >= 9, "nobody's telephone rings at night"
    assert run(quiet) == 0, "looked at again, nothing is new"
    assert not posted(quiet, Due.VIEWS_REMINDER)
    later = clock.now() + timedelta(days=9)
    assert run(quiet, later)
    assert of_zara(posted(quiet, Due.VIEWS_REMINDER), ids) == {ids.person("parent")}
    assert run(quiet, later + timedelta(days=1)) == 0
    assert envelope(app, quiet, mine, tmp_path) is not None
    said(quiet, ids, "parent", review_id)
    assert envelope(app, quiet, mine, tmp_path) is None, "withheld once they were sent"


@pytest.mark.parametrize("case", ["reads only", "closed", "calls", "held", "planned", "left", "too early", "over"])
def test_nobody_else_is_asked(app, ids, quiet, case):
    review_id = meet(quiet, ids, {"too early": 15, "over": -1}.get(case, 10))
    for slug in ("parent", "second-parent"):
        if case == "reads only":
            set_link(quiet, ids, slug, access=PortalAccess.VIEW)
        if case == "closed":
            set_link(quiet, ids, slug, access=PortalAccess.NONE)
        if case == "calls":
            about = {"school_id": ids.school_of("Zara"), "pupil_id": ids.pupil("Zara"), "review_id": review_id}
            quiet.add(WantedCall(**about, adult_id=ids.person(slug), wanted_at=clock.now()))
    if case in {"held", "planned"}:
        quiet.get_one(Review, review_id).stage = Stage.HELD if case == "held" else Stage.PLANNED
    if case == "left":
        quiet.get_one(Pupil, ids.pupil("Zara")).left_on = clock.today()
    quiet.commit()
    run(quiet)
    assert of_zara(posted(quiet, Due.VIEWS), ids) == set()


def test_an_annual_review_asks_six_weeks_before(app, ids, quiet):
    meet(quiet, ids, 42, kind=ReviewKind.ANNUAL, due_on=clock.today() + timedelta(days=80), stage=Stage.NOTICE_SENT)
    run(quiet)
    assert of_zara(posted(quiet, Due.VIEWS), ids) == {ids.person("parent"), ids.person("second-parent")}


def test_the_list_asks_for_views_until_they_were_sent(app, as_persona, ids, quiet):
    review_id = meet(quiet, ids, 10)
    run(quiet)
    is_due(quiet)
    client = as_persona("parent")
    page = client.get("/messages?lang=en")
    assert "Tell school what you think" in words(page)
    assert f"/children/{ids.pupil('Zara')}/reviews/{review_id}/views" in page.text
    said(quiet, ids, "parent", review_id)
    assert "Tell school what you think" not in words(client.get("/messages?lang=en"))


def rights_pass(session, ids, days, child="Zara", **facts):
    pupil = session.get_one(Pupil, ids.pupil(child))
    pupil.rights_pass_on = clock.today() + timedelta(days=days)
    for name, value in facts.items():
        setattr(pupil, name, value)
    session.commit()


def test_rights_are_announced_to_the_young_person_and_to_every_open_parent(app, ids, quiet, as_persona, tmp_path):
    rights_pass(quiet, ids, 90)
    run(quiet)
    family = {ids.person("parent"), ids.person("second-parent"), ids.person("pupil-young")}
    rows = posted(quiet, Due.RIGHTS_SOON)
    assert of_zara(rows, ids) == family, "nobody under an order is told"
    assert run(quiet) == 0
    is_due(quiet)
    page = words(as_persona("parent").get("/messages?lang=en"))
    assert "Zara will soon decide about the plan" in page
    (mine,) = [row for row in rows if row.person_id == ids.person("parent")]
    assert envelope(app, quiet, mine, tmp_path) is not None
    (own,) = [row for row in rows if row.person_id == ids.person("pupil-young")]
    assert envelope(app, quiet, own, tmp_path) is not None
    rights_pass(quiet, ids, 80)
    assert envelope(app, quiet, mine, tmp_path) is None, "the day was put right meanwhile"


def test_on_the_day_parents_are_told_though_they_may_not_read_any_more(app, ids, quiet, as_persona, tmp_path):
    rights_pass(quiet, ids, 0)
    run(quiet)
    rows = posted(quiet, Due.RIGHTS_NOW)
    assert of_zara(rows, ids) >= {ids.person("parent"), ids.person("second-parent")}
    (mine,) = [row for row in rows if row.person_id == ids.person("parent")]
    made = envelope(app, quiet, mine, tmp_path)
    mail = write(mine.id, mine.kind, made, now=clock.now())
    assert "Zara" not in mail.subject + mail.text
    assert "SEN" not in mail.subject + mail.text
    assert "decides who reads" in mail.text
    assert "Zara" not in as_persona("parent").get("/messages").text
    seen = {"restricted_from": clock.today(), "order_seen_by": ids.person("sendco")}
    set_link(quiet, ids, "parent", **seen, restriction=Restriction.NO_CONTACT)
    assert envelope(app, quiet, mine, tmp_path) is None


@pytest.mark.parametrize("facts", [{"rights_stay_with_parents": True}, {"left_on": date(2026, 1, 1)}])
def test_where_rights_do_not_pass_nobody_is_told(app, ids, quiet, facts):
    rights_pass(quiet, ids, 0, **facts)
    run(quiet)
    assert of_zara(posted(quiet, *(Due.RIGHTS_NOW, Due.RIGHTS_SOON)), ids) == set()


def test_a_young_person_reads_that_the_rights_are_theirs(app, ids, quiet, as_persona):
    rights_pass(quiet, ids, 0, "Grace")
    run(quiet)
    is_due(quiet)
    page = as_persona("young-person").get("/messages?lang=en")
    assert "You now decide about your plan" in words(page)
    assert 'href="/me/rights"' in page.text


def decide(session, ids, slug="parent", **changes):
    session.rollback()
    link = session.scalars(
        select(PupilContact).where(
            PupilContact.pupil_id == ids.pupil("Zara"), PupilContact.adult_id == ids.person(slug)
        )
    ).one()
    facts = {"relationship": link.relationship, "parental_responsibility": YesNo.YES, "lives_with_pupil": YesNo.YES}
    decision = LinkDecision(**{**facts, "access": link.access, **changes})
    actor = Actor(
        person_id=ids.person("sendco"), sitting_id=uuid.uuid4(), name="", audience=Audience.STAFF, language="en",
        trust_id=session.scalars(select(School.trust_id)).first(), school_id=ids.school_of("Zara"), roles={Role.SENDCO},
    )  # fmt: skip
    decide_link(
        session, actor=actor, pupil_id=ids.pupil("Zara"), contact_id=link.id, version=link.version, decision=decision,
        now=clock.now(),
    )  # fmt: skip
    session.commit()


def test_whose_access_changed_is_told_unless_it_closed(app, ids, quiet, tmp_path):
    decide(quiet, ids)
    assert not posted(quiet, ACCESS_CHANGED), "nothing changed"
    decide(quiet, ids, access=PortalAccess.VIEW)
    (row,) = posted(quiet, ACCESS_CHANGED)
    assert (row.person_id, row.about_pupil_id) == (ids.person("parent"), ids.pupil("Zara"))
    assert envelope(app, quiet, row, tmp_path) is not None
    decide(quiet, ids, access=PortalAccess.NONE)
    assert len(posted(quiet, ACCESS_CHANGED)) == 1, "never that it closes"
    assert envelope(app, quiet, row, tmp_path) is None


def test_nobody_under_an_order_is_told_of_anything(app, ids, quiet):
    order = {"restriction": Restriction.SUPERVISED, "order_reference": "FD26P1"}
    tomorrow = clock.today() + timedelta(days=1)
    decide(quiet, ids, access=PortalAccess.VIEW, restricted_from=clock.today(), **order)
    decide(quiet, ids, access=PortalAccess.CONTRIBUTE, restricted_from=tomorrow, **order)
    decide(quiet, ids, "parent-barred", access=PortalAccess.CONTRIBUTE, restricted_from=clock.today(), **order)
    assert not posted(quiet, ACCESS_CHANGED)


@pytest.mark.parametrize("kind", [*Due, ACCESS_CHANGED])
def test_outside_the_portal_each_says_that_something_is_new_in_every_language(app, ids, quiet, tmp_path, kind):
    review_id = meet(quiet, ids, 10)
    rights_pass(quiet, ids, 0 if kind == Due.RIGHTS_NOW else 60)
    facts = {"review_id": str(review_id), "on": quiet.get_one(Pupil, ids.pupil("Zara")).rights_pass_on.isoformat()}
    row = OutboxItem(
        event_key="x", kind=str(kind), person_id=ids.person("parent"), about_pupil_id=ids.pupil("Zara"), facts=facts,
        created_at=clock.now(), due_at=clock.now(), tries=0,
    )  # fmt: skip
    quiet.add(row)
    quiet.commit()
    for tag in LANGUAGES:
        quiet.get_one(Person, ids.person("parent")).language = tag
        quiet.commit()
        made = envelope(app, quiet, row, tmp_path)
        mail = write(row.id, row.kind, made, now=clock.now())
        assert mail.language == tag
        for tell_tale in ("Zara", "SEN", "meeting", "review"):
            assert tell_tale not in mail.subject + mail.text
    invitation = select(Invitation.id).where(Invitation.review_id == review_id)
    assert quiet.scalars(invitation).first() is not None
    set_link(quiet, ids, "parent", access=PortalAccess.NONE)
    assert envelope(app, quiet, row, tmp_path) is None, "the right was lost meanwhile"
