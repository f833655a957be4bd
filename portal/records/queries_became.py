"""What became of what I said: a family's own words and the child's, each with its ending, and what was agreed, with
what became of that. Nothing of a record that is still a draft."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, or_, select

from portal.contributions.models import Statement, StatementTranslation
from portal.contributions.rules_pupil import Tapped, tapped
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import Person, Pupil, PupilContact, School
from portal.people.rules import Audience, PortalAccess, Side
from portal.profiles.queries_texts import SchoolText, Wordings, wordings
from portal.records.models import Action, ActionStep, Ending, NotHappening, Record
from portal.records.queries_actions import CARRIED_ON, LINE, ActionLine, ActionRead, in_words, lines
from portal.records.queries_endings import INTO_THE_READERS, label
from portal.records.rules import ENDINGS
from portal.records.rules_actions import says_something
from portal.reviews.models import Review
from portal.reviews.rules import ReviewKind, Stage

HEAD = (
    select(
        *(Pupil.school_id, Pupil.forename, Pupil.known_as),
        *(School.name.label("school"), School.theme, School.sendco_word, PupilContact.access),
    )
    .join(School, School.id == Pupil.school_id)
    .outerjoin(PupilContact, and_(PupilContact.pupil_id == Pupil.id, PupilContact.adult_id == bindparam("me")))
    .where(Pupil.id == bindparam("pupil_id"))
)
SAID = (
    select(
        *(Statement.id, Statement.author_id, Statement.side, Statement.question, Statement.text, Statement.picks),
        *(Statement.language, Statement.sent_at, Statement.review_id, Review.kind, Review.held_at),
        *(Record.shared_at, StatementTranslation.text.label("translation"), StatementTranslation.translated_by),
        *(Ending.kind.label("ending"), Ending.words, Ending.action_id, Ending.id.label("ending_id")),
    )
    .join(Review, Review.id == Statement.review_id)
    .outerjoin(Record, and_(Record.review_id == Statement.review_id, Record.pupil_id == Statement.pupil_id))
    .outerjoin(Ending, and_(Ending.statement_id == Statement.id, Ending.pupil_id == Statement.pupil_id))
    .outerjoin(StatementTranslation, INTO_THE_READERS)
    .where(
        Statement.pupil_id == bindparam("pupil_id"),
        Statement.current,
        Statement.sent_at.is_not(None),
        or_(Statement.author_id == bindparam("me"), Statement.side == Side.PUPIL),
        Review.stage != Stage.CANCELLED,
    )
    .order_by(Statement.sent_at, Statement.id)
)
AGREED = (
    select(*LINE, Review.kind, Review.held_at, Record.shared_at, CARRIED_ON.label("went_on"))
    .join(Record, Record.review_id == Action.review_id)
    .join(Review, Review.id == Action.review_id)
    .outerjoin(Person, Person.id == Action.owner_id)
    .where(Action.pupil_id == bindparam("pupil_id"), Record.shared_at.is_not(None))
    .order_by(Action.position, Action.id)
)
# why an action stands as it does: an older reason does not explain a newer state that the reader was not told about
WHY = (
    select(ActionStep.action_id, ActionStep.words)
    .join(Action, and_(Action.id == ActionStep.action_id, Action.pupil_id == ActionStep.pupil_id))
    .where(
        ActionStep.pupil_id == bindparam("pupil_id"),
        ActionStep.noted_at == Action.state_at,
        ActionStep.state == Action.state,
    )
    .order_by(ActionStep.id)
)
NOT_HAPPENING = (
    select(
        *(NotHappening.action_id, NotHappening.words, NotHappening.said_at, NotHappening.answered_at),
        NotHappening.answer,
    )
    .where(NotHappening.pupil_id == bindparam("pupil_id"), NotHappening.adult_id == bindparam("me"))
    .order_by(NotHappening.said_at, NotHappening.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotHappeningLine:
    """What the reader said about an action, and school's answer, empty until there is one."""

    words: str
    said_at: datetime
    answered_at: datetime | None
    answer: SchoolText | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """An action and what became of it: `why` as it was changed or stopped. `can_be_told`: it is still to be done or is
    said to be done, and the reader has not said yet that it is not happening, or has had the answer."""

    action: ActionLine
    read: ActionRead
    why: SchoolText | None
    told: tuple[NotHappeningLine, ...]
    can_be_told: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Became:
    """Something the reader or the child said. `question` and `ending` are message ids, empty when there is none;
    `is_mine`: the reader said it; `translation` is in the reader's language, empty when there is none."""

    is_mine: bool
    question: str
    text: str
    picks: Mapping[str, str]
    language: str
    translation: str
    translated_by: str
    sent_at: datetime
    ending: str
    words: SchoolText | None
    action: ActionRead | None

    @property
    def taps(self) -> tuple[Tapped, ...]:
        """The pictures that were tapped, in order."""
        return tapped(self.picks)


@dataclass(frozen=True, slots=True, kw_only=True)
class BecameReview:
    """One review: what was said for it and what was agreed in it. `held_at` is when the meeting was; `shared_at` is
    None while school writes."""

    review_id: uuid.UUID
    kind: ReviewKind
    held_at: datetime | None
    shared_at: datetime | None
    said: tuple[Became, ...]
    agreed: tuple[Agreed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BecamePage:
    """Everything about one child for one adult, the latest review first. `has_original`: something that others said or
    wrote is not in the reader's language."""

    pupil_id: uuid.UUID
    school_id: uuid.UUID
    child: str
    school: str
    theme: str
    sendco_word: str
    has_original: bool
    reviews: tuple[BecameReview, ...]

    def agreed(self, action_id: uuid.UUID) -> Agreed:
        """One of the actions. Raises NotFound."""
        for review in self.reviews:
            for one in review.agreed:
                if one.action.action_id == action_id:
                    return one
        raise NotFound


def became_page(
    session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, language: str, today: date
) -> BecamePage:
    """The page of one adult about one child; 6 statements. Raises NotFound."""
    about = {"pupil_id": pupil_id, "me": viewer.person_id, "language": language}
    head = session.execute(HEAD, about).first()
    if head is None:
        raise NotFound
    said = [row for row in session.execute(SAID, about) if says_something(row.text, row.picks)]
    rows = session.execute(AGREED, {"pupil_id": pupil_id}).all()
    why = dict(session.execute(WHY, {"pupil_id": pupil_id}).all())
    words = wordings(session, pupil_id=pupil_id, language=language, written_in={"en"} | {row.language for row in rows})
    told = [_told(row, words) for row in session.execute(NOT_HAPPENING, about)]
    may_say = viewer.audience == Audience.PUPIL or head.access == PortalAccess.CONTRIBUTE
    agreed = {
        line.action_id: _agreed(line, row.went_on, why, told, may_say, words)
        for row, line in zip(rows, lines(rows, today), strict=True)
    }
    reviews = _reviews([*said, *rows], said, agreed, viewer, words)
    return BecamePage(
        pupil_id=pupil_id,
        school_id=head.school_id,
        child=head.known_as or head.forename,
        school=head.school,
        theme=head.theme,
        sendco_word=head.sendco_word,
        has_original=words.has_original or (language != "en" and any(map(_is_english, _of_others(reviews)))),
        reviews=reviews,
    )


def _reviews(
    rows: Iterable[Any], said: Iterable[Any], agreed: Mapping[uuid.UUID, Agreed], viewer: Actor, words: Wordings
) -> tuple[BecameReview, ...]:
    facts = {row.review_id: (row.kind, row.held_at, row.shared_at) for row in rows}
    found = [
        BecameReview(
            review_id=review_id,
            kind=kind,
            held_at=held_at,
            shared_at=shared_at,
            said=tuple(_became(row, agreed, viewer, words) for row in said if row.review_id == review_id),
            agreed=tuple(one for one in agreed.values() if one.action.review_id == review_id),
        )
        for review_id, (kind, held_at, shared_at) in facts.items()
    ]
    # what school is still writing comes first, then the latest
    waiting = sorted((one for one in found if one.shared_at is None), key=lambda one: str(one.review_id))
    shared = sorted(
        (one for one in found if one.shared_at), key=lambda one: (one.shared_at, str(one.review_id)), reverse=True
    )
    return (*waiting, *shared)


def _agreed(
    line: ActionLine,
    went_on: bool,
    why: Mapping[uuid.UUID, str],
    told: list[tuple[uuid.UUID, NotHappeningLine]],
    may_say: bool,
    words: Wordings,
) -> Agreed:
    mine = tuple(one for action_id, one in told if action_id == line.action_id)
    waits = any(one.answered_at is None for one in mine)
    return Agreed(
        action=line,
        read=in_words(line, words),
        why=words.text(why.get(line.action_id, ""), "en"),
        told=mine,
        can_be_told=may_say and line.can_be_disputed and not went_on and not waits,
    )


def _told(row: Any, words: Wordings) -> tuple[uuid.UUID, NotHappeningLine]:
    return row.action_id, NotHappeningLine(
        words=row.words,
        said_at=row.said_at,
        answered_at=row.answered_at,
        answer=words.text(row.answer or "", "en"),
    )


def _of_others(reviews: Iterable[BecameReview]) -> Iterable[Became]:
    return (one for review in reviews for one in review.said if not one.is_mine)


def _is_english(one: Became) -> bool:
    return bool(one.text) and one.language == "en" and not one.translation


def _became(row: Any, agreed: Mapping[uuid.UUID, Agreed], viewer: Actor, words: Wordings) -> Became:
    is_out = row.shared_at is not None and row.ending is not None
    action = agreed.get(row.action_id) if is_out else None
    return Became(
        is_mine=row.author_id == viewer.person_id,
        question=label(row.side, row.question),
        text=row.text,
        picks=row.picks,
        language=row.language,
        translation=row.translation or "",
        translated_by=row.translated_by or "",
        sent_at=row.sent_at,
        ending=ENDINGS[row.ending] if is_out else "",
        words=words.text(row.words, "en") if is_out else None,
        action=action.read if action else None,
    )
