"""A shared record as the family reads it: in its order, in the reader's language where somebody translated it, with
what became of each word and what the reader replied. Before it is shared there is nothing but its head."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.rules import Audience, PortalAccess, Readers
from portal.profiles.queries_texts import SchoolText, Wordings, wordings
from portal.records.models import FamilyReply
from portal.records.queries_actions import ActionRead, actions_of, in_words
from portal.records.queries_endings import EndingLine, endings_of
from portal.records.queries_lines import Head, Section, head_of, line_of, line_rows, sections
from portal.records.rules import Reply

MINE = (
    select(FamilyReply.reply, FamilyReply.words, FamilyReply.language, FamilyReply.said_at)
    .where(
        FamilyReply.record_id == bindparam("record_id"),
        FamilyReply.pupil_id == bindparam("pupil_id"),
        FamilyReply.adult_id == bindparam("me"),
    )
    .order_by(FamilyReply.said_at, FamilyReply.id)
)


@dataclass(frozen=True, slots=True)
class MyReply:
    """What the reader said to the record."""

    reply: Reply
    words: str
    language: str
    said_at: datetime


@dataclass(frozen=True, slots=True)
class Became:
    """What became of one statement: the school's words, and the action if it became one."""

    ending: EndingLine
    is_mine: bool
    words: SchoolText | None
    action: SchoolText | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedRecord:
    """A record that was shared, or a draft for those who write it."""

    head: Head
    sections: tuple[Section, ...]
    actions: tuple[ActionRead, ...]
    endings: tuple[Became, ...]
    wordings: Wordings
    replies: tuple[MyReply, ...] = ()
    may_reply: bool = False

    @property
    def has_original(self) -> bool:
        """Whether something that others said or wrote is not in the reader's language."""
        return self.wordings.has_original or any(
            one.ending.text and one.ending.language == "en" and not one.is_mine and not one.ending.translation
            for one in self.endings
            if self.wordings.language != "en"
        )


def record_head(session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, review_id: uuid.UUID) -> Head:
    """How the record of a review stands; 1 statement. Raises NotFound."""
    return head_of(session, reader_id=viewer.person_id, pupil_id=pupil_id, review_id=review_id)


def shared_record(session: PortalSession, *, viewer: Actor, head: Head, language: str) -> SharedRecord:
    """The record, for the family; 5 statements. Raises NotFound before it is shared."""
    if not head.is_shared:
        raise NotFound
    asked = {"record_id": head.record_id, "pupil_id": head.pupil_id, "me": viewer.person_id}
    replies = tuple(MyReply(row.reply, row.words, row.language, row.said_at) for row in session.execute(MINE, asked))
    may_reply = viewer.audience == Audience.PUPIL or head.access == PortalAccess.CONTRIBUTE
    return _whole(session, viewer, head, language, replies=replies, may_reply=may_reply)


def record_to_copy(
    session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, review_id: uuid.UUID, language: str
) -> SharedRecord:
    """The record as far as the viewer may read it, for a document; of a family only once it is shared. Raises
    NotFound."""
    head = record_head(session, viewer=viewer, pupil_id=pupil_id, review_id=review_id)
    if head.record_id is None or (viewer.audience != Audience.STAFF and not head.is_shared):
        raise NotFound
    return _whole(session, viewer, head, language)


def _whole(session: PortalSession, viewer: Actor, head: Head, language: str, **more: Any) -> SharedRecord:
    rows = line_rows(session, head, language=language)
    actions = actions_of(session, review_id=head.review_id)
    endings = endings_of(session, review_id=head.review_id, language=language)
    if viewer.audience != Audience.STAFF:
        # what school made of what somebody said to school alone is in their session too: the family was not given it
        actions = [action for action in actions if action.readers == Readers.FAMILY]
    written_in = {row.language for row in rows} | {action.language for action in actions} | {"en"}
    words = wordings(session, pupil_id=head.pupil_id, language=language, written_in=written_in)
    return SharedRecord(
        head=head,
        sections=sections(line_of(row, words, head, reader_id=viewer.person_id) for row in rows),
        actions=tuple(in_words(action, words) for action in actions),
        endings=tuple(_became(ending, words, viewer) for ending in endings),
        wordings=words,
        **more,
    )


def _became(ending: EndingLine, words: Wordings, viewer: Actor) -> Became:
    return Became(
        ending,
        ending.author_id == viewer.person_id,
        words.text(ending.words, "en"),
        words.text(ending.action, ending.action_language or "en"),
    )
