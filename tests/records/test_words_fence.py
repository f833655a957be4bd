"""The fence round words, for every kind of row that has readers, as every persona, on both databases: a session reads
exactly what the table says, whatever a page asks for."""

import uuid

import pytest
from sqlalchemy import Text, func, select
from sqlalchemy.orm import aliased, load_only

from portal.contributions.models import Disclosure, Statement
from portal.contributions.models_standing import ContributionStanding
from portal.kernel import clock
from portal.kernel.db import Base
from portal.kernel.rows import AboutAPupil, ForReaders, PrivateToAdult
from portal.kernel.scope import PortalSession, ScopeError, system
from portal.migrations.metadata import METADATA
from portal.people.actor import Actor
from portal.people.models import Person
from portal.people.rules import Audience, Role
from portal.people.scopes import one_pupil, school_scope, scope_of
from portal.records.models import CardLine
from tests.records.markers import GRANDMOTHER, Markers, all_of_zara, others
from tests.records.test_visibility import MAY_READ, WHO, WORDS_STAND_IN

# a page shows no draft of a record and no telling to whoever said it; the session would
THE_SESSION_ALSO = {
    "zara:draft of parent-family": "P",
    "zara:draft of pupil-teacher": "y",
    "zara:told headteacher": "y",
    "zara:told class-teacher": "y",
}
ROLES = {
    "T": Role.CLASS_TEACHER,
    "A": Role.TEACHING_ASSISTANT,
    "U": Role.SUPPLY_TEACHER,
    "C": Role.SENDCO,
    "H": Role.HEADTEACHER,
    "F": Role.OFFICE,
    "X": Role.SENDCO,
}
CHILD_OF = {"y": "Zara", "o": "Idris", "Y": "Grace"}
WITH_READERS = sorted(
    (mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, ForReaders)), key=str
)
# classes that read such a table without its fence, with the only columns that they may have: none of them holds words
WITHOUT_WORDS = {
    "id", "school_id", "pupil_id", "review_id", "side", "current", "sent_at", "one_adult_id", "says_something",
    "statement_id", "action_id", "party", "position", "state", "carried_from",
    "said_at", "seen_at", "seen_by",
}  # fmt: skip
HOW_IT_CAME = {"author_id", "how", "started_at"}  # for the office alone: what one clerk typed in another leaves

# why a specialist is asked: whoever may read about the child reads it, and the office reads it out on the phone
KNOWN_TO_ALL_WHO_READ_THE_CHILD = {"referral", "consent", "sharing"}


@pytest.fixture
def marks(app, ids, system_session):
    made = Markers(system_session, ids)
    all_of_zara(made)
    others(made)
    system_session.commit()
    return made


def actor_of(marks, letter):
    session, ids = marks.session, marks.ids
    if letter == "G":
        person = session.scalars(select(Person.id).where(Person.full_name == GRANDMOTHER)).one()
    else:
        person = ids.person(WHO[letter])
    facts = {"audience": Audience.FAMILY}
    if letter in ROLES:
        school = ids.school_of("Sagal" if letter == "X" else "Zara")
        facts = {"audience": Audience.STAFF, "school_id": school, "roles": frozenset({ROLES[letter]})}
    if letter in CHILD_OF:
        child = ids.pupil(CHILD_OF[letter])
        facts = {"audience": Audience.PUPIL, "pupil_id": child, "holds_own_rights": letter == "Y"}
    if letter == "t":
        facts = {"audience": Audience.TRUST}
    session.rollback()
    return Actor(person_id=person, sitting_id=uuid.uuid4(), name=letter, language="en", trust_id=uuid.uuid4(), **facts)


def session_of(app, marks, letter, scope=None, *, writes=False):
    actor = actor_of(marks, letter)
    engine = app.extensions["writing_engine" if writes else "engine"]
    return PortalSession(engine, scope=scope or scope_of(actor, clock.today()))


def columns_of(kind):
    columns = kind.__table__.columns
    return [column for column in columns if isinstance(column.type, Text) or column.name == "parts"]


def read(session, marks, kind):
    """The names of the tokens of one kind of row that a session reads, by columns, by alias and as whole rows."""
    also = aliased(kind)
    names = [column.name for column in columns_of(kind)] or ["id"]
    by_column = session.execute(select(*(getattr(kind, name) for name in names))).all()
    by_alias = session.execute(select(*(getattr(also, name) for name in names))).all()
    whole = [tuple(getattr(row, name) for name in names) for row in session.scalars(select(kind))]
    assert sorted(map(repr, by_column)) == sorted(map(repr, by_alias)) == sorted(map(repr, whole))
    assert session.scalar(select(func.count()).select_from(kind)) == len(whole)
    return marks.found_in(repr(whole))


def names_of(marks, kind):
    rows = marks.rows.get(kind, ())
    return marks.found_in(" ".join(str(getattr(row, column.name)) for row in rows for column in columns_of(kind)))


@pytest.mark.parametrize("letter", [letter for letter in WHO if letter != "N"])
def test_a_session_reads_exactly_what_was_said_to_its_actor(app, marks, letter):
    seen = 0
    with session_of(app, marks, letter) as session:
        for kind in WITH_READERS:
            there = names_of(marks, kind)
            allowed = {name for name in there if letter in MAY_READ[name] + THE_SESSION_ALSO.get(name, "")}
            assert read(session, marks, kind) == allowed, kind.__name__
            seen += len(allowed)
    assert bool(seen) == (letter not in "BoUt")


@pytest.mark.parametrize("letter", "PSG")
def test_the_narrow_scope_of_one_childs_page_reads_no_more(app, marks, letter):
    scope = one_pupil(marks.ids.pupil("Zara"), actor_of(marks, letter).person_id)
    with session_of(app, marks, letter) as wide, session_of(app, marks, letter, scope) as narrow:
        for kind in WITH_READERS:
            assert read(narrow, marks, kind) == read(wide, marks, kind), kind.__name__


def test_work_that_is_done_later_for_a_school_reads_no_words(app, marks):
    with PortalSession(app.extensions["engine"], scope=school_scope(marks.ids.school_of("Zara"))) as session:
        assert [kind.__name__ for kind in WITH_READERS if read(session, marks, kind)] == []


@pytest.mark.parametrize("letter", "PSGBOyo")
def test_what_one_adult_answers_the_others_never_read(app, marks, letter):
    with session_of(app, marks, letter) as session:
        for kind in (kind for kind in marks.rows if issubclass(kind, PrivateToAdult)):
            there = names_of(marks, kind)
            assert read(session, marks, kind) == {name for name in there if letter in MAY_READ[name]}, kind.__name__


def test_every_kind_of_row_with_readers_is_tried(marks):
    without_words = {kind.__name__ for kind in WITH_READERS if not columns_of(kind)}
    assert without_words <= {"Contribution"}
    assert {kind.__name__ for kind in WITH_READERS if not names_of(marks, kind)} == without_words


def test_a_class_without_the_fence_has_no_words():
    fenced = {kind.__table__ for kind in WITH_READERS}
    for mapper in Base.registry.mappers:
        if mapper.local_table in fenced and not issubclass(mapper.class_, ForReaders):
            assert issubclass(mapper.class_, AboutAPupil)
            allowed = WITHOUT_WORDS | (HOW_IT_CAME if mapper.class_ is ContributionStanding else set())
            assert set(mapper.attrs.keys()) <= allowed, mapper.class_.__name__


def test_every_text_about_a_child_in_these_parts_is_known_here():
    """A new table of words is named in the tables above, or this fails."""
    parts = ("portal.contributions.", "portal.records.", "portal.concerns.")
    tables = {
        mapper.local_table.name
        for mapper in Base.registry.mappers
        if mapper.class_.__module__.startswith(parts) and columns_of(mapper.class_)
    }
    assert tables - KNOWN_TO_ALL_WHO_READ_THE_CHILD <= WORDS_STAND_IN
    assert set(METADATA.tables) >= WORDS_STAND_IN


@pytest.mark.parametrize("letter", "PSGy")
@pytest.mark.parametrize("kind", WITH_READERS, ids=lambda kind: kind.__name__)
def test_nobody_of_a_family_writes_in_another_name(app, marks, letter, kind):
    actor = actor_of(marks, letter)
    row = next((row for row in marks.rows[kind] if row.author_id != actor.person_id), None)
    if row is None:
        assert kind in {CardLine, Disclosure}, "only a child has these"
        return
    with session_of(app, marks, letter, writes=True) as session:
        with PortalSession(app.extensions["engine"], scope=system("test")) as other:
            row = other.get_one(kind, row.id)
            other.expunge(row)
        session.add(row)
        row.sent_at = clock.now()
        with pytest.raises(ScopeError, match="belongs to somebody else"):
            session.flush()


def test_a_row_that_was_read_without_its_author_is_still_not_ones_own(app, marks):
    with session_of(app, marks, "P", writes=True) as session:
        theirs = Statement.author_id == marks.ids.person("second-parent")
        row = session.scalars(select(Statement).where(theirs).options(load_only(Statement.text)).limit(1)).one()
        row.text = "mine"
        with pytest.raises(ScopeError, match="belongs to somebody else"):
            session.flush()
