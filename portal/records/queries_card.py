"""The child's card, "you said, we will": what was agreed in short words, and how each thing the child said was
answered."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, select

from portal.contributions.models import Statement
from portal.contributions.rules_pupil import Tapped, tapped
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.models import Pupil, School
from portal.people.rules import Side, Skin, skin_for
from portal.profiles.queries_texts import SchoolText, Wordings, wordings
from portal.records.models import Action, CardLine, Ending, Record
from portal.records.rules import ENDINGS, EndingKind
from portal.reviews.models import Review

LATEST = (
    select(
        *(Pupil.id, Pupil.forename, Pupil.known_as, Pupil.nc_year, School.name.label("school"), School.theme),
        *(Record.review_id, Record.shared_at, Review.held_at),
    )
    .select_from(Pupil)
    .join(School, School.id == Pupil.school_id)
    .outerjoin(Record, and_(Record.pupil_id == Pupil.id, Record.shared_at.is_not(None)))
    .outerjoin(Review, and_(Review.id == Record.review_id, Review.pupil_id == Pupil.id))
    .where(Pupil.id == bindparam("pupil_id"))
    .order_by(Record.shared_at.desc().nulls_last(), Record.id)
    .limit(1)
)
OF_REVIEW = LATEST.where(Review.id == bindparam("review_id"))
CARD = (
    select(
        *(CardLine.said, CardLine.we_will, CardLine.picture, CardLine.language, CardLine.action_id),
        *(CardLine.statement_id, Statement.picks, Statement.language.label("said_in")),
    )
    .outerjoin(Statement, and_(Statement.id == CardLine.statement_id, Statement.pupil_id == CardLine.pupil_id))
    .where(CardLine.review_id == bindparam("review_id"), CardLine.pupil_id == bindparam("pupil_id"))
    .order_by(CardLine.position, CardLine.id)
)
# others read a line as long as they may read what it tells of: a parent may have narrowed the words it came from
CARD_FOR_OTHERS = CARD.join(Action, and_(Action.id == CardLine.action_id, Action.pupil_id == CardLine.pupil_id))
# how the child's own words ended; what became an action stands on the card with that action
ANSWERED = (
    select(
        *(Ending.action_id, Ending.kind, Ending.words, Statement.text, Statement.picks),
        Statement.language.label("said_in"),
    )
    .join(Statement, and_(Statement.id == Ending.statement_id, Statement.pupil_id == Ending.pupil_id))
    .where(
        Ending.review_id == bindparam("review_id"),
        Ending.pupil_id == bindparam("pupil_id"),
        Ending.side == Side.PUPIL,
        Statement.current,
    )
    .order_by(Statement.sent_at, Ending.id)
)
PICTURES = {
    EndingKind.OUTCOME: "target",
    EndingKind.ACTION: "star",
    EndingKind.ANSWERED: "speech",
    EndingKind.DIFFERENTLY: "people",
    EndingKind.NOTED: "heart",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What the child said: words, tapped pictures, or nothing."""

    text: str
    language: str
    taps: tuple[Tapped, ...]

    def __bool__(self) -> bool:
        return bool(self.text or self.taps)


@dataclass(frozen=True, slots=True)
class CardRow:
    """One line of the card. `ending` is a message id, said before the words or instead of them."""

    said: Said
    we_will: SchoolText | None
    ending: str
    picture: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The card of one review, or of none yet."""

    name: str
    skin: Skin
    school: str
    theme: str
    shared_at: datetime | None
    rows: tuple[CardRow, ...]
    has_original: bool


def my_card(session: PortalSession, *, pupil_id: uuid.UUID | None, language: str) -> Card:
    """The pupil's newest card; 4 statements. Raises NotFound without a pupil."""
    row = session.execute(LATEST, {"pupil_id": pupil_id}).first() if pupil_id else None
    return _card(session, row, CARD, language)


def card_page(session: PortalSession, *, pupil_id: uuid.UUID, review_id: uuid.UUID, language: str) -> Card:
    """The card of one review, as far as the reader may read it. Raises NotFound before its record is shared."""
    row = session.execute(OF_REVIEW, {"pupil_id": pupil_id, "review_id": review_id}).first()
    return _card(session, row, CARD_FOR_OTHERS, language)


def _card(session: PortalSession, row: Any, card: Any, language: str) -> Card:
    if row is None:
        raise NotFound
    asked = {"review_id": row.review_id, "pupil_id": row.id}
    agreed = session.execute(card, asked).all() if row.review_id else []
    ended = session.execute(ANSWERED, asked).all() if row.review_id else []
    written_in = {line.language for line in agreed} | ({"en"} if ended else set())
    words = wordings(session, pupil_id=row.id, language=language, written_in=written_in)
    told = {line.action_id for line in agreed}
    rows = [
        CardRow(_said(line.said, line), words.text(line.we_will, line.language), "", line.picture) for line in agreed
    ]
    rows += _answers([line for line in ended if line.action_id not in told], words)
    return Card(
        name=row.known_as or row.forename,
        skin=skin_for(row.nc_year),
        school=row.school,
        theme=row.theme,
        shared_at=row.shared_at,
        rows=tuple(rows),
        has_original=words.has_original,
    )


def _answers(ended: Iterable[Any], words: Wordings) -> Iterable[CardRow]:
    for line in ended:
        said = _said(line.text, line)
        yield CardRow(said, words.text(line.words, "en"), ENDINGS[line.kind], PICTURES[line.kind])


def _said(text: str, line: Any) -> Said:
    picks: Mapping[str, str] = line.picks or {}
    return Said(text, line.said_in or "", tapped(picks))
