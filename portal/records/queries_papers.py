"""The pack for one meeting: who comes, the plan's targets, what was agreed last time, and what everybody said that the
reader may read."""

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, bindparam, cast, literal, null, or_, select, type_coerce, union_all

from portal.contributions.queries_advice import AskedAdvice, advice_asked
from portal.contributions.queries_pack import Voice, voices
from portal.contributions.queries_staff import TARGETS
from portal.contributions.rules_staff import about_target
from portal.kernel.clock import LONDON
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.meetings.models import Guest, Meeting, Slot, TakenSlot
from portal.meetings.queries_attendance import ADULTS
from portal.meetings.queries_family import SPEAKS_FIRST
from portal.meetings.queries_held import HELD_FOR_IT
from portal.meetings.queries_standing import my_review
from portal.people.actor import Actor
from portal.people.models import Person, Pupil, School, StaffRole
from portal.people.rules import RELATIONSHIPS, ROLE_NAMES, Role
from portal.profiles.queries_texts import SchoolText, Wordings, wordings
from portal.profiles.rules import TargetState
from portal.records.queries_actions import ActionLine, last_actions
from portal.reviews.models import Review
from portal.reviews.rules import ReviewKind, Stage

HEAD = (
    select(
        *(Review.school_id, Review.kind, Review.stage, Review.lead_id, Review.meets_at),
        *(Pupil.forename, Pupil.known_as, School.name.label("school"), School.theme, School.sendco_word),
    )
    .join(Pupil, Pupil.id == Review.pupil_id)
    .join(School, School.id == Review.school_id)
    .where(Review.id == bindparam("review_id"), Review.pupil_id == bindparam("pupil_id"))
)

ROLE_WORD = type_coerce(StaffRole.role, String)


def _line(part: str, **columns: Any) -> list[Any]:
    given = {name: cast(null(), String) for name in ("name", "other", "third")} | columns
    return [column.label(name) for name, column in {"part": literal(part), **given}.items()]


_STAFF = (
    select(*_line("staff", name=Person.known_as, other=Person.full_name, third=ROLE_WORD, id=Person.id))
    .join(StaffRole, StaffRole.person_id == Person.id)
    .where(
        StaffRole.school_id == bindparam("school_id"),
        StaffRole.starts_on <= bindparam("today"),
        or_(StaffRole.ends_on.is_(None), StaffRole.ends_on >= bindparam("today")),
    )
)
# those who sit in at a time that a family took, or at the one that school set for everybody
_AT_THE_TIME = (
    select(*_line("with", name=cast(Slot.with_ids, String), id=Slot.id))
    .join(TakenSlot, TakenSlot.slot_id == Slot.id)
    .join(Meeting, Meeting.id == TakenSlot.meeting_id)
    .where(
        TakenSlot.released_at.is_(None),
        Meeting.school_id == bindparam("school_id"),
        Meeting.id == bindparam("meeting_id"),
    )
)
_AT_THE_SET_TIME = (
    select(*_line("with", name=cast(Slot.with_ids, String), id=Slot.id))
    .join(Review, HELD_FOR_IT)
    .where(Review.id == bindparam("review_id"), Review.pupil_id == bindparam("pupil_id"))
)
_GUESTS = select(*_line("guest", name=Guest.name, other=Guest.works_as, third=Guest.organisation, id=Guest.id)).where(
    Guest.pupil_id == bindparam("pupil_id"),
    Guest.review_id == bindparam("review_id"),
    or_(bindparam("all_guests"), Guest.adult_id.is_(None), Guest.adult_id == bindparam("me")),
)
# One statement for short lists: each statement costs more than the lists do.
AROUND = union_all(_STAFF, _AT_THE_TIME, _AT_THE_SET_TIME, _GUESTS).order_by("part", "other", "id", "third")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comes:
    """Somebody who is invited. `role_name` is a message id, `works_as` a guest's own words."""

    name: str
    role_name: str = ""
    works_as: str = ""
    organisation: str = ""
    starts_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TargetShown:
    """One target of the plan in the reader's words."""

    question: str
    title: SchoolText
    goal: SchoolText | None
    state: TargetState


@dataclass(frozen=True, slots=True)
class AgreedLast:
    """What was agreed before, in the reader's words."""

    action: ActionLine
    text: SchoolText


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """The pack of one review. `advice` is for staff alone; `review_id` and `pupil_id` are those of the address."""

    pupil_id: uuid.UUID
    review_id: uuid.UUID
    school_id: uuid.UUID
    child: str
    school: str
    theme: str
    kind: ReviewKind
    stage: Stage
    meets_at: datetime | None
    comers: tuple[Comes, ...]
    targets: tuple[TargetShown, ...]
    agreed: tuple[AgreedLast, ...]
    voices: tuple[Voice, ...]
    advice: tuple[AskedAdvice, ...]
    has_original: bool

    def title_of(self, question: str) -> SchoolText | None:
        """The target that a question is about, as long as the plan has it."""
        return next((target.title for target in self.targets if target.question == question), None)


def papers_for_staff(
    session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, review_id: uuid.UUID, language: str, now: datetime
) -> Papers:
    """Seven or eight statements. Raises NotFound outside the scope and for a review that nobody was invited to."""
    about: dict[str, Any] = {"pupil_id": pupil_id, "review_id": review_id}
    head = session.execute(HEAD, about).first()
    if head is None or head.stage in (Stage.PLANNED, Stage.CANCELLED):
        raise NotFound
    around = _around(session, viewer, about, head, None, now=now, all_guests=True)
    adults = [
        Comes(
            name=row.known_as or row.full_name,
            role_name=RELATIONSHIPS.get(row.relationship or "", ""),
            starts_at=row.starts_at,
        )
        for row in session.execute(ADULTS, about)
    ]
    facts = {
        "school_id": head.school_id,
        "child": head.known_as or head.forename,
        "school": head.school,
        "theme": head.theme,
        "kind": head.kind,
        "stage": head.stage,
        "meets_at": head.meets_at,
        "comers": (*around.staff, *adults, *around.guests),
        "advice": advice_asked(session, **about) if head.kind == ReviewKind.ANNUAL else (),
    }
    return _papers(session, about, facts, language, now)


def papers_for_family(
    session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, review_id: uuid.UUID, language: str, now: datetime
) -> Papers:
    """Five or six statements. Raises NotFound outside the scope and before school has invited; never names another
    adult of the child but by what that adult shared."""
    review = my_review(session, viewer=viewer, pupil_id=pupil_id, review_id=review_id, now=now)
    if review.stage == Stage.CANCELLED:
        raise NotFound
    about: dict[str, Any] = {"pupil_id": pupil_id, "review_id": review_id}
    meeting_id = review.time.meeting_id if review.time else None
    around = _around(session, viewer, about, review, meeting_id, now=now, all_guests=False)
    facts = {
        "school_id": review.school_id,
        "child": review.child,
        "school": review.school.name,
        "theme": review.theme,
        "kind": review.kind,
        "stage": review.stage,
        "meets_at": review.time.starts_at if review.time else None,
        "comers": (*around.staff, *around.guests),
        "advice": (),
    }
    return _papers(session, about, facts, language, now)


def _papers(
    session: PortalSession, about: dict[str, Any], facts: dict[str, Any], language: str, now: datetime
) -> Papers:
    goals = session.execute(TARGETS, {"pupil_id": about["pupil_id"]}).all()
    today = now.astimezone(LONDON).date()
    actions = last_actions(session, pupil_id=about["pupil_id"], before_review_id=about["review_id"], today=today)
    written_in = {row.language for row in goals} | {action.language for action in actions}
    words = wordings(session, pupil_id=about["pupil_id"], language=language, written_in=written_in)
    return Papers(
        **about,
        **facts,
        targets=tuple(
            TargetShown(about_target(row.thread), title, words.text(row.goal, row.language), row.state)
            for row in goals
            if (title := words.text(row.title, row.language))
        ),
        agreed=tuple(_agreed(actions, words)),
        voices=tuple(voices(session, review_id=about["review_id"], language=language)),
        has_original=words.has_original,
    )


def _agreed(actions: Iterable[ActionLine], words: Wordings) -> Iterable[AgreedLast]:
    return (AgreedLast(action, text) for action in actions if (text := words.text(action.text, action.language)))


@dataclass(frozen=True, slots=True)
class _Around:
    staff: tuple[Comes, ...]
    guests: tuple[Comes, ...]


def _around(
    session: PortalSession,
    viewer: Actor,
    about: dict[str, Any],
    review: Any,
    meeting_id: uuid.UUID | None,
    *,
    now: datetime,
    all_guests: bool,
) -> _Around:
    """Who comes from school, the one who leads first, and who is invited from elsewhere."""
    asked = {
        **about,
        "school_id": review.school_id,
        "meeting_id": meeting_id,
        "today": now.astimezone(LONDON).date(),
        "all_guests": all_guests,
        "me": viewer.person_id,
    }
    found: dict[str, list[Any]] = {"staff": [], "with": [], "guest": []}
    for row in session.execute(AROUND, asked):
        found[row.part].append(row)
    people = [review.lead_id, *(uuid.UUID(key) for row in found["with"] for key in json.loads(row.name or "[]"))]
    return _Around(
        tuple(_from_school(found["staff"], dict.fromkeys(people), review.sendco_word)),
        tuple(Comes(name=row.name, works_as=row.other, organisation=row.third) for row in found["guest"]),
    )


def _from_school(rows: Iterable[Any], people: Iterable[uuid.UUID], sendco_word: str) -> Iterable[Comes]:
    known: dict[uuid.UUID, tuple[str, list[Role]]] = {}
    for row in rows:
        known.setdefault(row.id, (row.name or row.other, []))[1].append(Role(row.third))
    for person_id in people:
        if person_id in known:
            name, roles = known[person_id]
            highest = min(roles, key=SPEAKS_FIRST.index)
            yield Comes(name=name, role_name=sendco_word if highest == Role.SENDCO else ROLE_NAMES[highest])
