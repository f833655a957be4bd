"""What a family says when it takes a time, how long a meeting then is, and every way in which a time can be refused."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Protocol, TypeVar

from portal.kernel.clock import LONDON, minutes
from portal.kernel.errors import Conflict, Invalid, NotAllowed
from portal.kernel.text import many_lines, one_line
from portal.kernel.words import N_
from portal.meetings.rules import Mode, Need, instant
from portal.people.rules import LinkFacts, PortalAccess, link_is_open

LONGEST_WORDS = 500  # need_words, brings, a reason, the words of an answer
LONGEST_WISHES = 2_000
LONGEST_PHONE = 30
LONGEST_LANGUAGE = 12
LONGEST_KEY = 70  # a number for each child follows
NEXT_CHILD_WITHIN = timedelta(minutes=20)  # from the end of one child's meeting to the start of the other's
TOLD_AT = time(9, 0)  # on the day before


class SlotTaken(Conflict):
    """The time is not to be had. It never says why: a time kept free of somebody looks like one that is taken."""

    message = N_("Somebody else has just taken this time. Please choose another one.")


class SlotPast(Conflict):
    """The time has begun or is over."""

    message = N_("This time has passed. Please choose another one.")


class BookingNotOpen(Conflict):
    """The round is not open for choosing, or not yet, or not any more."""

    message = N_("Times cannot be chosen online just now. Please call the school office.")


class BusyThen(Conflict):
    """The same adult is at another meeting then."""

    message = N_("There is another meeting at that time. Please choose another time.")


class AlreadyBooked(Conflict):
    """The adult has a time for this review."""

    message = N_("There is a time already. You can move it or cancel it.")


class AlreadySent(Conflict):
    """A form that was sent before and whose time was cancelled since."""

    message = N_("This page was sent before. Please open it again to choose a time.")


class NothingBooked(Conflict):
    """There is no time to move, change or cancel."""

    message = N_("There is no time to change. It may have been cancelled.")


class ReviewOver(Conflict):
    """The review is past the step of meeting."""

    message = N_("This meeting was held or cancelled. Please call the school office.")


class TooShort(Conflict):
    """The free times in a row do not last as long as the meeting."""

    message = N_("This time is too short for the meeting. Please choose another one.")


class NoLongerOffered(Conflict):
    """The other adult does not offer to meet together any more."""

    message = N_("You cannot join this meeting any more. Please choose your own time.")


class MetTogether(Conflict):
    """One of several bookings of a meeting cannot change how it is held."""

    message = N_("This meeting is shared. To meet in another way, choose another time.")


class SeveralChildren(Conflict):
    """Who is invited about one child has no place in a meeting that is also about another."""

    message = N_("This meeting is about more than one child. Others cannot join it.")


class NotOneAfterTheOther(Conflict):
    """The times of several children do not follow each other closely."""

    message = N_("These times do not follow each other. Please choose times that are close together.")


class ModeNotOffered(Invalid):
    """The slot is not held that way."""

    message = N_("This time is not offered in that way. Please choose another way or time.")


class NotInvited(Conflict):
    """Staff act for an adult who may not come to this child's meeting."""

    message = N_("This adult is not invited to this meeting.")


class ReadOnlyLink(NotAllowed):
    """The adult may read about the child and not take part."""

    message = N_("You can read about this child. To book a time, please call the school office.")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What one adult asks for; `mode` holds for the meeting, the rest for this adult alone."""

    mode: Mode
    language: str = ""
    interpreter: bool = False
    needs: Sequence[str] = ()
    need_words: str = ""
    brings: str = ""
    wishes: str = ""
    phone: str = ""
    others_may_join: bool = False


@dataclass(frozen=True, slots=True)
class Booked:
    """What was promised; times in UTC."""

    booking_id: uuid.UUID
    meeting_id: uuid.UUID
    starts_at: datetime
    ends_at: datetime
    mode: Mode


class Span(Protocol):
    """Anything with a start and an end, such as a slot."""

    @property
    def starts_at(self) -> datetime:
        """The start, in UTC."""

    @property
    def ends_at(self) -> datetime:
        """The end, in UTC."""

    @property
    def pause_minutes(self) -> int:
        """The minutes after it in which nobody else comes."""

    @property
    def room_id(self) -> uuid.UUID | None:
        """The room; a meeting stays in one."""


def checked(wishes: Wishes) -> Wishes:
    """The wishes with their texts cleaned. Raises Invalid at the field that does not fit."""
    return replace(
        wishes,
        language=_at("language", wishes.language, LONGEST_LANGUAGE),
        needs=tuple(need for need in Need if need in wishes.needs),
        need_words=_at("need_words", wishes.need_words, LONGEST_WORDS),
        brings=_at("brings", wishes.brings, LONGEST_WORDS),
        wishes=_at("wishes", wishes.wishes, LONGEST_WISHES),
        phone=_at("phone", wishes.phone, LONGEST_PHONE),
    )


def once(key: str) -> str:
    """The key of one form, by which it is known when it is sent again. Raises Invalid."""
    clean = one_line(key, longest=LONGEST_KEY)
    if not clean:
        raise Invalid
    return clean


def words_at(field: str, text: str) -> str:
    """A reason or the words of an answer, cleaned. Raises Invalid at that field."""
    return _at(field, text, LONGEST_WORDS)


def _at(field: str, text: str, longest: int) -> str:
    clean = one_line if longest <= LONGEST_PHONE else many_lines
    try:
        return clean(text, longest=longest)
    except Invalid as refusal:
        raise Invalid(refusal.message, field=field, **refusal.values) from refusal


def minutes_needed(round_minutes: int, interpreter_minutes: int, *, interpreter: bool, children: int = 1) -> int:
    """How long the meeting is: everything takes longer through an interpreter."""
    return children * round_minutes + (interpreter_minutes if interpreter else 0)


def meeting_ends(first: Span, length: int) -> datetime:
    """The end of a meeting of so many minutes that begins with this slot; never before the slot's own end."""
    return max(first.ends_at, first.starts_at + minutes(length))


S = TypeVar("S", bound=Span)


def run_of(slots: Iterable[S], length: int) -> list[S]:
    """The slots in a row, from the first of these on, that a meeting of so many minutes takes; empty when they do not
    follow each other closely enough. The pause between two of them belongs to the meeting."""
    taken: list[S] = []
    for slot in slots:
        if taken and not _follows(slot, taken[-1]):
            return []
        taken.append(slot)
        if slot.ends_at >= meeting_ends(taken[0], length):
            return taken
    return []


def _follows(slot: Span, before: Span) -> bool:
    return slot.starts_at == before.ends_at + minutes(before.pause_minutes) and slot.room_id == before.room_id


def may_still_come(link: LinkFacts, today: date) -> bool:
    """Whether an invitation still holds: an adult needs no account to be met, but no order, pause, end of the link,
    leaving of the child or passing of rights may stand between them."""
    return link_is_open(replace(link, access=PortalAccess.VIEW), today)


def told_on_the_day_before(starts_at: datetime) -> datetime:
    """When an adult is reminded of a meeting: at nine in the morning of the day before."""
    return instant(starts_at.astimezone(LONDON).date() - timedelta(days=1), TOLD_AT)
