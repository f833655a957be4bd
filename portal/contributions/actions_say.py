"""Somebody says something for a review: drafts are kept as they are typed, sent versions stay as they were read."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NotRequired, TypedDict, Unpack

from portal.contributions.actions_desk import Desk, desk_of
from portal.contributions.actions_readers import set_readers, spread, widest
from portal.contributions.actions_rows import all_said, held_review, new_contribution, note, own_way
from portal.contributions.models import Contribution, Statement
from portal.contributions.rules import LONGEST_ANSWER, How, is_kept_back, is_late, is_wider, stamp
from portal.kernel.errors import NotAllowed, StaleVersion
from portal.kernel.scope import PortalSession
from portal.kernel.text import many_lines, one_line
from portal.people.actor import Actor
from portal.people.rules import Readers, Side

__all__ = ["Answer", "AnswersChanged", "keep", "keep_and_send", "send", "set_readers", "take_back"]
FIRST_VIEWS = {Side.PARENT: "family_views_at", Side.PUPIL: "pupil_views_at", Side.STAFF: "staff_views_at"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What somebody says to one question. `version` is the one that own_answers gave, 0 where it gave none. Without
    `readers` a parent's are those chosen for everything, anybody else's are the teachers."""

    text: str = ""
    picks: Mapping[str, str] = field(default_factory=dict)
    language: str = "en"
    readers: Readers | None = None
    one_adult_id: uuid.UUID | None = None
    version: int = 0


class AnswersChanged(StaleVersion):
    """Answers were changed elsewhere meanwhile; `kept` has the text that is kept now, by question."""

    def __init__(self, kept: Mapping[str, str]) -> None:
        super().__init__()
        self.kept = kept


class Saying(TypedDict):
    """What somebody says to which review and how. `author_id` is whose words they are, `helped_by` as a message id,
    empty for nobody, None for what stood there."""

    actor: Actor
    pupil_id: uuid.UUID
    review_id: uuid.UUID
    author_id: uuid.UUID
    side: Side
    how: How
    answers: Mapping[str, Answer]
    now: datetime
    helped_by: NotRequired[str | None]


def keep(session: PortalSession, **saying: Unpack[Saying]) -> dict[str, int]:
    """Keeps drafts, by question. What is not among them stays; what is as it was makes no new version. Returns the new
    versions of what was changed.

    Raises NotFound, OnlyReads, NotAllowed, Invalid, ReviewClosed, AnswersChanged.
    """
    desk, drafts = _kept(session, saying)
    desk.store(session)
    return {draft.question: stamp(draft.number, draft.version) for draft in drafts}


def send(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    review_id: uuid.UUID,
    author_id: uuid.UUID,
    now: datetime,
) -> int:
    """Sends every draft that the actor wrote for this author; how many there were. Sent twice, it is one.

    Raises NotFound, OnlyReads, ReviewClosed.
    """
    return _sent(session, desk_of(session, actor, pupil_id, review_id, author_id, now))


def keep_and_send(session: PortalSession, **saying: Unpack[Saying]) -> int:
    """Both in one, which costs less. Raises as `keep`."""
    desk, _drafts = _kept(session, saying)
    return _sent(session, desk)


def _kept(session: PortalSession, saying: Saying) -> tuple[Desk, list[Statement]]:
    """The desk with the drafts of what was changed on it."""
    actor, author_id, side, how = saying["actor"], saying["author_id"], saying["side"], saying["how"]
    helped_by, me = saying.get("helped_by"), actor.person_id
    if how == How.SELF and author_id != me:
        raise NotAllowed
    desk = desk_of(session, actor, saying["pupil_id"], saying["review_id"], author_id, saying["now"])
    own = own_way(desk.ways, written_by=me, how=how)
    rows = [row for row, its in desk.rows if its is own]
    readers = Readers(own.readers) if own and side == Side.PARENT else Readers.TEACHERS
    changed = _changed(saying["answers"], {row.question: row for row in rows}, readers)
    if own is None and (changed or helped_by):
        own = new_contribution(desk.review, written_by=me, author_id=author_id, side=side, how=how, now=desk.now)
        desk.ways.append(own)
    if own is None:
        return desk, []
    own.helped_by = (own.helped_by or "") if helped_by is None else one_line(helped_by)
    latest = {row.question: row for row in rows}
    drafts = [_draft(own, question, given, latest.get(question), desk.now) for question, given in changed.items()]
    for draft in drafts:
        _narrow(session, [row for row in rows if row.question == draft.question and row.sent_at], draft)
    desk.fresh = [draft for draft in drafts if draft not in rows]
    desk.rows += [(draft, own) for draft in desk.fresh]
    return desk, drafts


def _sent(session: PortalSession, desk: Desk) -> int:
    sent = []
    for draft, contribution in desk.drafts():
        versions = [row for row, _its in desk.rows if row.question == draft.question and row is not draft]
        _give_way(draft, versions)
        if draft.text or draft.picks:
            draft.sent_at, draft.late = desk.now, desk.late
            contribution.sent_at = contribution.sent_at or desk.now
            contribution.readers = widest(row for row, its in desk.rows if its is contribution)
            sent.append((draft, contribution))
        elif draft.number > 1:  # emptied after a version was sent, which has given way
            desk.drop(session, draft)
            _no_longer_for_the_family(session, [row for row in versions if row.contribution_id == contribution.id])
    desk.store(session)  # the index that lets one answer count would refuse two for a moment
    for draft, contribution in sent:
        draft.current = True
        if is_kept_back(draft.question, draft.text, draft.picks):
            session.add(_words_kept_back(contribution, draft, desk.now))
    session.flush()
    if sent:
        _tell(session, desk, [draft for draft, _its in sent])
    return len(sent)


def take_back(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    review_id: uuid.UUID,
    author_id: uuid.UUID,
    question: str,
    now: datetime,
    version: int | None = None,
) -> None:
    """The answer no longer counts: a draft is gone, a sent version is no longer shown. `version`: what the pupil saw of
    it. Raises as `send`, and AnswersChanged when something newer stands there."""
    review = held_review(session, actor=actor, pupil_id=pupil_id, review_id=review_id)
    is_late(review.stage, review.meets_at, now)
    said = [row for row, _its in all_said(session, review_id, author_id)[1] if row.question == question]
    mine = [row for row in said if row.written_by == actor.person_id]
    latest = mine[-1] if mine and _counts(mine[-1]) else None
    if latest is not None and version is not None and version != stamp(latest.number, latest.version):
        raise AnswersChanged({question: latest.text})
    found, sent = any(map(_counts, mine)), []
    for row in mine:
        if row.sent_at is None:
            session.delete(row)
        else:
            row.current = False
            sent.append(row)
    _no_longer_for_the_family(session, sent)
    if found:
        note(session, "took an answer back", review, actor=actor, subject_id=review.id, now=now, question=question)
    session.flush()


def _words_kept_back(contribution: Contribution, said: Statement, now: datetime) -> Statement:
    """Takes the words out of what is sent, and keeps them as the draft that follows it."""
    words = Answer(
        text=said.text,
        picks=said.picks,
        language=said.language,
        readers=Readers(said.readers),
        one_adult_id=said.one_adult_id,
    )
    said.text = ""
    return _draft(contribution, said.question, words, said, now)


def _counts(row: Statement | None) -> bool:
    return row is not None and (row.current or row.sent_at is None)


def _changed(answers: Mapping[str, Answer], latest: Mapping[str, Statement], readers: Readers) -> dict[str, Answer]:
    """What differs from what is kept. Raises Invalid, AnswersChanged when it was written over an older version."""
    changed, newer = {}, {}
    for question, given in answers.items():
        row = latest.get(question)
        text = many_lines(given.text, longest=LONGEST_ANSWER)
        answer = replace(given, text=text, picks=dict(given.picks), readers=given.readers or readers)
        if row is None or not _counts(row):
            same, version, kept = not (answer.text or answer.picks), 0, ""
        else:
            before = (row.text, dict(row.picks), row.readers, row.one_adult_id)
            same = before == (answer.text, answer.picks, answer.readers, answer.one_adult_id)
            version, kept = stamp(row.number, row.version), row.text
        if not same:
            changed[question] = answer
            if answer.version != version:
                newer[question] = kept
    if newer:
        raise AnswersChanged(newer)
    return changed


def _narrow(session: PortalSession, sent: list[Statement], draft: Statement) -> None:
    """Who was a reader and is none any more reads the older versions no longer either, and from this moment on."""
    wanted = (draft.readers, draft.one_adult_id)
    lost = [row for row in sent if not is_wider(Readers(draft.readers), Readers(row.readers))]
    if any((row.readers, row.one_adult_id) != wanted for row in lost):
        spread(session, [*sent, draft], Readers(draft.readers), draft.one_adult_id)


def _no_longer_for_the_family(session: PortalSession, taken_back: list[Statement]) -> None:
    """What school made of words that were taken back stays with school, also when a record is shared later."""
    spread(session, taken_back, Readers.TEACHERS, None)


def _draft(
    contribution: Contribution, question: str, answer: Answer, before: Statement | None, now: datetime
) -> Statement:
    """The draft of an answer: the one that is there, or a new version after a sent one."""
    if before is not None and before.sent_at is None:
        row, row.version = before, before.version + 1
    else:
        row = Statement(
            school_id=contribution.school_id,
            pupil_id=contribution.pupil_id,
            contribution_id=contribution.id,
            review_id=contribution.review_id,
            author_id=contribution.author_id,
            written_by=contribution.written_by,
            side=contribution.side,
            question=question,
            number=before.number + 1 if before else 1,
            current=before is None or not before.current,
            version=1,
        )
    row.text, row.picks, row.language = answer.text, dict(answer.picks), answer.language
    row.readers = answer.readers or Readers.TEACHERS
    row.one_adult_id, row.written_at = answer.one_adult_id, now
    return row


def _give_way(draft: Statement, others: list[Statement]) -> None:
    """The version that counted until now; and when people write themselves, what others typed for them earlier."""
    for row in others:
        written_by_themselves = draft.author_id == draft.written_by != row.written_by
        corrected = written_by_themselves and row.written_at <= draft.written_at and bool(draft.text or draft.picks)
        if row.sent_at is not None and (row.contribution_id == draft.contribution_id or corrected):
            row.current = False


def _tell(session: PortalSession, desk: Desk, sent: list[Statement]) -> None:
    side, review = Side(sent[0].side), desk.review
    when = FIRST_VIEWS[side]
    setattr(review, when, getattr(review, when) or desk.now)
    if side != Side.STAFF:
        review.views_in_at = review.views_in_at or desk.now
    facts = {"side": side.value, "answers": len(sent), "late": sent[0].late}
    note(session, "sent views for a review", review, actor=desk.actor, subject_id=review.id, now=desk.now, **facts)
    session.flush()
