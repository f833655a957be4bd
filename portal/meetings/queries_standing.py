"""One statement that says everything about one adult and one review; each page of the family begins with it."""

import uuid
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, exists, select
from sqlalchemy.orm import aliased

from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.meetings.models import Booking, Invitation, JoinOffer, Meeting, Room, Slot
from portal.meetings.queries_held import HELD_FOR_IT
from portal.meetings.rules import Answer, Attendance, Mode
from portal.meetings.rules_family import HIDDEN, Standing, Step, may_choose, step_of
from portal.people.actor import Actor
from portal.people.models import ContactPoint, Person, Pupil, PupilContact, School
from portal.people.queries_who_helps import SchoolContact
from portal.people.rules import Audience, ContactKind, PortalAccess
from portal.reviews.models import Review, ReviewRound
from portal.reviews.rules import Ask, ReviewKind, Stage

Me = aliased(Person, name="me")
SetRoom = aliased(Room, name="set_room")
MY_NUMBER = (
    select(ContactPoint.value)
    .where(ContactPoint.adult_id == bindparam("me"), ContactPoint.kind == ContactKind.MOBILE)
    .order_by(ContactPoint.wanted.desc(), ContactPoint.id)
    .limit(1)
    .scalar_subquery()
)
MY_OFFER = exists().where(
    JoinOffer.review_id == Review.id,
    JoinOffer.pupil_id == Review.pupil_id,
    JoinOffer.offered_by == bindparam("me"),
    JoinOffer.withdrawn_at.is_(None),
)
STANDING = (
    select(
        *(Review.id, Review.school_id, Review.kind, Review.stage, Review.lead_id, Review.ask, Review.ask_words),
        *(Review.meets_at, Review.meets_minutes, Review.held_at, Review.cancel_reason),
        *(Pupil.forename, Pupil.known_as.label("child_known_as")),
        *(School.name.label("school"), School.phone.label("school_phone"), School.email, School.theme),
        *(School.address, School.sendco_word),
        *(Person.known_as.label("lead_known_as"), Person.full_name.label("lead_name")),
        *(ReviewRound.id.label("round_id"), ReviewRound.state, ReviewRound.words, ReviewRound.minutes),
        *(ReviewRound.interpreter_minutes, ReviewRound.booking_opens_at, ReviewRound.booking_closes_at),
        *(Invitation.id.label("invitation_id"), Invitation.answer, Invitation.answer_words, Invitation.dealt_with_at),
        Invitation.attendance,
        *(Booking.id.label("booking_id"), Booking.version.label("booking_version"), Booking.language),
        *(Booking.interpreter, Booking.needs, Booking.need_words, Booking.brings, Booking.wishes, Booking.phone),
        *(Meeting.id.label("meeting_id"), Meeting.starts_at, Meeting.ends_at, Meeting.mode, Meeting.join_link),
        *(Room.name.label("room"), Room.step_free),
        *(Slot.modes, Slot.join_link.label("set_link"), SetRoom.name.label("set_room")),
        SetRoom.step_free.label("set_step_free"),
        *(Me.spoken_language, Me.interpreter_needed, PupilContact.access),
        MY_NUMBER.label("my_number"),
        MY_OFFER.label("my_offer"),
    )
    .select_from(Review)
    .join(Pupil, Pupil.id == Review.pupil_id)
    .join(School, School.id == Review.school_id)
    .join(Person, Person.id == Review.lead_id)
    .join(Me, Me.id == bindparam("me"))
    .outerjoin(ReviewRound, ReviewRound.id == Review.round_id)
    .outerjoin(PupilContact, and_(PupilContact.pupil_id == Review.pupil_id, PupilContact.adult_id == bindparam("me")))
    .outerjoin(Invitation, and_(Invitation.review_id == Review.id, Invitation.adult_id == bindparam("me")))
    .outerjoin(
        Booking,
        and_(
            Booking.review_id == Review.id,
            Booking.adult_id == bindparam("me"),
            Booking.cancelled_at.is_(None),
        ),
    )
    .outerjoin(Meeting, Meeting.id == Booking.meeting_id)
    .outerjoin(Room, Room.id == Meeting.room_id)
    .outerjoin(Slot, and_(Review.kind == ReviewKind.ANNUAL, HELD_FOR_IT))
    .outerjoin(SetRoom, SetRoom.id == Slot.room_id)
    .where(Review.pupil_id == bindparam("pupil_id"), Review.id == bindparam("review_id"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the adult said with the booking."""

    language: str = ""
    interpreter: bool = False
    needs: tuple[str, ...] = ()
    need_words: str = ""
    brings: str = ""
    wishes: str = ""
    phone: str = ""

    def as_fields(self) -> dict[str, object]:
        """The same by the names of a form's fields."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class MyTime:
    """The time this adult has, or the one that school set for everybody. `version` is the booking's, 0 without one."""

    starts_at: datetime
    ends_at: datetime
    mode: Mode
    room: str = ""
    step_free: bool = False
    join_link: str = ""
    told: Told | None = None
    version: int = 0
    meeting_id: uuid.UUID | None = None
    offered: bool = False

    @property
    def minutes(self) -> int:
        """How long it takes."""
        return int((self.ends_at - self.starts_at).total_seconds()) // 60


@dataclass(frozen=True, slots=True, kw_only=True)
class MyReview:
    """One review and one adult. `may_book` is the recorded decision, `may_choose` whether it can be done right now."""

    pupil_id: uuid.UUID
    review_id: uuid.UUID
    school_id: uuid.UUID
    child: str
    school: SchoolContact
    address: str
    theme: str
    sendco_word: str
    kind: ReviewKind
    stage: Stage
    lead_id: uuid.UUID
    lead: str
    ask: Ask
    ask_words: str
    why: str
    held_at: datetime | None
    cancel_reason: str
    round_id: uuid.UUID | None
    minutes: int
    interpreter_minutes: int
    closes_at: datetime | None
    opens_at: datetime | None
    step: Step
    may_book: bool
    may_choose: bool
    invited: bool
    answer: Answer
    answer_words: str
    dealt_with: bool
    attendance: Attendance
    time: MyTime | None
    defaults: Told

    @property
    def missed(self) -> bool:
        """Whether school wrote down that the family did not come."""
        return self.stage == Stage.NOT_ATTENDED

    def minutes_needed(self, interpreter: bool) -> int:
        """How long the meeting will be; an interpreter makes it longer."""
        return self.minutes + (self.interpreter_minutes if interpreter else 0)


def my_review(
    session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, review_id: uuid.UUID, now: datetime
) -> MyReview:
    """The review as it stands for the viewer. Raises NotFound outside the scope and before school has invited."""
    asked = {"me": viewer.person_id, "pupil_id": pupil_id, "review_id": review_id}
    row = session.execute(STANDING, asked).first()
    if row is None or row.stage in HIDDEN:
        raise NotFound
    time = _time(row)
    may_book = viewer.audience == Audience.PUPIL or row.access == PortalAccess.CONTRIBUTE
    standing = Standing(
        stage=row.stage,
        ends_at=time.ends_at if time else None,
        has_booking=row.booking_id is not None,
        invited=row.invitation_id is not None,
        may_book=may_book,
        answer=row.answer or Answer.NONE,
        round_state=row.state,
        opens_at=row.booking_opens_at,
        closes_at=row.booking_closes_at,
    )
    return MyReview(
        pupil_id=pupil_id,
        review_id=review_id,
        time=time,
        step=step_of(standing, now),
        may_book=may_book,
        may_choose=may_choose(standing, now),
        **_facts(row),
    )


def _facts(row: Any) -> dict[str, Any]:
    return {
        "school_id": row.school_id,
        "child": row.child_known_as or row.forename,
        "school": SchoolContact(row.school, row.school_phone, row.email),
        "address": row.address,
        "theme": row.theme,
        "sendco_word": row.sendco_word,
        "kind": row.kind,
        "stage": row.stage,
        "lead_id": row.lead_id,
        "lead": row.lead_known_as or row.lead_name,
        "ask": row.ask,
        "ask_words": row.ask_words,
        "why": row.words or "",
        "held_at": row.held_at,
        "cancel_reason": row.cancel_reason,
        "round_id": row.round_id,
        "minutes": row.minutes or row.meets_minutes,
        "interpreter_minutes": row.interpreter_minutes or 0,
        "opens_at": row.booking_opens_at,
        "closes_at": row.booking_closes_at,
        "invited": row.invitation_id is not None,
        "answer": row.answer or Answer.NONE,
        "answer_words": row.answer_words or "",
        "dealt_with": row.dealt_with_at is not None,
        "attendance": row.attendance or Attendance.UNKNOWN,
        "defaults": Told(language=row.spoken_language, interpreter=row.interpreter_needed, phone=row.my_number or ""),
    }


def _time(row: Any) -> MyTime | None:
    if row.booking_id is not None:
        return MyTime(
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            mode=row.mode,
            room=row.room or "",
            step_free=bool(row.step_free),
            join_link=row.join_link,
            version=row.booking_version,
            meeting_id=row.meeting_id,
            offered=row.my_offer,
            told=Told(
                language=row.language,
                interpreter=row.interpreter,
                needs=tuple(row.needs),
                need_words=row.need_words,
                brings=row.brings,
                wishes=row.wishes,
                phone=row.phone,
            ),
        )
    if row.round_id is None and row.meets_at is not None:
        ends_at = row.meets_at + timedelta(minutes=row.meets_minutes)
        return MyTime(
            starts_at=row.meets_at,
            ends_at=ends_at,
            mode=Mode(row.modes[0]) if row.modes else Mode.IN_PERSON,
            room=row.set_room or "",
            step_free=bool(row.set_step_free),
            join_link=row.set_link or "",
        )
    return None
