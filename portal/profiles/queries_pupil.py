"""What pupils read about themselves: their own words, small steps, who helps. No codes, no contacts."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, select

from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.models import Person, Pupil, School, StaffRole
from portal.people.queries_who_helps import Helper, helper, helps, in_order
from portal.people.rules import Skin, skin_for
from portal.profiles.models import Plan, PlanVersion, Responsibility, Target
from portal.profiles.queries_texts import SchoolText, Wordings, wordings
from portal.profiles.rules import Party, TargetState, VersionState


def _me(which: ColumnElement[bool]) -> Any:
    """The pupil, the school, and this version of an open plan."""
    return (
        select(
            Pupil.forename,
            Pupil.known_as,
            Pupil.nc_year,
            School.name.label("school"),
            School.theme,
            School.sendco_word,
            PlanVersion.id.label("version_id"),
            PlanVersion.language,
            PlanVersion.people_like,
            PlanVersion.important_to_me,
            PlanVersion.how_to_support,
        )
        .select_from(Pupil)
        .join(School, School.id == Pupil.school_id)
        .outerjoin(Plan, and_(Plan.pupil_id == Pupil.id, Plan.closed_on.is_(None)))
        .outerjoin(PlanVersion, and_(PlanVersion.plan_id == Plan.id, PlanVersion.pupil_id == Pupil.id, which))
        .where(Pupil.id == bindparam("pupil_id"))
        .order_by(PlanVersion.id.is_(None), PlanVersion.published_at.desc().nulls_last(), Plan.id)
        .limit(1)
    )


ME = _me(PlanVersion.state == VersionState.PUBLISHED)
ME_LATER = _me(PlanVersion.id == bindparam("version_id"))
TARGETS = (
    select(
        Target.thread,
        Target.pupil_words,
        Target.goal,
        Target.title,
        Target.picture,
        Target.steps_done,
        Target.steps_total,
        Target.review_on,
        Target.state,
    )
    .where(Target.pupil_id == bindparam("pupil_id"), Target.version_id == bindparam("version_id"))
    .order_by(Target.position, Target.id)
)
MY_PART = (
    select(Responsibility.text)
    .where(
        Responsibility.pupil_id == bindparam("pupil_id"),
        Responsibility.version_id == bindparam("version_id"),
        Responsibility.party == Party.PUPIL,
    )
    .order_by(Responsibility.position)
)
WHO = (
    select(StaffRole.role, Person.known_as, Person.full_name)
    .join(Person, Person.id == StaffRole.person_id)
    .join(Pupil, helps(Pupil.school_id, Pupil.class_id))
    .where(Pupil.id == bindparam("pupil_id"))
    .order_by(Person.full_name, StaffRole.id)
)


@dataclass(frozen=True, slots=True)
class MyTarget:
    """What a pupil is learning: in their own words if staff wrote some, else the goal."""

    thread: uuid.UUID
    text: SchoolText
    picture: str
    steps_done: int
    steps_total: int
    is_reached: bool
    review_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MyPage:
    """A pupil's own page."""

    pupil_id: uuid.UUID
    name: str
    skin: Skin
    school_name: str
    theme: str
    people_like: SchoolText | None
    important_to_me: SchoolText | None
    how_to_support: SchoolText | None
    targets: tuple[MyTarget, ...]
    my_part: tuple[SchoolText, ...]
    helpers: tuple[Helper, ...]
    has_original: bool

    @property
    def is_empty(self) -> bool:
        """Nothing has been shared with the pupil yet."""
        return not (self.people_like or self.important_to_me or self.how_to_support or self.targets)


def my_page(
    session: PortalSession,
    *,
    pupil_id: uuid.UUID | None,
    language: str,
    today: date,
    version_id: uuid.UUID | None = None,
) -> MyPage:
    """The pupil's page from the published plan, or from the version a SENDCO wants to see first. Raises NotFound."""
    chosen = ME_LATER if version_id else ME
    row = session.execute(chosen, {"pupil_id": pupil_id, "version_id": version_id}).first() if pupil_id else None
    if row is None or pupil_id is None:
        raise NotFound
    asked = {"pupil_id": pupil_id, "version_id": row.version_id}
    targets = session.execute(TARGETS, asked).all() if row.version_id else []
    mine = session.scalars(MY_PART, asked).all() if row.version_id else []
    who = session.execute(WHO, {"pupil_id": pupil_id, "today": today})
    spoken = row.language or language
    words = wordings(session, pupil_id=pupil_id, language=language, written_in=[spoken])
    return MyPage(
        pupil_id=pupil_id,
        name=row.known_as or row.forename,
        skin=skin_for(row.nc_year),
        school_name=row.school,
        theme=row.theme,
        people_like=words.text(row.people_like or "", spoken),
        important_to_me=words.text(row.important_to_me or "", spoken),
        how_to_support=words.text(row.how_to_support or "", spoken),
        targets=tuple(_targets(targets, words, spoken)),
        my_part=words.texts(mine, spoken),
        helpers=in_order(helper(one.known_as or one.full_name, one.role, row.sendco_word) for one in who),
        has_original=words.has_original,
    )


def my_target(
    session: PortalSession, *, pupil_id: uuid.UUID | None, thread: uuid.UUID, language: str, today: date
) -> tuple[MyPage, MyTarget]:
    """The pupil's page and one of its targets. Raises NotFound for a target that is not on it."""
    page = my_page(session, pupil_id=pupil_id, language=language, today=today)
    for target in page.targets:
        if target.thread == thread:
            return page, target
    raise NotFound


def _targets(rows: Iterable[Any], words: Wordings, language: str) -> Iterable[MyTarget]:
    for row in rows:
        text = words.text(row.pupil_words or row.goal or row.title, language)
        if text and row.state != TargetState.STOPPED:
            yield MyTarget(
                row.thread,
                text,
                row.picture,
                row.steps_done,
                row.steps_total,
                row.state == TargetState.ACHIEVED,
                row.review_on,
            )
