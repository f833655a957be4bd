"""The child's card, "you said, we will": what was agreed in short words, and how each thing the child said was
answered."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import aliased

from portal.contributions.models import Statement
from portal.contributions.rules_pupil import Tapped, tapped
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.people.actor import Actor
from portal.people.models import Pupil, School
from portal.people.rules import Side, Skin, skin_for
from portal.profiles.queries_texts import SchoolText, Wordings, wordings
from portal.profiles.rules import Party
from portal.records.models import Action, CardLine, Ending, Record
from portal.records.models_standing import ActionStanding
from portal.records.rules import ENDINGS, ActionState, EndingKind
from portal.reviews.models import Review

Agreed = aliased(ActionStanding, name="agreed")
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
# What was agreed, with the line that was written for the card when the record was shared. Whoever shared it could write
# no line about what one other adult agreed with the child alone: the child reads it from the action, which is made of
# the child's own words.
CARD = (
    select(
        *(Agreed.id.label("action_id"), Agreed.party, Agreed.state, CardLine.id.label("line_id"), CardLine.said),
        *(CardLine.we_will, CardLine.picture, CardLine.language, Action.id.label("readable"), Action.text),
        *(Action.pupil_words, Action.picture.label("its_picture"), Action.language.label("its_language")),
        *(Statement.id.label("own"), Statement.text.label("own_words"), Statement.picks),
        Statement.language.label("said_in"),
    )
    .select_from(Agreed)
    .outerjoin(CardLine, and_(CardLine.action_id == Agreed.id, CardLine.pupil_id == Agreed.pupil_id))
    .outerjoin(Action, and_(Action.id == Agreed.id, Action.pupil_id == Agreed.pupil_id))
    .outerjoin(
        Statement,
        and_(
            Statement.id == func.coalesce(CardLine.statement_id, Action.statement_id),
            Statement.pupil_id == Agreed.pupil_id,
            Statement.side == Side.PUPIL,
        ),
    )
    .where(Agreed.review_id == bindparam("review_id"), Agreed.pupil_id == bindparam("pupil_id"))
    .order_by(Agreed.position, Agreed.id)
)
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
# what was agreed and is over by now
OVER = {ActionState.KEPT: N_("Done"), ActionState.STOPPED: N_("We stopped this. You can ask why.")}
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
    """One line of the card. `heading` and `ending` are message ids; an ending is said before the words or instead of
    them."""

    said: Said
    heading: str
    words: SchoolText | None
    ending: str
    picture: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The card of one review, or of none yet; `held_at` is when its meeting was."""

    name: str
    skin: Skin
    school: str
    theme: str
    held_at: datetime | None
    rows: tuple[CardRow, ...]
    has_original: bool


def my_card(session: PortalSession, *, pupil_id: uuid.UUID | None, language: str) -> Card:
    """The pupil's newest card; 4 statements. Raises NotFound without a pupil."""
    row = session.execute(LATEST, {"pupil_id": pupil_id}).first() if pupil_id else None
    return _card(session, row, language, is_own=True)


def card_page(
    session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, review_id: uuid.UUID, language: str
) -> Card:
    """The card of one review, as far as the viewer may read it; of a young person's own everything. Raises NotFound
    before its record is shared."""
    row = session.execute(OF_REVIEW, {"pupil_id": pupil_id, "review_id": review_id}).first()
    return _card(session, row, language, is_own=viewer.pupil_id == pupil_id)


def _card(session: PortalSession, row: Any, language: str, *, is_own: bool) -> Card:
    if row is None:
        raise NotFound
    asked = {"review_id": row.review_id, "pupil_id": row.id}
    agreed = [line for line in session.execute(CARD, asked) if _stands_there(line, is_own)] if row.review_id else []
    ended = session.execute(ANSWERED, asked).all() if row.review_id else []
    written_in = {line.language or line.its_language for line in agreed} | ({"en"} if ended else set())
    words = wordings(session, pupil_id=row.id, language=language, written_in=written_in)
    told = {line.action_id for line in agreed}
    rows = [*_agreed(agreed, words), *_answers([line for line in ended if line.action_id not in told], words)]
    return Card(
        name=row.known_as or row.forename,
        skin=skin_for(row.nc_year),
        school=row.school,
        theme=row.theme,
        held_at=row.held_at,
        rows=tuple(rows),
        has_original=words.has_original,
    )


def _stands_there(line: Any, is_own: bool) -> bool:
    """A line that was written for the child is the child's; others read it as long as they may read what it tells of:
    a parent may have narrowed the words that it came from."""
    if line.line_id is not None:
        return is_own or line.readable is not None
    return line.readable is not None and line.own is not None


def _agreed(agreed: Iterable[Any], words: Wordings) -> Iterable[CardRow]:
    for line in agreed:
        heading = OVER.get(line.state) or (N_("I will") if line.party == Party.PUPIL else N_("We will"))
        if line.line_id is not None:
            said, will = _said(line.said, line), words.text(line.we_will, line.language)
        else:
            said, will = _said(line.own_words, line), words.text(line.pupil_words or line.text, line.its_language)
        yield CardRow(said, heading, will, "", line.picture or line.its_picture)


def _answers(ended: Iterable[Any], words: Wordings) -> Iterable[CardRow]:
    for line in ended:
        said, answer = _said(line.text, line), words.text(line.words, "en")
        yield CardRow(said, N_("School says"), answer, ENDINGS[line.kind], PICTURES[line.kind])


def _said(text: str, line: Any) -> Said:
    picks: Mapping[str, str] = line.picks or {}
    return Said(text, line.said_in or "", tapped(picks))
