"""A pupil's own views: what is asked, who can be chosen as a reader, what was said so far."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, func, select

from portal.contributions.models import Contribution
from portal.contributions.queries_own import OwnAnswer, OwnViews, own_answers
from portal.contributions.rules import OPEN_FOR_WORDS, READER_NAMES, Question, is_wider
from portal.contributions.rules_pupil import questions_for
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import Person, Pupil, School, StaffRole
from portal.people.queries_who_helps import HELPING_ROLES, helps
from portal.people.rules import Readers, Skin, skin_for
from portal.reviews.models import Review, ReviewRound
from portal.reviews.rules import BEFORE_THE_MEETING, Stage

PICTURE_OF = {Readers.ONE_ADULT: "person", Readers.TEACHERS: "people", Readers.FAMILY: "family"}
_AHEAD = Review.stage.in_(sorted(BEFORE_THE_MEETING))


def _views(reviews: ColumnElement[bool], *where: ColumnElement[bool]) -> Any:
    """The pupil with one review: the next one ahead, else the newest that was held and still takes words."""
    planned_on = func.coalesce(ReviewRound.first_day, Review.due_on)
    return (
        select(
            *(Pupil.nc_year, School.name.label("school"), School.theme, School.sendco_word),
            *(Review.id.label("review_id"), Review.stage),
        )
        .select_from(Pupil)
        .join(School, School.id == Pupil.school_id)
        .outerjoin(Review, and_(Review.pupil_id == Pupil.id, reviews))
        .outerjoin(ReviewRound, ReviewRound.id == Review.round_id)
        .where(Pupil.id == bindparam("pupil_id"), *where)
        .order_by(
            case((Review.id.is_(None), 2), (_AHEAD, 0), else_=1),
            case((_AHEAD, planned_on)).nulls_last(),
            Review.held_at.desc().nulls_last(),
            Review.id,
        )
        .limit(1)
    )


NEXT = _views(Review.stage.in_(sorted(OPEN_FOR_WORDS)))
ONE = _views(Review.id == bindparam("review_id"), Review.stage.not_in([Stage.PLANNED, Stage.CANCELLED]))
ADULTS = (
    select(StaffRole.person_id, StaffRole.role, Person.known_as, Person.full_name)
    .join(Person, Person.id == StaffRole.person_id)
    .join(Pupil, helps(Pupil.school_id, Pupil.class_id))
    .where(Pupil.id == bindparam("pupil_id"))
    .order_by(Person.full_name, StaffRole.id)
)


# the review that asks a pupil now and to which nothing was sent yet, with whether anything was begun
WANTED = (
    select(Review.id, Contribution.id.is_not(None).label("is_begun"))
    .outerjoin(ReviewRound, ReviewRound.id == Review.round_id)
    .outerjoin(
        Contribution,
        and_(
            Contribution.review_id == Review.id,
            Contribution.author_id == bindparam("me"),
            Contribution.written_by == bindparam("me"),
        ),
    )
    .where(Review.pupil_id == bindparam("pupil_id"), _AHEAD, Review.stage != Stage.PLANNED)
    .where(Contribution.sent_at.is_(None))
    .order_by(func.coalesce(ReviewRound.first_day, Review.due_on).nulls_last(), Review.id)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class WantedViews:
    """A review for which the pupil has sent nothing yet. `is_begun`: something is kept already."""

    review_id: uuid.UUID
    is_begun: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderChoice:
    """One circle of readers. `value` stands in addresses and forms; `label` is a message id, `name` the one adult of
    the narrowest circle, empty for one who works with the child no longer."""

    value: str
    readers: Readers
    label: str
    picture: str
    adult_id: uuid.UUID | None = None
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MyViews:
    """The pages of a pupil's views. Without `review_id` nobody asks now; `choices` begin with the narrowest."""

    skin: Skin
    school_name: str
    theme: str
    sendco_word: str
    review_id: uuid.UUID | None
    can_write: bool
    questions: Mapping[str, Question] = field(default_factory=dict)
    choices: tuple[ReaderChoice, ...] = ()
    own: OwnViews = field(default_factory=OwnViews)

    def answer(self, question: str) -> OwnAnswer | None:
        """What was said to a question, if anything."""
        found = self.own.answers.get(question)
        return found if found is not None and found.says_something else None

    def choice(self, value: str) -> ReaderChoice | None:
        """The circle that an address names."""
        return next((choice for choice in self.choices if choice.value == value), None)

    def readers_of(self, question: str, wished: str = "") -> ReaderChoice:
        """Who reads an answer: as it is kept, else as wished, else the narrowest circle."""
        answer = self.answer(question)
        return self._reads(answer) if answer else self.choice(wished) or self.choices[0]

    def gives_more(self, answer: OwnAnswer, choice: ReaderChoice) -> bool:
        """Whether somebody would at once read what was sent who does not read it now."""
        if answer.sent_at is None or answer.question in self.own.taken_back:
            return False
        is_other_adult = choice.readers == answer.readers and choice.adult_id != answer.one_adult_id
        return is_other_adult or is_wider(choice.readers, answer.readers)

    def reads_still(self, question: str) -> ReaderChoice:
        """Who may read what was said before it was taken back, and what school made of it."""
        return self._reads(self.own.taken_back[question])

    def _reads(self, answer: OwnAnswer) -> ReaderChoice:
        return self.choice(str(answer.one_adult_id or answer.readers)) or _one_adult(answer.one_adult_id)

    @property
    def said(self) -> tuple[Question, ...]:
        """The questions with an answer."""
        return tuple(question for key, question in self.questions.items() if self.answer(key))

    @property
    def taken_back(self) -> tuple[Question, ...]:
        """The questions whose answer was sent and taken back."""
        return tuple(question for key, question in self.questions.items() if key in self.own.taken_back)


def wanted_views(session: PortalSession, *, viewer: Actor) -> WantedViews | None:
    """What the pupil's front page asks for; 1 statement."""
    row = session.execute(WANTED, {"pupil_id": viewer.pupil_id, "me": viewer.person_id}).first()
    return WantedViews(row.id, row.is_begun) if row else None


def next_views(session: PortalSession, *, viewer: Actor, today: date) -> MyViews:
    """The views of the pupil for the next review, or a page without one. Raises NotFound without a pupil."""
    return _page(session, session.execute(NEXT, {"pupil_id": viewer.pupil_id}).first(), viewer, today)


def my_views(session: PortalSession, *, viewer: Actor, review_id: uuid.UUID, today: date) -> MyViews:
    """The views of the pupil for one review. Raises NotFound for somebody else's."""
    asked = {"pupil_id": viewer.pupil_id, "review_id": review_id}
    return _page(session, session.execute(ONE, asked).first(), viewer, today)


def reader_choices(session: PortalSession, *, pupil_id: uuid.UUID | None, today: date) -> tuple[ReaderChoice, ...]:
    """Everybody a child can choose: each adult who sees them every day and the SENDCO, then the wider circles."""
    rows = session.execute(ADULTS, {"pupil_id": pupil_id, "today": today}).all()
    adults: dict[uuid.UUID, ReaderChoice] = {}
    for row in sorted(rows, key=lambda row: HELPING_ROLES.index(row.role)):
        adults.setdefault(row.person_id, _one_adult(row.person_id, row.known_as or row.full_name))
    circles = (
        ReaderChoice(value=readers.value, readers=readers, label=READER_NAMES[readers], picture=PICTURE_OF[readers])
        for readers in (Readers.TEACHERS, Readers.FAMILY)
    )
    return (*adults.values(), *circles)


def _one_adult(adult_id: uuid.UUID | None, name: str = "") -> ReaderChoice:
    one = Readers.ONE_ADULT
    facts = {"value": str(adult_id), "label": READER_NAMES[one], "picture": PICTURE_OF[one], "name": name}
    return ReaderChoice(readers=one, adult_id=adult_id, **facts)


def _page(session: PortalSession, row: Any, viewer: Actor, today: date) -> MyViews:
    if row is None:
        raise NotFound
    skin = skin_for(row.nc_year)
    letterhead = {"skin": skin, "school_name": row.school, "theme": row.theme, "sendco_word": row.sendco_word}
    if row.review_id is None:
        return MyViews(**letterhead, review_id=None, can_write=False)
    return MyViews(
        **letterhead,
        review_id=row.review_id,
        can_write=row.stage in OPEN_FOR_WORDS,
        questions=questions_for(skin, row.nc_year),
        choices=reader_choices(session, pupil_id=viewer.pupil_id, today=today),
        own=own_answers(session, review_id=row.review_id, author_id=viewer.person_id),
    )
