"""Invitations to the reviews of the demo, and times that are taken as `portal.meetings` takes them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portal.demo.diary import Busy, Diary
from portal.demo.reviews import Round, step
from portal.demo.world import Child, World
from portal.kernel.clock import LONDON
from portal.meetings.actions_invite import CALENDAR_NAME
from portal.meetings.models import Booking, Invitation, JoinOffer, Meeting, Slot, TakenSlot
from portal.meetings.rules import Answer, Attendance, Mode, Need
from portal.meetings.rules_booking import meeting_ends, minutes_needed
from portal.meetings.rules_invitees import AdultLink, ChildRights, has_account, invitees, reads_the_portal
from portal.people.models import ContactPoint, Person
from portal.people.rules import ContactKind, PortalAccess, Role
from portal.reviews.models import Review
from portal.reviews.rules import Stage


@dataclass(slots=True)
class Invitee:
    """One invited adult of one review: the person, the invitation, and what they can do in the portal about it."""

    person: Person
    invitation: Invitation
    reads: bool
    books: bool


@dataclass(slots=True)
class Taken:
    """What one adult's booking is made of."""

    who: Invitee
    review: Review
    booking: Booking
    meeting: Meeting
    slots: list[TakenSlot] = field(default_factory=list)


def invite(world: World, child: Child, review: Review, at: datetime) -> list[Invitee]:
    """An invitation, sent at this moment, for everybody whom the school's rule invites."""
    pupil, today = child.pupil, at.astimezone(LONDON).date()
    links = [_facts(AdultLink, link) for link in child.links]
    rights = _facts(ChildRights, pupil, own_person_id=pupil.person_id, rights_stay_with_parents=False)
    reading = {link.adult_id for link in links if reads_the_portal(link, today)} | {pupil.person_id}
    taking_part = {
        link.adult_id for link in links if has_account(link, today) and link.access is PortalAccess.CONTRIBUTE
    } | {pupil.person_id}
    found = []
    for adult_id in invitees(rights, links, today):
        row = Invitation(**child.about, review_id=review.id, adult_id=adult_id, sent_at=at, sequence=0)
        row.answer, row.attendance, row.uid = Answer.NONE, Attendance.UNKNOWN, f"{world.new_id()}@{CALENDAR_NAME}"
        person = world.persons[adult_id]
        found.append(Invitee(person, world.keep(row), adult_id in reading, adult_id in taking_part))
    return found


def _facts(kind: type[Any], row: object, **more: object) -> Any:
    """The rule's facts from a row that calls them by the same names."""
    return kind(**{name: getattr(row, name) for name in kind.__dataclass_fields__.keys() - more.keys()}, **more)


class Desk:
    """Where the families of one round are invited and take their times."""

    def __init__(self, world: World, made: Round, diary: Diary, busy: Busy) -> None:
        self.world, self.made, self.diary, self.busy = world, made, diary, busy
        points = (row for row in world.rows if isinstance(row, ContactPoint))
        self.numbers = {row.adult_id: row.value for row in points if row.kind is ContactKind.MOBILE}

    def invite(self, child: Child, review: Review) -> list[Invitee]:
        """All who are invited, at the moment from which families could choose."""
        opened = review.invited_at = self.made.row.booking_opens_at
        step(self.world, review, Stage.INVITED, self.world.head_of(Role.SENDCO, child), opened)
        return invite(self.world, child, review, opened)

    def book(self, place: int, review: Review, who: Invitee, wish: dict[str, Any], at: datetime) -> Taken | None:
        """The adult takes one of the times that fit the wish; None when there is none."""
        interpreter, mode = (
            bool(wish.get("interpreter", who.person.interpreter_needed)),
            Mode(wish.get("mode", "in_person")),
        )
        length = minutes_needed(self.made.row.minutes, self.made.row.interpreter_minutes, interpreter=interpreter)
        fitting = [
            run
            for run in self.diary.runs(review.lead_id, length, mode)
            if self.busy.free(who.person.id, run[0].starts_at, meeting_ends(run[0], length))
        ]
        if not fitting:
            return None
        run = fitting[place * 7 % len(fitting)]
        meeting = self._meeting(run[0], meeting_ends(run[0], length), mode)
        booking = self._booking(review, who, meeting, wish, at)
        booking.interpreter = interpreter
        booking.language = wish.get("language", who.person.spoken_language if interpreter else "")
        taken = Taken(who, review, booking, meeting, self._slots(run, meeting))
        who.invitation.answer, who.invitation.answered_at = Answer.BOOKED, at
        review.booked_at, review.live_bookings = at, 1
        step(self.world, review, Stage.BOOKED, who.person, at)
        return taken

    def hold(self, taken: Taken) -> None:
        """The adult's own time, from the start of the meeting to its end."""
        meeting, here = taken.meeting, taken.meeting.mode is Mode.IN_PERSON
        times = {"starts_at": meeting.starts_at, "ends_at": meeting.ends_at}
        self.busy.claim(taken.who.person.id, **times, meeting_id=meeting.id, in_building=here)

    def let_go(self, taken: Taken, by: Person, at: datetime) -> None:
        """Ends the booking, as it is done for a family that did not come."""
        taken.booking.cancelled_at, taken.booking.cancelled_by = at, by.id
        taken.meeting.released_at, taken.meeting.live_bookings, taken.review.live_bookings = at, 0, 0
        taken.who.invitation.answer, taken.who.invitation.answered_at = Answer.NONE, at
        taken.who.invitation.sequence += 1
        for row in taken.slots:
            row.released_at = at

    def _meeting(self, first: Slot, ends_at: datetime, mode: Mode) -> Meeting:
        meeting = Meeting(school_id=first.school_id, staff_id=first.staff_id, starts_at=first.starts_at, mode=mode)
        meeting.ends_at, meeting.room_id, meeting.join_link = ends_at, first.room_id, first.join_link
        meeting.live_bookings = 1
        return self.world.keep(meeting)

    def _slots(self, run: Iterable[Slot], meeting: Meeting) -> list[TakenSlot]:
        self.diary.take(run)
        if not self.made.is_open:
            for slot in run:
                self.busy.offer(self.world.keep(slot))
        return [self.world.keep(TakenSlot(slot_id=slot.id, meeting_id=meeting.id)) for slot in run]

    def _booking(self, review: Review, who: Invitee, meeting: Meeting, wish: dict[str, Any], at: datetime) -> Booking:
        about = {"school_id": review.school_id, "pupil_id": review.pupil_id, "review_id": review.id}
        booking = Booking(**about, invitation_id=who.invitation.id, adult_id=who.person.id, meeting_id=meeting.id)
        booking.once_key = f"demo {review.id}"
        booking.needs = [need.value for need in Need if need in wish.get("needs", ())]
        for name in ("need_words", "brings", "wishes"):
            setattr(booking, name, wish.get(name, ""))
        booking.phone = self.numbers.get(who.person.id, "") if meeting.mode is Mode.PHONE else ""
        booking.made_by, booking.made_at = who.person.id, at
        if wish.get("joins"):
            offer = JoinOffer(**about, meeting_id=meeting.id, offered_by=who.person.id, offered_at=at)
            self.world.keep(offer)
        return self.world.keep(booking)
