"""What is new since the last look: pure comparisons."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from portal.profiles.rules_since import TargetFacts, VersionFacts, compare, is_news

THEN = datetime(2026, 10, 13, 9, 0, tzinfo=UTC)
A, B, C = (uuid.UUID(int=number) for number in (1, 2, 3))


def version(number, *, parts=None, **targets):
    threads = {"a": A, "b": B, "c": C}
    told = {threads[name]: TargetFacts(title, facts) for name, (title, facts) in targets.items()}
    return VersionFacts(number, parts or {"people_like": "Kind."}, told)


def test_the_same_version_without_notes_is_nothing_new():
    same = version(2, a=("Read", ("now", "goal")))
    changes = compare(same, same, since=THEN)
    assert not changes
    assert (changes.new, changes.changed, changes.ended, changes.note_count) == (frozenset(), frozenset(), (), 0)


def test_targets_are_told_apart_by_their_threads():
    before = version(1, a=("Read", "ten words"), b=("Write", "a line"))
    after = version(2, a=("Read", "twenty words"), c=("Speak", "up"))
    changes = compare(before, after, since=THEN)
    assert changes.new_version
    assert not changes.first_plan
    assert changes.changed == {A}
    assert changes.new == {C}
    assert [(ended.thread, ended.title) for ended in changes.ended] == [(B, "Write")]


def test_a_new_title_alone_is_a_change_and_the_same_words_are_none():
    before = version(1, a=("Read", "x"), b=("Write", "y"))
    after = version(2, a=("Read aloud", "x"), b=("Write", "y"))
    assert compare(before, after, since=THEN).changed == {A}


def test_parts_of_the_profile_with_other_words_are_named():
    before = version(1, parts={"people_like": "Kind.", "important_to_me": "Cats.", "how_to_support": ""})
    after = version(2, parts={"people_like": "Kind.", "important_to_me": "Dogs.", "how_to_support": "Slowly."})
    assert compare(before, after, since=THEN).parts == {"important_to_me", "how_to_support"}


def test_the_first_plan_is_news_as_a_whole():
    changes = compare(VersionFacts(0), version(1, a=("Read", "x")), since=THEN)
    assert changes.first_plan
    assert not changes.new
    assert not changes.parts


def test_a_later_version_is_never_called_the_first_plan():
    changes = compare(VersionFacts(0), version(3, a=("Read", "x")), since=THEN)
    assert changes.new_version
    assert not changes.first_plan


@pytest.mark.parametrize(
    ("number", "published", "seen", "since", "is_new"),
    [
        (3, THEN, 3, THEN, False),
        (3, THEN, 2, THEN, True),
        (3, THEN - timedelta(days=1), 0, THEN, False),
        (1, THEN + timedelta(days=1), 0, THEN, True),
        (1, THEN + timedelta(days=1), None, None, False),
        (0, None, 0, THEN, False),
    ],
)
def test_who_saw_no_version_is_told_of_what_came_later(number, published, seen, since, is_new):
    assert is_news(number, published, seen=seen, since=since) is is_new


def test_notes_count_from_the_look_on_and_only_about_targets_that_stand_there():
    same = version(1, a=("Read", "x"), b=("Write", "y"))
    minute = timedelta(minutes=1)
    notes = [
        (A, THEN - minute),
        (A, THEN),
        (A, THEN + minute),
        (A, THEN + 2 * minute),
        (B, THEN + minute),
        (C, THEN + minute),
    ]
    changes = compare(same, same, since=THEN, notes=notes)
    assert changes
    assert dict(changes.notes) == {A: 2, B: 1}
    assert changes.note_count == 3
