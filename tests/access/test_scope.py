"""Fences five and six: in whatever shape a query comes, it is filtered or refused; and nothing is written outside."""

import uuid
from datetime import date

import pytest
from sqlalchemy import delete, exists, func, insert, select, text, union_all, update
from sqlalchemy.orm import aliased

from portal.kernel import clock
from portal.kernel.db import Base
from portal.kernel.rows import AboutAPupil, IsAPupil
from portal.kernel.scope import NOTHING, PortalSession, Scope, ScopeError, protected_tables, system
from portal.migrations.metadata import METADATA
from portal.people.actor import Actor
from portal.people.models import ContactPoint, Person, Pupil, PupilContact
from portal.people.rules import Audience, Role
from portal.people.scopes import scope_of
from portal.profiles.models import PlanVersion, Target


def actor(ids, slug, audience=Audience.FAMILY, **more):
    return Actor(
        person_id=ids.person(slug),
        sitting_id=uuid.uuid4(),
        name=slug,
        audience=audience,
        language="en",
        trust_id=uuid.uuid4(),
        **more,
    )


@pytest.fixture
def session_of(app, ids):
    opened = []

    def open_session(slug, audience=Audience.FAMILY, **more):
        scope = scope_of(actor(ids, slug, audience, **more), clock.today())
        opened.append(PortalSession(app.extensions["writing_engine"], scope=scope))
        return opened[-1]

    yield open_session
    for session in opened:
        session.close()


SHAPES = {
    "entity": lambda p: select(Pupil),
    "columns": lambda p: select(Pupil.id),
    "where another": lambda p: select(Pupil.id).where(Pupil.id == p),
    "count": lambda p: select(func.count()).select_from(Pupil).where(Pupil.id == p).having(func.count() > 0),
    "alias": lambda p: select(aliased(Pupil).id),
    "join": lambda p: (
        select(Target.id).join(PlanVersion, PlanVersion.id == Target.version_id).where(Target.pupil_id == p)
    ),
    "exists": lambda p: select(Person.id).where(exists().where(Pupil.id == p).correlate(None)),
    "scalar subquery": lambda p: select(select(Pupil.forename).where(Pupil.id == p).scalar_subquery().label("x")),
    "union": lambda p: union_all(select(Pupil.id).where(Pupil.id == p), select(Target.id).where(Target.pupil_id == p)),
    "cte": lambda p: select(select(Pupil.id).where(Pupil.id == p).cte("c").c.id),
    "subquery": lambda p: select(select(Pupil.id).where(Pupil.id == p).subquery().c.id),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_query_stays_inside(session_of, ids, shape):
    foreign = ids.pupil("Zara")
    session = session_of("parent-other-school")
    try:
        rows = session.execute(SHAPES[shape](foreign)).all()
    except ScopeError:
        return
    found = {value.id if isinstance(value, Pupil) else value for row in rows for value in row}
    assert foreign not in found
    assert not (found - {None}) or shape in {"entity", "columns", "alias"}, found
    assert session.get(Pupil, foreign) is None


@pytest.mark.parametrize(
    "statement",
    [
        text("SELECT * FROM pupil"),
        select(Pupil.__table__),
        select(Pupil).from_statement(text("SELECT * FROM pupil")),
        select(Pupil).from_statement(select(Pupil.__table__)),
        update(Pupil).values(forename="x"),
        delete(Target),
        insert(PupilContact).values(relationship="PAM"),
        update(Pupil.__table__).values(forename="x"),
    ],
    ids=lambda s: type(s).__name__,
)
def test_what_cannot_be_filtered_is_refused(session_of, statement):
    with pytest.raises(ScopeError):
        session_of("parent").execute(statement)


def test_a_session_of_nobody_reads_no_protected_table(app):
    with PortalSession(app.extensions["engine"], scope=NOTHING) as session:
        assert session.execute(select(Person.id)).first()
        for table_class in (Pupil, PupilContact, ContactPoint, Target):
            with pytest.raises(ScopeError):
                session.execute(select(table_class.id))
        with pytest.raises(ScopeError):
            session.execute(select(Person.id).where(Person.id.in_(select(PupilContact.adult_id))))


def test_one_parent_never_reads_the_other_through_the_fence(session_of, ids):
    session = session_of("second-parent")
    assert set(session.scalars(select(PupilContact.adult_id))) == {ids.person("second-parent")}
    assert set(session.scalars(select(ContactPoint.adult_id))) <= {ids.person("second-parent")}


def test_a_scope_is_entered_once(app):
    with PortalSession(app.extensions["engine"], scope=system("test")) as session, pytest.raises(ScopeError):
        session.enter(Scope("another"))


def test_nothing_is_written_outside_the_scope(session_of, ids, app):
    zara, school = ids.pupil("Zara"), ids.school_of("Zara")
    for change in (
        lambda s: s.add(
            PlanVersion(school_id=school, pupil_id=zara, plan_id=uuid.uuid4(), number=9, written_at=clock.now())
        ),
        lambda s: s.add(
            Pupil(
                school_id=school,
                forename="A",
                surname="B",
                born_on=date(2018, 1, 1),
                nc_year="2",
                rights_pass_on=date(2034, 6, 30),
            )
        ),
    ):
        session = session_of("parent-other-school")
        change(session)
        with pytest.raises(ScopeError):
            session.flush()
        session.rollback()


def test_a_row_cannot_be_moved_to_another_child(session_of, ids, system_session):
    mine = system_session.scalars(
        select(PupilContact.pupil_id).where(PupilContact.adult_id == ids.person("parent-other-school"))
    ).first()
    system_session.rollback()
    session = session_of("parent-other-school")
    target = session.scalars(select(Target).where(Target.pupil_id == mine)).first()
    target.pupil_id = ids.pupil("Zara")
    with pytest.raises(ScopeError):
        session.flush()
    session.rollback()


@pytest.mark.parametrize("change", ["changed", "deleted", "moved", "taken"])
def test_a_row_in_hand_is_still_refused_when_the_child_is_outside(session_of, ids, change):
    """Even a row that came in some other way, as from a session of the portal's own, is not written by this one."""
    session = session_of("sendco-other-school", Audience.STAFF, school_id=ids.school_of("Sagal"), roles={Role.SENDCO})
    with PortalSession(session.get_bind(), scope=system("test")) as other:
        pupil = other.get_one(Pupil, ids.pupil("Zara"))
        target = other.scalars(select(Target).where(Target.pupil_id == pupil.id)).first()
        other.expunge_all()
    session.add_all([pupil, target])
    if change == "changed":
        pupil.known_as = "x"
    elif change == "moved":
        pupil.school_id = ids.school_of("Sagal")
    elif change == "taken":
        target.pupil_id = ids.pupil("Sagal")
    else:
        session.delete(target)
    with pytest.raises(ScopeError):
        session.flush()
    session.rollback()


def test_a_child_is_not_moved_into_a_school_outside_the_scope(session_of, ids):
    session = session_of("sendco-other-school", Audience.STAFF, school_id=ids.school_of("Sagal"), roles={Role.SENDCO})
    session.get_one(Pupil, ids.pupil("Sagal")).school_id = ids.school_of("Zara")
    with pytest.raises(ScopeError):
        session.flush()
    session.rollback()


def test_a_page_that_only_shows_cannot_write(app, ids):
    with PortalSession(app.extensions["engine"], scope=system("test"), read_only=True) as session:
        session.add(Person(trust_id=uuid.uuid4(), full_name="x"))
        with pytest.raises(ScopeError):
            session.flush()


def test_every_table_that_leads_to_a_pupil_is_protected():
    """A new table about pupils must carry AboutAPupil, or stand here with its reason."""
    open_on_purpose: set[str] = set()
    protected = {table.name for table in protected_tables()}
    reaching = {"pupil"}
    while True:
        more = {
            table.name
            for table in METADATA.tables.values()
            if any(key.column.table.name in reaching for key in table.foreign_keys) or "pupil_id" in table.columns
        }
        if more <= reaching:
            break
        reaching |= more
    assert reaching - protected - open_on_purpose == set()


def test_every_row_about_a_pupil_is_held_in_its_school_by_the_database():
    for mapper in Base.registry.mappers:
        if issubclass(mapper.class_, AboutAPupil) and not issubclass(mapper.class_, IsAPupil):
            keys = {tuple(key.column_keys) for key in mapper.local_table.foreign_key_constraints}
            assert ("school_id", "pupil_id") in keys, f"{mapper.class_.__name__} lost its composite key"


def test_the_suite_would_notice_a_missing_scope(app, ids):
    """With the filter taken out the foreign child is there to be found: so the tests above look at something real."""
    with PortalSession(app.extensions["engine"], scope=Scope("open by mistake", everything=True)) as session:
        assert session.get(Pupil, ids.pupil("Zara")) is not None


def test_whoever_was_read_about_is_not_asked_about_again(app, ids, session_of, counting):
    """A row that came through the filter is about a pupil within the scope; somebody else's never comes."""
    session = session_of("parent")
    others = select(PupilContact).where(PupilContact.pupil_id == ids.pupil("Idris"))
    assert session.scalars(others).all() == []
    session.scalars(select(PlanVersion).where(PlanVersion.pupil_id == ids.pupil("Zara"))).first()
    counting.statements.clear()
    assert session.reaches(ids.pupil("Zara"))
    assert len(counting) == 0
    assert not session.reaches(ids.pupil("Idris"))
    assert len(counting) == 1
