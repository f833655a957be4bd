"""Every invariant of reviews and meetings that has a name in the database is broken once, on both databases."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import CheckConstraint, UniqueConstraint, select
from sqlalchemy.exc import IntegrityError

from portal.kernel.db import Base
from portal.meetings import models as meetings
from portal.reviews import models as reviews
from portal.reviews.rules import ReviewKind

DAY = timedelta(days=1)
# a row of the demo, changed into something that cannot be
CHANGED = {
    "a_school_year_ends_after_it_starts": (reviews.AcademicYear, lambda r: {"ends_on": r.starts_on}),
    "a_term_ends_after_it_starts": (reviews.Term, lambda r: {"ends_on": r.starts_on}),
    "half_term_lies_inside_its_term": (reviews.Term, lambda r: {"half_term_until": r.ends_on + DAY}),
    "a_closure_ends_after_it_starts": (reviews.SchoolDayException, lambda r: {"last_day": r.first_day - DAY}),
    "a_round_ends_after_it_starts": (reviews.ReviewRound, lambda r: {"last_day": r.first_day - DAY}),
    "booking_closes_after_it_opens": (reviews.ReviewRound, lambda r: {"booking_closes_at": r.booking_opens_at}),
    "a_meeting_takes_ten_minutes_to_four_hours": (reviews.ReviewRound, lambda r: {"minutes": 5}),
    "meetings_keep_to_five_minutes": (reviews.ReviewRound, lambda r: {"minutes": 31}),
    "a_pause_is_an_hour_at_most": (reviews.ReviewRound, lambda r: {"pause_minutes": 65}),
    "an_interpreter_adds_four_hours_at_most": (reviews.ReviewRound, lambda r: {"interpreter_minutes": 245}),
    "a_review_has_no_less_than_no_bookings": (reviews.Review, lambda r: {"live_bookings": -1}),
    "an_annual_review_says_when_it_is_due": (reviews.Review, lambda r: {"kind": ReviewKind.ANNUAL, "due_on": None}),
    "a_time_is_weekly_or_on_one_day": (meetings.StaffTime, lambda r: {"weekday": None, "day": None}),
    "a_week_has_seven_days": (meetings.StaffTime, lambda r: {"weekday": 7, "day": None}),
    "staff_time_ends_after_it_starts": (meetings.StaffTime, lambda r: {"ends": r.starts}),
    "a_slot_ends_after_it_starts": (meetings.Slot, lambda r: {"ends_at": r.starts_at}),
    "a_meeting_ends_after_it_starts": (meetings.Meeting, lambda r: {"ends_at": r.starts_at}),
    "a_meeting_has_no_less_than_nobody": (meetings.Meeting, lambda r: {"live_bookings": -1}),
    "a_claim_says_for_what": (meetings.TimeClaim, lambda r: {"slot_id": None, "meeting_id": None}),
}
# a second row like one of the demo
TWICE = {
    "uq_a_school_year_starts_once": (reviews.AcademicYear, {}),
    "uq_each_term_once_in_a_year": (reviews.Term, {}),
    "uq_one_review_for_a_child_in_a_round": (reviews.Review, {}),
    "uq_one_ehc_plan_at_a_time": (reviews.EhcPlan, {}),
    "uq_room_name_once_in_a_school": (meetings.Room, {}),
    "uq_a_slot_is_taken_once": (meetings.TakenSlot, {}),
    "uq_one_invitation_for_an_adult_to_a_review": (meetings.Invitation, {"uid": "another"}),
    "uq_invitation_uid": (meetings.Invitation, {"adult_id": "somebody else"}),
    "uq_one_time_for_an_adult_and_a_review": (meetings.Booking, {"once_key": "another"}),
    "uq_booking_once_key": (meetings.Booking, {"adult_id": "somebody else"}),
    "uq_a_pupil_says_it_once_for_a_review": (meetings.Participation, {}),
}
OURS = {reviews.__name__, meetings.__name__}
# keys that only exist so that others can point to them, and three that need a row the demo has not
ELSEWHERE = {"uq_review_of_its_pupil", "uq_absent_once_a_day", "uq_guest_link_hash", "uq_calendar_feed_token_hash"}


def mappers():
    return [mapper for mapper in Base.registry.mappers if mapper.class_.__module__ in OURS]


def columns_of(name):
    """SQLite names a unique index by its columns."""
    for mapper in mappers():
        table = mapper.local_table
        for thing in [*table.constraints, *table.indexes]:
            if str(thing.name) == name:
                return [f"{table.name}.{column.name}" for column in thing.columns]
    return []


def one(session, model):
    order = model.id if hasattr(model, "id") else model.holder_id
    statement = select(model).order_by(order)
    if model is meetings.TakenSlot:
        statement = statement.where(model.released_at.is_(None))
    if model is meetings.Booking:
        statement = statement.where(model.cancelled_at.is_(None))
    if model is reviews.Review:
        statement = statement.where(model.round_id.is_not(None))
    return session.scalars(statement).first()


@pytest.mark.parametrize("name", sorted(CHANGED))
def test_no_row_becomes_what_cannot_be(app, system_session, name):
    model, change = CHANGED[name]
    row = one(system_session, model)
    for attribute, value in change(row).items():
        setattr(row, attribute, value)
    with pytest.raises(IntegrityError) as refused:
        system_session.flush()
    assert name in str(refused.value.orig)


@pytest.mark.parametrize("name", sorted(TWICE))
def test_no_second_row_like_it(app, system_session, ids, name):
    model, changed = TWICE[name]
    row = one(system_session, model)
    if "adult_id" in changed:
        changed = {"adult_id": ids.person("trust-lead")}  # who is invited to nothing
    values = {each.key: getattr(row, each.key) for each in model.__mapper__.column_attrs}
    system_session.add(model(**{**values, "id": uuid.uuid4(), **changed}))
    with pytest.raises(IntegrityError) as refused:
        system_session.flush()
    said = str(refused.value.orig)
    assert name in said or all(column in said for column in columns_of(name))


def test_every_named_invariant_is_broken_above():
    named = set()
    for mapper in mappers():
        table = mapper.local_table
        named |= {str(each.name) for each in table.constraints if isinstance(each, CheckConstraint) and each.name}
        named |= {
            str(each.name or f"uq_{table.name}_{next(iter(each.columns)).name}")
            for each in table.constraints
            if isinstance(each, UniqueConstraint)
        }
        named |= {str(index.name) for index in table.indexes if index.unique}
    assert named - set(CHANGED) - set(TWICE) - ELSEWHERE == set()
