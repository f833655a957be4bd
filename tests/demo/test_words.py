"""The words of the demo: short enough for families, simple enough for children, and translated wording by wording."""

import re
import tomllib
from collections import defaultdict

import pytest
from sqlalchemy import select

from portal.demo.world import HERE
from portal.people.models import Person, Pupil, PupilContact
from portal.profiles.models import Outcome, PlanVersion, ProgressNote, Responsibility, Target, TextTranslation
from portal.profiles.models_register import RegisterEvent
from portal.profiles.rules import VersionState, wording_key

WORDS = sorted((HERE / "words").glob("*.toml"))
LANGUAGES = sorted((HERE / "languages").glob("*.toml"))
PROFILE = ("people_like", "important_to_me", "how_to_support", "needs_in_plain_words")
TARGET = ("title", "now", "goal", "how_we_will_know", "who", "does_what", "how_often", "help_at_home", "pupil_words")
SCRIPTS = {"ur": "[\u0600-\u06ff]", "ar": "[\u0600-\u06ff]", "pa": "[\u0a00-\u0a7f]", "bn": "[\u0980-\u09ff]"}


def texts(value, path=""):
    """Every text of a TOML file with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from texts(inner, f"{path}.{key}")


def stem(path):
    return path.stem


@pytest.mark.parametrize("path", WORDS, ids=stem)
def test_no_sentence_is_longer_than_fifteen_words(path):
    for place, text in texts(tomllib.loads(path.read_text())):
        for sentence in re.split(r"(?<=[.?])\"?\s+|: ", text.strip()):
            assert len(sentence.split()) <= 15, f"{place}: {sentence}"


@pytest.mark.parametrize("path", WORDS, ids=stem)
def test_texts_are_warm_and_plain(path):
    for place, text in texts(tomllib.loads(path.read_text())):
        assert "!" not in text, place
        assert not re.search(r"\b(please note|utili[sz]e|suffers?|special needs|handicap|normal)\b", text, re.I), place


@pytest.mark.parametrize("path", WORDS, ids=stem)
def test_what_a_child_reads_is_short(path):
    said = [text for place, text in texts(tomllib.loads(path.read_text())) if place.endswith("pupil_words")]
    assert said
    for text in said:
        assert len(text.split()) <= 11, text
        assert max(len(word) for word in re.findall(r"[a-z]+", text)) <= 9, text


def family_texts(demo, pupil):
    """Every text that Zara's family can read today, by wording."""
    version = demo.scalars(
        select(PlanVersion).where(PlanVersion.pupil_id == pupil.id, PlanVersion.state == VersionState.PUBLISHED)
    ).one()
    found = [getattr(version, name) for name in PROFILE]
    for model in (Outcome, Responsibility):
        found += demo.scalars(select(model.text).where(model.version_id == version.id))
    for target in demo.scalars(select(Target).where(Target.version_id == version.id)):
        found += [getattr(target, name) for name in TARGET] + target.strategies
    found += demo.scalars(select(RegisterEvent.reason_for_family).where(RegisterEvent.pupil_id == pupil.id))
    found += demo.scalars(select(ProgressNote.text).where(ProgressNote.pupil_id == pupil.id, ProgressNote.for_family))
    return {wording_key(text): text for text in found}


@pytest.mark.parametrize("tag", ["ur", "pa"])
def test_zara_can_be_read_in_urdu_and_punjabi_but_for_one_text(demo, tag):
    zara = demo.scalars(select(Pupil).where(Pupil.known_as == "Zara")).one()
    there = set(
        demo.scalars(
            select(TextTranslation.wording).where(TextTranslation.pupil_id == zara.id, TextTranslation.language == tag)
        )
    )
    said = family_texts(demo, zara)
    assert there <= set(said), "a translation of a wording that nobody reads"
    assert [text for wording, text in said.items() if wording not in there] == [
        'Ask her to do two small things, such as "shoes on, then get your bag". Praise her when both are done.'
    ]


def test_every_translation_is_in_its_script_and_says_who_made_it(demo):
    rows = demo.scalars(select(TextTranslation)).all()
    for row in rows:
        assert row.translated_by
        assert "{" not in row.text
        assert re.search(SCRIPTS.get(row.language, "[a-z]"), row.text), row.text
    assert {row.language for row in rows} == {"ur", "pa", "bn", "pl", "ro", "ar", "so"}
    assert 0 < sum(not row.checked_by for row in rows) < len(rows), "some were checked, some not yet"


def test_each_translated_plan_is_of_the_one_child_it_was_written_for(demo):
    """They speak of one boy or one girl by name; a second child of the same kind would need words of its own."""
    reads = defaultdict(set)
    for pupil_id, language in demo.execute(
        select(PupilContact.pupil_id, Person.language).join(Person, Person.id == PupilContact.adult_id)
    ):
        reads[language].add(pupil_id)
    titles = defaultdict(set)
    for title, pupil_id in demo.execute(select(Target.title, Target.pupil_id)):
        titles[wording_key(title)].add(pupil_id)
    for row in demo.scalars(select(TextTranslation).where(TextTranslation.language.not_in(["ur", "pa"]))):
        if row.wording in titles:
            assert titles[row.wording] & reads[row.language] == {row.pupil_id}, row.text


@pytest.mark.parametrize("path", [path for path in LANGUAGES if "register" not in path.stem], ids=stem)
def test_every_line_of_a_language_file_is_used(demo, path):
    """A path that no plan has would be lost without a sound."""
    tag = path.stem.split(".")[1]
    used = set(demo.scalars(select(TextTranslation.text).where(TextTranslation.language == tag)))
    lines = tomllib.loads(path.read_text())["text"]
    patterns = {key: re.sub(r"\\{(name|friend)\\}", ".+", re.escape(line.strip())) for key, line in lines.items()}
    unused = {key for key, line in patterns.items() if not any(re.fullmatch(line, text) for text in used)}
    assert unused == set()
