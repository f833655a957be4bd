"""Whoever said something names other readers: everything that school made of the words is narrowed with them, and of
what stands in a record nothing goes further by itself."""

import pytest
from sqlalchemy import select

from portal.contributions.actions_readers import set_readers
from portal.contributions.models import Statement, StatementTranslation
from portal.kernel import clock
from portal.kernel.db import Base
from portal.kernel.errors import NotFound
from portal.kernel.rows import ForReaders
from portal.kernel.scope import PortalSession, system
from portal.people.rules import Readers
from portal.records.models import Action, ActionStep, CardLine, Ending, RecordEntry
from tests.records.markers import Markers, all_of_zara
from tests.records.test_words_fence import actor_of, session_of

MADE = (StatementTranslation, RecordEntry, Action, ActionStep, Ending, CardLine)
GOES_ALONG = (StatementTranslation, Ending)  # the others stand in a record, which says itself when the family joins


@pytest.fixture
def marks(app, ids, system_session):
    made = Markers(system_session, ids)
    all_of_zara(made)
    system_session.commit()
    return made


def said(marks, name):
    """The last statement of Zara's with this name: the one of the review whose record is shared."""
    rows = [row for row in marks.rows[Statement] if marks.name[row.text] == f"zara:{name}"]
    return rows[-1].id


def name_readers(app, marks, letter, statement_id, readers, one_adult_id=None):
    with session_of(app, marks, letter, writes=True) as session:
        about = {"statement_id": statement_id, "readers": readers, "one_adult_id": one_adult_id}
        set_readers(session, actor=actor_of(marks, letter), now=clock.now(), **about)
        session.commit()


def readers_of(app, kind, statement_id):
    with PortalSession(app.extensions["engine"], scope=system("test")) as session:
        found = select(kind.readers, kind.one_adult_id).where(kind.statement_id == statement_id)
        return {tuple(row) for row in session.execute(found)}


def test_every_kind_that_is_made_of_words_is_tried():
    kinds = {mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, ForReaders)}
    assert {kind for kind in kinds if hasattr(kind, "statement_id")} == set(MADE)


@pytest.mark.parametrize("kind", MADE, ids=lambda kind: kind.__name__)
def test_it_follows_whoever_narrows(app, ids, marks, kind):
    statement_id = said(marks, "pupil-family")
    assert readers_of(app, kind, statement_id) == {("family", None)}
    name_readers(app, marks, "y", statement_id, Readers.TEACHERS)
    assert readers_of(app, kind, statement_id) == {("teachers", None)}
    name_readers(app, marks, "y", statement_id, Readers.ONE_ADULT, ids.person("sendco"))
    assert readers_of(app, kind, statement_id) == {("one_adult", ids.person("sendco"))}


@pytest.mark.parametrize("kind", MADE, ids=lambda kind: kind.__name__)
def test_what_stands_in_a_record_goes_no_further_when_words_do(app, marks, kind):
    statement_id = said(marks, "pupil-school")
    name_readers(app, marks, "y", statement_id, Readers.FAMILY)
    assert readers_of(app, kind, statement_id) == {("family" if kind in GOES_ALONG else "teachers", None)}
    assert readers_of(app, kind, said(marks, "parent-school")) <= {("teachers", None)}, "of others nothing changes"


@pytest.mark.parametrize("letter", ["P", "T", "C"])
def test_nobody_else_names_the_readers(app, marks, letter):
    statement_id = said(marks, "pupil-family")
    with pytest.raises(NotFound):
        name_readers(app, marks, letter, statement_id, Readers.TEACHERS)
    assert readers_of(app, Ending, statement_id) == {("family", None)}
