"""The record as those read it who write it: what they may read of what was said, line by line, and what the family
will see."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, select

from portal.contributions.models import Statement
from portal.contributions.queries_pack import SaidLine, Voice, voices
from portal.contributions.rules_pupil import Tapped, tapped
from portal.contributions.rules_staff import WRITTEN
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import Person
from portal.people.rules import Side
from portal.profiles.queries_texts import Wordings
from portal.records.models import Action, FamilyReply
from portal.records.queries_actions import ActionLine, actions_of, last_actions
from portal.records.queries_endings import EndingLine, OpenStatement, endings_of, label, open_statements
from portal.records.queries_going_out import GoingOut, going_out
from portal.records.queries_lines import (
    Head,
    Line,
    Section,
    head_of,
    line_of,
    line_rows,
    rating_of,
    sections,
    target_titles,
)
from portal.records.rules import EntryKind, Heading, Reply, heading_of
from portal.records.rules_actions import card_words
from portal.records.rules_record import WRITERS, goes_to_family

REPLIES = (
    select(
        *(FamilyReply.reply, FamilyReply.words, FamilyReply.language, FamilyReply.said_at),
        *(Person.full_name, Person.known_as),
    )
    .join(Person, Person.id == FamilyReply.adult_id)
    .where(FamilyReply.record_id == bindparam("record_id"), FamilyReply.pupil_id == bindparam("pupil_id"))
    .order_by(FamilyReply.said_at, FamilyReply.id)
)
WANTED = (
    select(Action.id, Statement.readers, Statement.side)
    .join(Statement, and_(Statement.id == Action.statement_id, Statement.pupil_id == Action.pupil_id))
    .where(Action.review_id == bindparam("review_id"), Action.pupil_id == bindparam("pupil_id"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """Something that was said and is not in the record yet. `asked` and `rating` are message ids, `target` the title
    of the target it is about; `translation` is in the reader's language."""

    statement_id: uuid.UUID
    side: Side
    name: str
    asked: str
    target: str
    rating: str
    text: str
    language: str
    taps: tuple[Tapped, ...]
    translation: str
    translated_by: str
    late: bool


@dataclass(frozen=True, slots=True)
class Replied:
    """What one adult said to the shared record; only staff and that adult read it."""

    name: str
    reply: Reply
    words: str
    language: str
    said_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """The record of one review for those who write it. `offered` is what was said, by heading, and is not in the
    record yet."""

    head: Head
    sections: tuple[Section, ...]
    offered: dict[Heading, tuple[Offered, ...]]
    actions: list[ActionLine]
    last_actions: list[ActionLine]
    open_statements: list[OpenStatement]
    replies: tuple[Replied, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SharePage:
    """The record as it will go out: what the family will read, what stays with those who read it now, and the words of
    the child's card. `going_out` is left out for whoever may not know the child's adults."""

    head: Head
    sections: tuple[Section, ...]
    actions: tuple[ActionLine, ...]
    endings: list[EndingLine]
    card: tuple[str, ...]
    kept_lines: tuple[Line, ...]
    kept_actions: tuple[ActionLine, ...]
    open_statements: list[OpenStatement]
    going_out: GoingOut | None

    @property
    def mark(self) -> str:
        """One short mark of all that goes out and to whom: another word, reader or ending, and it is another."""
        goes = (
            [(line.entry_id, line.version) for section in self.sections for line in section.lines],
            [(action.action_id, action.version) for action in self.actions],
            [(one.statement_id, one.kind.value, one.words, one.action_id) for one in self.endings],
            self.card,
            self.going_out.told.people if self.going_out else (),
        )
        return hashlib.sha256(repr(goes).encode()).hexdigest()[:32]


def record_page(session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, review_id: uuid.UUID) -> RecordPage:
    """Everything about one record; 9 statements. Raises NotFound."""
    head = head_of(session, reader_id=viewer.person_id, pupil_id=pupil_id, review_id=review_id)
    lines = lines_of(session, head, viewer)
    taken = {line.statement_id for line in lines}
    return RecordPage(
        head=head,
        sections=sections(lines),
        offered=_offered(session, head, viewer, taken),
        actions=actions_of(session, review_id=review_id),
        last_actions=last_actions(session, pupil_id=pupil_id, before_review_id=review_id),
        open_statements=open_statements(session, review_id=review_id, language=viewer.language),
        replies=_replies(session, head),
    )


def share_page(session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, review_id: uuid.UUID) -> SharePage:
    """What the family will read and what it will not; 12 statements. Raises NotFound, also without a record."""
    head = head_of(session, reader_id=viewer.person_id, pupil_id=pupil_id, review_id=review_id)
    if head.record_id is None:
        raise NotFound
    lines = lines_of(session, head, viewer)
    wanted = {row.id: row for row in session.execute(WANTED, {"review_id": review_id, "pupil_id": pupil_id})}
    actions = actions_of(session, review_id=review_id)
    out = [action for action in actions if _goes(action, wanted.get(action.action_id))]
    lines_out = [line for line in lines if line.for_the_family]
    return SharePage(
        head=head,
        sections=sections(lines_out),
        actions=tuple(out),
        endings=endings_of(session, review_id=review_id, language=viewer.language),
        card=tuple(filter(None, (_on_the_card(action, wanted.get(action.action_id)) for action in actions))),
        kept_lines=tuple(line for line in lines if not line.for_the_family),
        kept_actions=tuple(action for action in actions if action not in out),
        open_statements=open_statements(session, review_id=review_id, language=viewer.language),
        going_out=going_out(session, viewer=viewer, pupil_id=pupil_id, lines=lines_out, actions=out),
    )


def _goes(action: ActionLine, said: Any) -> bool:
    return goes_to_family(
        for_family=action.for_family,
        readers=action.readers,
        from_statement=action.statement_id is not None,
        statement_readers=said.readers if said else None,
    )


def _on_the_card(action: ActionLine, said: Any) -> str:
    from_child = said is not None and said.side == Side.PUPIL
    return card_words(pupil_words=action.pupil_words, text=action.text, state=action.state, from_child=from_child)


def one_line(
    session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, review_id: uuid.UUID, entry_id: uuid.UUID
) -> tuple[Head, Line]:
    """One line of the writer's own side, to be changed. Raises NotFound, also for what was taken over."""
    head = head_of(session, reader_id=viewer.person_id, pupil_id=pupil_id, review_id=review_id)
    found = next((line for line in lines_of(session, head, viewer) if line.entry_id == entry_id), None)
    if found is None or found.kind == EntryKind.TAKEN_OVER:
        raise NotFound
    return head, found


def lines_of(session: PortalSession, head: Head, viewer: Actor) -> list[Line]:
    """The lines in the words in which they were written, with the translation of what was said beside them."""
    as_written = Wordings(viewer.language, {})
    rows = line_rows(session, head, language=viewer.language)
    return [line_of(row, as_written, head, reader_id=viewer.person_id) for row in rows]


def _offered(
    session: PortalSession, head: Head, viewer: Actor, taken: set[uuid.UUID | None]
) -> dict[Heading, tuple[Offered, ...]]:
    """What was said and is not taken over yet, under the heading where it belongs; of a shared record, and for those
    who only read it, nothing."""
    if head.is_shared or not viewer.has(*WRITERS):
        return {}
    said = voices(session, review_id=head.review_id, language=viewer.language)
    left = [(voice, line) for voice in said for line in voice.statements if line.statement_id not in taken]
    titles = target_titles(session, pupil_id=head.pupil_id, questions=[line.question for _voice, line in left])
    found: dict[Heading, list[Offered]] = {heading: [] for heading in Heading}
    for voice, line in left:
        found[heading_of(line.question)].append(_one_offer(voice, line, titles.get(line.question, "")))
    return {heading: tuple(lines) for heading, lines in found.items()}


def _one_offer(voice: Voice, line: SaidLine, target: str) -> Offered:
    return Offered(
        statement_id=line.statement_id,
        side=voice.side,
        name=voice.name,
        asked=label(voice.side, line.question) or WRITTEN.get(line.question, ""),
        target=target,
        rating=rating_of(line.picks),
        text=line.text,
        language=line.language,
        taps=tapped(line.picks),
        translation=line.translation,
        translated_by=line.translated_by,
        late=line.late,
    )


def _replies(session: PortalSession, head: Head) -> tuple[Replied, ...]:
    if not head.is_shared:
        return ()
    rows = session.execute(REPLIES, {"record_id": head.record_id, "pupil_id": head.pupil_id})
    return tuple(
        Replied(row.known_as or row.full_name, row.reply, row.words, row.language, row.said_at) for row in rows
    )
