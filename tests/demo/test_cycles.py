"""What was said, written down and done in the demo: whole cycles that the rules of the portal would allow."""

import re
from collections import Counter, defaultdict

from portal.contributions.models import Contribution, Disclosure, Statement, StatementTranslation, WantedCall
from portal.contributions.rules import NOT_TOLD, How
from portal.demo.said import CYCLES
from portal.kernel.rows import ForReaders
from portal.people.rules import Readers, Side
from portal.records.models import (
    Action,
    ActionStep,
    CardLine,
    Ending,
    FamilyReply,
    NotHappening,
    Record,
    RecordEntry,
)
from portal.records.rules import ActionState, EndingKind, EntryKind, Heading, Reply
from portal.reviews.models import Review
from portal.reviews.rules import Stage

SCRIPTS = {"ur": "[\u0600-\u06ff]", "pa": "[\u0a00-\u0a7f]", "pl": "[a-zł]", "en": "[a-z]"}


def by_id(made, kind):
    return {row.id: row for row in made[kind]}


def reviews_of(made, key):
    return [row for row in made[Review] if made.keys[row.pupil_id] == key and row.held_at]


def test_every_shared_review_has_its_record_and_no_other_was_shared(made):
    records = {row.review_id: row for row in made[Record]}
    assert len(records) == len(made[Record])
    lines = Counter(row.record_id for row in made[RecordEntry])
    for review in made[Review]:
        record = records.get(review.id)
        assert (record.shared_at if record else None) == review.record_shared_at
        if record:
            assert lines[record.id] == record.lines >= 2
            assert record.started_at > review.held_at
    assert sum(record.shared_at is None for record in records.values()) == 1


def test_a_finished_review_has_an_ending_for_all_that_was_said(made):
    reviews, ended = by_id(made, Review), {row.statement_id: row for row in made[Ending]}
    assert len(ended) == len(made[Ending])
    for said in made[Statement]:
        answered = said.text or any(pick not in NOT_TOLD for pick in said.picks.values())
        if reviews[said.review_id].stage is Stage.CLOSED and said.side != Side.STAFF and answered:
            assert said.id in ended, made.keys[said.pupil_id]
    assert {row.kind for row in made[Ending]} == set(EndingKind)
    waiting = {
        said.review_id
        for said in made[Statement]
        if reviews[said.review_id].stage is Stage.RECORD_SHARED and said.side != Side.STAFF and said.id not in ended
    }
    assert waiting, "one review cannot be finished yet"


def test_what_is_made_of_words_has_no_wider_readers_than_they(made):
    circles = list(Readers)
    said = by_id(made, Statement)
    for row in (row for row in made.world.rows if isinstance(row, ForReaders)):
        assert (row.readers == Readers.ONE_ADULT) == (row.one_adult_id is not None)
        source = said.get(getattr(row, "statement_id", None))
        if source is not None:
            assert circles.index(Readers(row.readers)) <= circles.index(Readers(source.readers))
            assert row.author_id == source.author_id or isinstance(row, CardLine)
    drafts = {row.id for row in made[Record] if row.shared_at is None}
    assert all(row.readers == Readers.TEACHERS for row in made[RecordEntry] if row.record_id in drafts)


def test_there_is_something_of_everything(made):
    assert {row.how for row in made[Contribution]} == set(How)
    said = made[Statement]
    assert {row.language for row in said} == {"en", "ur", "pa", "pl"}
    assert {(row.side, row.readers) for row in said} >= {(Side.PUPIL, circle) for circle in Readers}
    assert {(row.side, row.readers) for row in said} >= {(Side.PARENT, Readers.TEACHERS), (Side.PARENT, Readers.FAMILY)}
    assert any(row.late for row in said)
    assert any(row.picks and row.side == Side.PUPIL for row in said)
    assert {row.language for row in made[StatementTranslation]} == {"en"}
    assert {row.state for row in made[Action]} == set(ActionState)
    assert any(row.due_on < made.day and row.state is ActionState.OPEN for row in made[Action])
    assert {row.kind for row in made[RecordEntry]} == set(EntryKind)
    assert {row.reply for row in made[FamilyReply]} == set(Reply)
    assert {bool(row.answered_at) for row in made[NotHappening]} == {True, False}
    assert all(row.words for row in made[ActionStep] if row.state in {ActionState.CHANGED, ActionState.STOPPED})
    assert len(made[WantedCall]) == 1


def test_zara_has_the_whole_cycle(made):
    (review,) = [row for row in reviews_of(made, "zara") if row.stage is Stage.CLOSED][-1:]
    (record,) = [row for row in made[Record] if row.review_id == review.id]
    assert {row.heading for row in made[RecordEntry] if row.record_id == record.id} == set(Heading)
    assert {row.side for row in made[Statement] if row.review_id == review.id} == set(Side)
    assert len([row for row in made[CardLine] if row.review_id == review.id]) == 3
    replies = {row.reply for row in made[FamilyReply] if row.record_id == record.id}
    assert replies == {Reply.CONFIRMED, Reply.DIFFERENTLY}


def test_the_times_follow_each_other(made):
    reviews, first = by_id(made, Review), defaultdict(list)
    for row in made[Statement]:
        review = reviews[row.review_id]
        if row.sent_at:
            first[row.review_id, row.side].append(row.sent_at)
            assert (review.invited_at or review.made_at) < row.sent_at <= made.end_of_day
            assert row.late == bool(review.held_at and row.sent_at > review.held_at)
    for name, side in (("family", Side.PARENT), ("pupil", Side.PUPIL), ("staff", Side.STAFF)):
        for review in reviews.values():
            sent = first.get((review.id, side))
            assert getattr(review, f"{name}_views_at") == (min(sent) if sent else None)
            assert not sent or side is Side.STAFF or review.views_in_at <= min(sent)
    for row in made[Ending]:
        assert reviews[row.review_id].held_at < row.ended_at
    for row in (*made[FamilyReply], *made[NotHappening], *made[Disclosure]):
        assert row.said_at <= made.end_of_day


def test_two_children_told_somebody_and_one_still_waits(made):
    leads = {school.id: school.safeguarding_lead_id for school in made.world.schools.values()}
    assert all(school.safeguarding_words for school in made.world.schools.values())
    assert {row.one_adult_id for row in made[Disclosure]} == set(leads.values())
    assert sorted(bool(row.done_at) for row in made[Disclosure]) == [False, True]
    assert all(bool(row.seen_at) == bool(row.done_words) for row in made[Disclosure])


def test_what_was_said_is_short_and_in_its_script(made):
    for row in made[Statement]:
        if row.text:
            assert re.search(SCRIPTS[row.language], row.text), row.text
    lines = [row for row in made[RecordEntry] if row.kind is not EntryKind.TAKEN_OVER]
    school = [*lines, *made[Action], *made[Ending]]
    for row in school:
        for text in re.split(r"(?<=[.?])\s+", getattr(row, "text", None) or getattr(row, "words", "")):
            assert len(text.split()) <= 16, text
            assert "!" not in text


def test_every_answer_of_the_files_came_into_the_demo(made):
    there = {row.text for row in made[Statement]}
    for key, words in CYCLES.items():
        voices = [*(words.get("said", ()) if reviews_of(made, key) else ()), *words.get("now", ())]
        told = {answer["text"] for voice in voices for answer in voice.get("answer", ()) if "text" in answer}
        assert told <= there, key
