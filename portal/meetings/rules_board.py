"""The season board: how far each child has come, what deserves a look, and what can be done for many at once."""

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.kernel.words import N_
from portal.reviews.rules import Stage

NEAR_CLOSING = timedelta(days=7)
RECORD_WITHIN = timedelta(days=14)  # about ten school days after the meeting (domain.md 8, notice catalogue)


class Look(enum.StrEnum):
    """Why somebody should look at a child; only these are lit."""

    NOBODY_TO_INVITE = "nobody_to_invite"
    NOT_INVITED = "not_invited"
    ADULT_ADDED = "adult_added"
    CALL_ME = "call_me"
    NO_TIME_SUITS = "no_time_suits"
    NOT_BOOKED = "not_booked"
    NO_ACCOUNT = "no_account"
    NOT_HELD = "not_held"
    NO_RECORD = "no_record"


LOOKS = {
    Look.NOBODY_TO_INVITE: N_("No adult to invite"),
    Look.NOT_INVITED: N_("Not invited yet"),
    Look.ADULT_ADDED: N_("An adult is not invited yet"),
    Look.CALL_ME: N_("Asks for a call"),
    Look.NO_TIME_SUITS: N_("No time suits"),
    Look.NOT_BOOKED: N_("No time chosen yet"),
    Look.NO_ACCOUNT: N_("An adult has no account"),
    Look.NOT_HELD: N_("Not written down as held"),
    Look.NO_RECORD: N_("No record shared yet"),
}


class Batch(enum.StrEnum):
    """What can be done for many children in one go."""

    REMIND = "remind"
    INVITE = "invite"
    HELD_ALONE = "held_alone"
    RECORD_GIVEN = "record_given"
    CANCEL = "cancel"


BATCHES = {
    Batch.REMIND: N_("Remind those who have not chosen a time"),
    Batch.INVITE: N_("Invite adults who are not invited yet"),
    Batch.HELD_ALONE: N_("Write down: held without the family"),
    Batch.RECORD_GIVEN: N_("Write down: the record was given"),
    Batch.CANCEL: N_("Cancel these reviews"),
}
WITH_REASON = frozenset({Batch.CANCEL, Batch.HELD_ALONE})
FITTING = {
    Batch.REMIND: frozenset({Stage.INVITED}),
    Batch.INVITE: frozenset({Stage.PLANNED, Stage.INVITED, Stage.BOOKED, Stage.NOT_ATTENDED}),
    Batch.HELD_ALONE: frozenset({Stage.INVITED, Stage.NOT_ATTENDED}),
    Batch.RECORD_GIVEN: frozenset({Stage.HELD}),
    Batch.CANCEL: frozenset({Stage.PLANNED, Stage.INVITED, Stage.BOOKED, Stage.NOT_ATTENDED}),
}
UNDER_WAY = frozenset({Stage.PLANNED, Stage.INVITED, Stage.BOOKED, Stage.NOT_ATTENDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known about one child's review, as far as it decides who should look."""

    stage: Stage
    is_open: bool
    closes_at: datetime
    round_ends_at: datetime
    invited: int
    added: int
    no_need: bool
    wants_call: bool
    no_time_suits: bool
    unbooked_without_account: bool
    meets_until: datetime | None
    held_at: datetime | None


def looks(facts: Facts, now: datetime) -> tuple[Look, ...]:
    """Why somebody should look, the most urgent first; nothing once it is held with its record, or cancelled."""
    if facts.stage == Stage.HELD:
        late = facts.held_at is not None and facts.held_at + RECORD_WITHIN < now
        return (Look.NO_RECORD,) if late else ()
    if facts.stage not in UNDER_WAY:
        return ()
    over = (facts.meets_until or facts.round_ends_at) < now
    found = {
        Look.CALL_ME: facts.wants_call,
        Look.NO_TIME_SUITS: facts.no_time_suits,
        Look.NOT_HELD: over and facts.stage != Stage.PLANNED,
        Look.NOBODY_TO_INVITE: not facts.invited and not facts.added,
        Look.NOT_INVITED: facts.is_open and not facts.invited and facts.added > 0,
        Look.ADULT_ADDED: facts.is_open and facts.invited > 0 and facts.added > 0,
        Look.NOT_BOOKED: (
            facts.stage == Stage.INVITED and not facts.no_need and not over and now > facts.closes_at - NEAR_CLOSING
        ),
        Look.NO_ACCOUNT: facts.unbooked_without_account and not over,
    }
    return tuple(look for look, is_so in found.items() if is_so)
