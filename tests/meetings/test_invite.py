"""Opening a round: every adult who may come is invited once, and hears of it at the right times."""

from dataclasses import replace
from datetime import time, timedelta

import pytest
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.clock import LONDON
from portal.kernel.errors import Conflict, NotAllowed, NotFound
from portal.kernel.outbox import OutboxItem, OutboxState
from portal.meetings.actions_invite import (
    BookingOver,
    NoChildren,
    NoTimes,
    RoundFinished,
    close_round,
    invite,
    open_round,
)
from portal.meetings.models import Invitation
from portal.meetings.rules_messages import Message
from portal.people.models import Pupil
from portal.people.rules import ContactState, PortalAccess, Restriction, Role, YesNo
from portal.reviews.actions_rounds import add_children
from portal.reviews.models import Review, ReviewRound, ReviewStep
from portal.reviews.queries_calendar import calendar_of
from portal.reviews.rules import RoundState, Stage
from portal.reviews.rules_rounds import ChildChoice
from tests.meetings.seasons import make_season


def planned(app, ids, children=2):
    season = make_season(app.extensions["writing_engine"], ids, children=children)
    fill(season)
    return season


def fill(season, pupils=None):
    choices = [ChildChoice(pupil_id=pupil, lead_id=season.lead_id) for pupil in pupils or season.pupils]
    season.do(add_children, round_id=season.round_id, choices=choices)


@pytest.fixture
def season(app, ids):
    season = planned(app, ids)
    season.add_times()
    return season


def invitations(season):
    mine = select(Review.id).where(Review.round_id == season.round_id)
    return season.read(select(Invitation.adult_id, Invitation.uid).where(Invitation.review_id.in_(mine)))


def messages(season, adult_id=None):
    found = season.read(
        select(OutboxItem.kind, OutboxItem.person_id, OutboxItem.due_at, OutboxItem.state, OutboxItem.about_pupil_id)
    )
    ours = {adult for adults in season.adults.values() for adult in adults} if adult_id is None else {adult_id}
    return [row for row in found if row.person_id in ours]


def test_everybody_is_invited_once(season):
    invited = season.do(open_round, round_id=season.round_id)
    assert (invited.children, invited.adults) == (2, 4)
    rows = invitations(season)
    assert {row.adult_id for row in rows} == {adult for adults in season.adults.values() for adult in adults}
    assert len({row.uid for row in rows}) == 4
    assert {review.stage for review in season.reviews().values()} == {Stage.INVITED}
    assert len(messages(season)) == 12
    again = season.do(open_round, round_id=season.round_id)
    assert (again.children, again.adults) == (0, 0)
    assert len(invitations(season)) == 4
    assert len(messages(season)) == 12
    steps = season.read(select(ReviewStep.stage).where(ReviewStep.review_id.in_(season.review_ids())))
    assert [row.stage for row in steps] == [Stage.INVITED] * 2


def test_the_messages_leave_at_their_times(season):
    season.do(open_round, round_id=season.round_id)
    adult = season.adults[season.pupils[0]][0]
    due = {row.kind: row.due_at for row in messages(season, adult)}
    closes_on = (season.now + timedelta(days=20)).astimezone(LONDON).date()
    with season.session() as session:
        calendar = calendar_of(session, season.school_id, closes_on)
    assert due[Message.BOOKING_OPEN] == season.now
    for message, days in ((Message.REMINDER, 5), (Message.LAST_CALL, 1)):
        local = due[message].astimezone(LONDON)
        assert (local.date(), local.time()) == (calendar.school_days_before(closes_on, days), time(9))


def test_families_hear_when_they_can_choose_not_before(season):
    opens = season.now + timedelta(days=2)
    season.change(ReviewRound, season.round_id, booking_opens_at=opens)
    season.do(open_round, round_id=season.round_id)
    due = {row.due_at for row in messages(season) if row.kind == Message.BOOKING_OPEN}
    assert due == {opens}


def test_a_reminder_whose_day_is_over_does_not_leave(season):
    season.change(ReviewRound, season.round_id, booking_closes_at=season.now + timedelta(hours=2))
    season.do(open_round, round_id=season.round_id)
    assert {row.kind for row in messages(season)} == {Message.BOOKING_OPEN}


def test_sixty_children_cost_few_statements(season, counting):
    counting.statements.clear()
    season.do(open_round, round_id=season.round_id)
    few = len(counting)
    big = make_again(season, 60)
    counting.statements.clear()
    season.do(open_round, round_id=big)
    many = len(counting)
    updates = sum(statement.startswith("UPDATE review ") for statement in counting.statements)
    # the driver of PostgreSQL cannot say how many rows of a list it changed, so each review is checked by itself there
    assert many - updates <= few
    assert few <= 24
    assert updates in (1, 60)


def make_again(season, children):
    """A second round of the same school with many children."""
    import uuid

    with season.session() as session:
        row = session.get_one(ReviewRound, season.round_id)
        facts = {
            column.name: getattr(row, column.name) for column in ReviewRound.__table__.columns if column.name != "id"
        }
        session.add(ReviewRound(id=(key := uuid.uuid4()), **{**facts, "state": RoundState.PLANNED}))
        session.commit()
    season.round_id = key
    fill(season, season.add_children(children))
    season.add_times()
    return key


def test_who_is_left_out_and_who_is_not(season):
    first, second = season.pupils
    mother, father = season.adults[first]
    season.link(first, father, restriction=Restriction.NO_CONTACT, restricted_from=clock.today(),
                order_seen_by=season.actor.person_id)  # fmt: skip
    paper = season.add_adult(first, access=PortalAccess.NONE, state=ContactState.CONFIRMED)
    stranger = season.add_adult(first, access=PortalAccess.NONE, parental_responsibility=YesNo.NO)
    season.change(Pupil, second, left_on=clock.today())
    season.do(open_round, round_id=season.round_id)
    assert {row.adult_id for row in invitations(season)} == {mother, paper}
    assert not messages(season, father)
    assert not messages(season, stranger)
    assert not messages(season, paper), "whoever cannot open the portal is asked by the office"
    assert season.reviews()[second].stage == Stage.PLANNED


def test_a_young_person_is_invited_themselves(season, ids):
    pupil = season.pupils[0]
    own = ids.person("young-person")
    with season.session() as session:
        session.scalars(select(Pupil).where(Pupil.person_id == own)).one().person_id = None
        session.flush()
        kit = session.get_one(Pupil, pupil)
        kit.person_id, kit.rights_pass_on = own, clock.today()
        session.commit()
    season.do(open_round, round_id=season.round_id)
    invited = {row.adult_id for row in invitations(season)}
    assert own in invited
    assert not invited & set(season.adults[pupil])
    assert {row.kind for row in messages(season, own) if row.about_pupil_id == pupil} >= {Message.BOOKING_OPEN}


def test_a_round_without_times_or_children_does_not_open(app, ids):
    season = planned(app, ids, children=1)
    with pytest.raises(NoTimes):
        season.do(open_round, round_id=season.round_id)
    slot = season.add_times()[0]
    from portal.meetings.models import Slot

    season.change(Slot, slot, withdrawn_at=season.now)
    with pytest.raises(NoTimes):
        season.do(open_round, round_id=season.round_id)
    season.change(Slot, slot, withdrawn_at=None)
    season.change(ReviewRound, season.round_id, booking_opens_at=season.now - timedelta(days=9),
                  booking_closes_at=season.now)  # fmt: skip
    with pytest.raises(BookingOver):
        season.do(open_round, round_id=season.round_id)
    season.change(ReviewRound, season.round_id, booking_closes_at=season.now + timedelta(days=3))
    season.change(Review, season.review_ids()[0], stage=Stage.CANCELLED)
    with pytest.raises(NoChildren):
        season.do(open_round, round_id=season.round_id)
    assert (
        season.read(select(ReviewRound.state).where(ReviewRound.id == season.round_id))[0].state == RoundState.PLANNED
    )


def test_nobody_else_opens_it(season, ids):
    head = replace(season.actor, roles=frozenset({Role.HEADTEACHER}))
    with pytest.raises(NotAllowed):
        season.do(open_round, actor=head, round_id=season.round_id)
    with pytest.raises(NotFound):
        season.do(open_round, round_id=ids.round("secondary"))


def test_an_adult_added_later_is_invited_alone(season):
    season.do(open_round, round_id=season.round_id)
    pupil = season.pupils[0]
    later = season.add_adult(pupil)
    with season.session() as session:
        review = session.scalars(
            select(Review).where(Review.pupil_id == pupil, Review.round_id == season.round_id)
        ).one()
        invited = invite(session, actor=season.actor, review=review, now=season.now)
        session.commit()
    assert invited.adults == 1
    assert {row.kind for row in messages(season, later)} == {Message.BOOKING_OPEN, Message.REMINDER, Message.LAST_CALL}
    assert len(invitations(season)) == 5


def test_a_finished_round_reminds_nobody(season):
    with pytest.raises(Conflict):
        season.do(close_round, round_id=season.round_id)
    season.do(open_round, round_id=season.round_id)
    season.do(close_round, round_id=season.round_id)
    season.do(close_round, round_id=season.round_id)
    states = {(row.kind, row.state) for row in messages(season)}
    assert states == {
        (Message.BOOKING_OPEN, OutboxState.QUEUED),
        (Message.REMINDER, OutboxState.WITHHELD),
        (Message.LAST_CALL, OutboxState.WITHHELD),
    }
    with pytest.raises(RoundFinished):
        season.do(open_round, round_id=season.round_id)
