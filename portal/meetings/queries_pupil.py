"""A pupil's own meeting: in which weeks it is and what the pupil said about it. Never when, nor with which adult: a
child with two homes must not carry that from one to the other."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, select

from portal.kernel.clock import LONDON
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.meetings.models import Participation
from portal.meetings.rules_pupil import (
    CHOICES,
    HELPED_CHOICES,
    MESSAGE_CHOICES,
    PART_CHOICES,
    Choice,
    Said,
    card_and_words,
)
from portal.people.models import Pupil, School
from portal.people.rules import Skin, skin_for
from portal.reviews.models import Review, ReviewRound
from portal.reviews.rules import BEFORE_THE_MEETING, Stage

TOLD_STAGES = frozenset(BEFORE_THE_MEETING - {Stage.PLANNED})  # before that the school is still making its mind up
SAID = (
    Participation.part,
    Participation.which_part,
    Participation.who_there,
    Participation.who_words,
    Participation.first_topic,
    Participation.first_words,
    Participation.message,
    Participation.helped_by,
    Participation.said_at,
)


def _meeting(reviews: ColumnElement[bool], *where: ColumnElement[bool]) -> Any:
    return (
        select(
            Pupil.nc_year,
            School.name.label("school"),
            School.theme,
            School.sendco_word,
            Review.id.label("review_id"),
            Review.stage,
            Review.meets_at,
            ReviewRound.first_day,
            ReviewRound.last_day,
            Participation.version,
            *SAID,
        )
        .select_from(Pupil)
        .join(School, School.id == Pupil.school_id)
        .outerjoin(Review, and_(Review.pupil_id == Pupil.id, reviews))
        .outerjoin(ReviewRound, ReviewRound.id == Review.round_id)
        .outerjoin(Participation, and_(Participation.review_id == Review.id, Participation.pupil_id == Pupil.id))
        .where(Pupil.id == bindparam("pupil_id"), *where)
        .order_by(Review.id.is_(None), func.coalesce(ReviewRound.first_day, Review.due_on).nulls_last(), Review.id)
        .limit(1)
    )


NEXT = _meeting(Review.stage.in_(sorted(TOLD_STAGES)))
ONE = _meeting(Review.id == bindparam("review_id"), Review.stage != Stage.PLANNED, Review.stage != Stage.CANCELLED)
SAID_ABOUT = select(Participation.attendance, *SAID).where(Participation.review_id == bindparam("review_id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class MyMeeting:
    """A pupil's page about their meeting. Without `review_id` none is planned; `version` 0: nothing is kept yet."""

    skin: Skin
    school_name: str
    theme: str
    sendco_word: str
    review_id: uuid.UUID | None
    weeks: tuple[date, date] | None
    can_change: bool
    said: Said
    says: "PupilSays | None"
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PupilSays:
    """What a pupil said, for those whom the page had named as its readers. Labels are message ids."""

    said_at: datetime
    part: Choice | None
    which_part: str
    who: tuple[Choice, ...]
    who_words: str
    first: Choice | None
    first_words: str
    message_card: Choice | None
    message: str
    helped_card: Choice | None
    helped_by: str


def next_meeting(session: PortalSession, *, pupil_id: uuid.UUID | None) -> MyMeeting:
    """The pupil's next meeting, or the page of a pupil without one. Raises NotFound without a pupil."""
    return _page(session.execute(NEXT, {"pupil_id": pupil_id}).first() if pupil_id else None)


def my_meeting(session: PortalSession, *, pupil_id: uuid.UUID | None, review_id: uuid.UUID) -> MyMeeting:
    """One meeting of the pupil, also one that was held. Raises NotFound for somebody else's."""
    return _page(session.execute(ONE, {"pupil_id": pupil_id, "review_id": review_id}).first() if pupil_id else None)


def pupil_says(session: PortalSession, review_id: uuid.UUID) -> PupilSays | None:
    """What the pupil said about a review, for the class teacher and the SENDCO: the pupil was told that these two read
    it, so no page shows it to anybody else. None when the pupil has said nothing."""
    row = session.execute(SAID_ABOUT, {"review_id": review_id}).first()
    return says(row) if row is not None and row.said_at is not None else None


def says(row: Any) -> PupilSays:
    """The same from a row with the columns of SAID."""
    said = said_of(row)
    helped_card, helped_by = card_and_words(said.helped_by, HELPED_CHOICES)
    message_card, message = card_and_words(said.message, MESSAGE_CHOICES)
    return PupilSays(
        said_at=row.said_at,
        part=_chosen(PART_CHOICES, said.part),
        which_part=said.which_part,
        who=tuple(choice for choice in CHOICES["who_there"] if choice.value in said.who_there),
        who_words=said.who_words,
        first=_chosen(CHOICES["first_topic"], said.first_topic),
        first_words=said.first_words,
        message_card=message_card,
        message=message,
        helped_card=helped_card,
        helped_by=helped_by,
    )


def said_of(row: Any) -> Said:
    """What was said, from a row with the columns of SAID or from a row of none."""
    if row.said_at is None:
        return Said()
    return Said(
        row.part,
        row.which_part,
        tuple(row.who_there),
        row.who_words,
        row.first_topic,
        row.first_words,
        row.message,
        row.helped_by,
    )


def _chosen(choices: tuple[Choice, ...], value: str | None) -> Choice | None:
    return next((choice for choice in choices if choice.value == value), None)


def _page(row: Any) -> MyMeeting:
    if row is None:
        raise NotFound
    return MyMeeting(
        skin=skin_for(row.nc_year),
        school_name=row.school,
        theme=row.theme,
        sendco_word=row.sendco_word,
        review_id=row.review_id,
        weeks=_weeks(row),
        can_change=row.stage in TOLD_STAGES,
        said=said_of(row),
        says=says(row) if row.said_at else None,
        version=row.version or 0,
    )


def _weeks(row: Any) -> tuple[date, date] | None:
    """The days between which the meeting is; of a single meeting the school week in which it is."""
    if row.first_day:
        return row.first_day, row.last_day
    if row.meets_at is None:
        return None
    day = row.meets_at.astimezone(LONDON).date()
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=4)
