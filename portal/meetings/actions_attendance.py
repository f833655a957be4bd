"""Staff write down who came, or that the family did not and is offered new times; each change stays in the record."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from portal.kernel import audit
from portal.kernel.errors import NotFound, StaleVersion
from portal.kernel.scope import PortalSession
from portal.meetings.actions_messages import tell
from portal.meetings.actions_promise import end_booking
from portal.meetings.actions_pupil import held_review
from portal.meetings.models import Booking, Guest, Invitation, Meeting, Participation
from portal.meetings.queries_attendance import WRITTEN, day_of
from portal.meetings.rules import Attendance, instant
from portal.meetings.rules_attendance import Happened, Seat, check_day, check_written, earliest_day
from portal.meetings.rules_messages import Message
from portal.people.actor import Actor
from portal.people.models import Pupil
from portal.reviews.actions_steps import take_step
from portal.reviews.models import Review, ReviewRound
from portal.reviews.rules import RoundState, Stage

NOON = time(12)  # only the day of a meeting is known


@dataclass(slots=True)
class _Writing:
    """One review while somebody writes about it."""

    session: PortalSession
    actor: Actor
    now: datetime
    review: Review
    seats: list[tuple[Invitation, Booking | None, Meeting | None]]
    changes: dict[str, str] = field(default_factory=dict)

    def note(self, who: str, before: Attendance, after: Attendance) -> Attendance:
        """Remembers a change for the record."""
        if before != after:
            self.changes[who] = f"{before}>{after}"
        return after


def write_down(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    review_id: uuid.UUID,
    held_on: date | None,
    adults: Mapping[uuid.UUID, Attendance],
    guests: Mapping[uuid.UUID, Attendance],
    pupil: Attendance | None,
    version: int,
    now: datetime,
    happened: Happened = Happened.WITH_FAMILY,
) -> None:
    """Keeps who came to a meeting, adults by the id of their invitation; whoever is not among them stays as noted.

    Writing again corrects it. Raises NotFound, StaleVersion, TooEarly, Conflict for a review that is past this step,
    and Invalid at `held_on`, `happened` or the adult.
    """
    review = held_review(session, pupil_id=pupil_id, review_id=review_id)
    if review.stage in (Stage.PLANNED, Stage.CANCELLED):
        raise NotFound
    if review.version != version:
        raise StaleVersion
    at = _Writing(session, actor, now, review, _seats(session, review))
    today, booked = day_of(now), at.seats
    days = {invitation.id: day_of(meeting.starts_at) for invitation, _booking, meeting in booked if meeting}
    earliest = earliest_day(
        booked=days, meets_at=review.meets_at, first_day=_first_day(session, review), made_at=review.made_at
    )
    day = check_day(held_on, earliest=earliest, today=today)
    chairs = [Seat(one.id, days.get(one.id), adults.get(one.id, one.attendance)) for one, _booking, _meeting in booked]
    check_written(happened, chairs, review.kind, today)
    for (invitation, _booking, _meeting), seat in zip(at.seats, chairs, strict=True):
        invitation.attendance = at.note(str(invitation.id), invitation.attendance, seat.attendance)
    _write_guests(at, guests)
    if pupil is not None:
        _write_pupil(at, pupil)
    _write_review(at, happened, day)
    _record(at, happened, day)


def _seats(session: PortalSession, review: Review) -> list[tuple[Invitation, Booking | None, Meeting | None]]:
    found = session.execute(
        select(Invitation, Booking, Meeting)
        .outerjoin(Booking, (Booking.invitation_id == Invitation.id) & Booking.cancelled_at.is_(None))
        .outerjoin(Meeting, Meeting.id == Booking.meeting_id)
        .where(Invitation.review_id == review.id, Invitation.pupil_id == review.pupil_id)
        .order_by(Invitation.id)
    )
    return [(row[0], row[1], row[2]) for row in found]


def _first_day(session: PortalSession, review: Review) -> date | None:
    return session.scalars(select(ReviewRound.first_day).where(ReviewRound.id == review.round_id)).first()


def _write_guests(at: _Writing, guests: Mapping[uuid.UUID, Attendance]) -> None:
    if not guests:
        return
    rows = at.session.scalars(
        select(Guest).where(Guest.review_id == at.review.id, Guest.pupil_id == at.review.pupil_id).order_by(Guest.id)
    )
    for guest in rows:
        guest.attendance = at.note(str(guest.id), guest.attendance, guests.get(guest.id, guest.attendance))


def _write_pupil(at: _Writing, attendance: Attendance) -> None:
    about = {"pupil_id": at.review.pupil_id, "review_id": at.review.id}
    row = at.session.scalars(select(Participation).filter_by(**about)).first()
    if row is None and attendance == Attendance.UNKNOWN:
        return
    if row is None:
        own = at.session.scalars(select(Pupil.person_id).where(Pupil.id == at.review.pupil_id)).first()
        row = Participation(**about, school_id=at.review.school_id, adult_id=own, attendance=Attendance.UNKNOWN)
        at.session.add(row)
    row.attendance = at.note("pupil", row.attendance, attendance)


def _write_review(at: _Writing, happened: Happened, day: date) -> None:
    review, before = at.review, at.review.stage
    flag_modified(review, "held_at")  # a new version also when only a name's line changed: the next writer sees it
    if happened == Happened.NOT_HELD:
        take_step(at.session, review, Stage.NOT_ATTENDED, actor=at.actor, now=at.now, on_day=day)
        review.held_at, review.held_without_family = None, False
        if before != Stage.NOT_ATTENDED:
            _offer_again(at, day)
        return
    if review.held_at is None:
        take_step(at.session, review, Stage.HELD, actor=at.actor, now=at.now, on_day=day)
    review.held_at = instant(day, NOON)
    review.held_without_family = happened == Happened.WITHOUT_FAMILY


def _offer_again(at: _Writing, day: date) -> None:
    """Each adult's old time is ended, so that they can take a new one; without an open round the school calls them.
    Another household whose own time is still to come keeps it and hears of nothing."""
    for invitation, booking, meeting in at.seats:
        if meeting and meeting.starts_at > at.now:
            continue
        if booking and meeting:
            end_booking(
                at.session, at.review, invitation, booking, meeting, by=at.actor.person_id, reason="", now=at.now
            )
        tell(
            at.session,
            Message.BOOKING_OPEN if _times_are_open(at) else Message.WILL_CALL,
            adult_id=invitation.adult_id,
            pupil_id=at.review.pupil_id,
            review_id=at.review.id,
            event=f"again:{day.isoformat()}",
            now=at.now,
        )


def _times_are_open(at: _Writing) -> bool:
    window = at.session.get(ReviewRound, at.review.round_id) if at.review.round_id else None
    return window is not None and window.state == RoundState.OPEN and window.booking_closes_at > at.now


def _record(at: _Writing, happened: Happened, day: date) -> None:
    audit.record(
        at.session,
        WRITTEN,
        now=at.now,
        actor_id=at.actor.person_id,
        school_id=at.review.school_id,
        subject_id=at.review.id,
        pupil_id=at.review.pupil_id,
        happened=happened.value,
        held_on=day.isoformat(),
        **at.changes,
    )
    at.session.flush()
