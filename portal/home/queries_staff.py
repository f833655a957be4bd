"""The front page of staff: a class at a glance for those who teach it, and only what needs attention for the others."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, or_, select

from portal.accounts.models import LetterCode
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import Pupil, PupilContact, School, SchoolClass, StaffRole
from portal.people.rules import OWN_CLASS, ContactState
from portal.people.rules_classes import class_order
from portal.profiles.models import Plan, PlanVersion, ProgressNote
from portal.profiles.models_register import RegisterWord, SenStatusPeriod
from portal.profiles.models_sharing import PlanComment, PlanSharing, is_shared
from portal.profiles.rules import SenProvision, VersionState

UNREAD_TOO_LONG = timedelta(days=7)
LETTER_TOO_LONG = timedelta(days=14)
ON_REGISTER = (SenProvision.SUPPORT, SenProvision.PLAN)


def _number(entity: Any, *where: Any) -> Any:
    return select(func.count()).select_from(entity).where(*where).scalar_subquery()


def on_register(pupil_id: Any) -> Any:
    """That the child has SEN support or an EHC plan today."""
    return (
        select(SenStatusPeriod.id)
        .where(
            SenStatusPeriod.pupil_id == pupil_id,
            SenStatusPeriod.ends_on.is_(None),
            SenStatusPeriod.provision.in_(ON_REGISTER),
        )
        .exists()
    )


def has_published_plan(pupil_id: Any) -> Any:
    """That families can read a plan of this child which has not been closed."""
    return (
        select(PlanVersion.id)
        .join(Plan, Plan.id == PlanVersion.plan_id)
        .where(
            PlanVersion.pupil_id == pupil_id,
            PlanVersion.state == VersionState.PUBLISHED,
            Plan.closed_on.is_(None),
        )
        .exists()
    )


_LAST_NOTE = (
    select(func.max(ProgressNote.at)).where(ProgressNote.pupil_id == Pupil.id).correlate(Pupil).scalar_subquery()
)
MY_CLASS = (
    select(
        Pupil.id,
        Pupil.forename,
        Pupil.surname,
        Pupil.known_as,
        SchoolClass.name.label("class_name"),
        _LAST_NOTE.label("last_note_at"),
        has_published_plan(Pupil.id).label("has_plan"),
    )
    .join(SchoolClass, SchoolClass.id == Pupil.class_id)
    .where(
        Pupil.left_on.is_(None),
        Pupil.class_id.in_(
            select(StaffRole.class_id).where(
                StaffRole.person_id == bindparam("me"),
                StaffRole.school_id == bindparam("school_id"),
                StaffRole.role.in_(sorted(OWN_CLASS)),
                StaffRole.starts_on <= bindparam("today"),
                or_(StaffRole.ends_on.is_(None), StaffRole.ends_on >= bindparam("today")),
            )
        ),
    )
)
_COMMENTS = select(PlanComment.id).where(PlanComment.sharing_id == PlanSharing.id).correlate(PlanSharing)


def _last_answered(column: Any) -> Any:
    """Of the shared draft to which somebody said something last."""
    return (
        select(column)
        .join(PlanComment, PlanComment.sharing_id == PlanSharing.id)
        .where(PlanSharing.ended_at.is_(None))
        .order_by(PlanComment.said_at.desc(), PlanComment.id)
        .limit(1)
        .scalar_subquery()
    )


ATTENTION = (
    select(
        _number(PlanVersion, PlanVersion.state == VersionState.DRAFT, ~is_shared(PlanVersion.id)).label("drafts"),
        _number(PlanSharing, PlanSharing.ended_at.is_(None), _COMMENTS.exists()).label("answered"),
        _last_answered(PlanSharing.pupil_id).label("answered_pupil"),
        _last_answered(PlanSharing.version_id).label("answered_draft"),
        _number(Pupil, Pupil.left_on.is_(None), on_register(Pupil.id), ~has_published_plan(Pupil.id)).label(
            "without_plan"
        ),
        _number(RegisterWord, RegisterWord.read_at.is_(None), RegisterWord.told_at < bindparam("told_before")).label(
            "unread"
        ),
        _number(PupilContact, PupilContact.state == ContactState.PROPOSED).label("proposed"),
        _number(
            LetterCode,
            LetterCode.used_at.is_(None),
            LetterCode.revoked_at.is_(None),
            LetterCode.made_at < bindparam("made_before"),
        ).label("letters"),
    )
    .select_from(School)
    .where(School.id == bindparam("school_id"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PupilRow:
    """One child of the reader's own class."""

    pupil_id: uuid.UUID
    name: str
    class_name: str
    last_note_at: datetime | None
    has_plan: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """How many of each thing wait for somebody; `answered_draft` is the shared draft that was answered last, of
    `answered_pupil`."""

    drafts: int
    answered: int
    answered_pupil: uuid.UUID | None
    answered_draft: uuid.UUID | None
    without_plan: int
    unread: int
    proposed: int
    letters: int


def my_class(session: PortalSession, *, viewer: Actor, today: date) -> list[PupilRow]:
    """The children of the classes the viewer teaches or helps today."""
    rows = session.execute(MY_CLASS, {"me": viewer.person_id, "school_id": viewer.school_id, "today": today})
    found = [
        PupilRow(
            pupil_id=row.id,
            name=f"{row.known_as or row.forename} {row.surname}".strip(),
            class_name=row.class_name,
            last_note_at=row.last_note_at,
            has_plan=row.has_plan,
        )
        for row in rows
    ]
    return sorted(found, key=lambda row: (class_order(row.class_name), row.name.casefold(), row.pupil_id))


def attention(session: PortalSession, *, viewer: Actor, now: datetime) -> Attention:
    """What waits in the viewer's school, in one statement."""
    asked = {
        "school_id": viewer.school_id,
        "told_before": now - UNREAD_TOO_LONG,
        "made_before": now - LETTER_TOO_LONG,
    }
    return Attention(**session.execute(ATTENTION, asked).one()._asdict())
