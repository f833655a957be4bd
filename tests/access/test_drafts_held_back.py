"""A draft of a plan is no family's business until school shows it: the session of a family or a pupil does not hold it,
in whatever shape of query, on both databases."""

import uuid

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from portal.kernel import clock
from portal.kernel.rows import HeldBack
from portal.kernel.scope import PortalSession, system
from portal.migrations.metadata import METADATA
from portal.people.actor import Actor
from portal.people.models import Pupil
from portal.people.rules import Audience, Role
from portal.people.scopes import one_pupil, scope_of
from portal.profiles.models import Outcome, PlanVersion, Responsibility, Target
from portal.profiles.models_sharing import PlanSharing

PIECES = (Outcome, Target, Responsibility)


@pytest.fixture
def draft(app, ids):
    """A draft of Zara's plan with one piece of each kind."""
    about = {"school_id": ids.school_of("Zara"), "pupil_id": ids.pupil("Zara")}
    with PortalSession(app.extensions["writing_engine"], scope=system("arranging a draft")) as session:
        out = session.scalars(
            select(PlanVersion).where(PlanVersion.pupil_id == ids.pupil("Zara"), PlanVersion.state == "published")
        ).one()
        version = PlanVersion(
            **about, id=uuid.uuid4(), plan_id=out.plan_id, number=out.number + 1, written_at=clock.now()
        )
        session.add(version)
        session.flush()
        piece = {**about, "version_id": version.id, "position": 1}
        outcome = Outcome(**piece, id=uuid.uuid4(), text="x")
        session.add(outcome)
        session.flush()
        session.add_all(
            [Target(**piece, outcome_id=outcome.id, title="x"), Responsibility(**piece, party="school", text="x")]
        )
        session.commit()
        return version.id


@pytest.fixture
def share(app, ids, draft):
    def shared(*, ended=False):
        about = {"school_id": ids.school_of("Zara"), "pupil_id": ids.pupil("Zara"), "shared_by": ids.person("sendco")}
        now = clock.now()
        with PortalSession(app.extensions["writing_engine"], scope=system("arranging a sharing")) as session:
            session.add(PlanSharing(**about, version_id=draft, shared_at=now, ended_at=now if ended else None))
            session.commit()

    return shared


def session_of(app, ids, slug, audience=Audience.FAMILY, *, narrowed=False, **more):
    actor = Actor(
        person_id=ids.person(slug), sitting_id=uuid.uuid4(), name=slug, audience=audience, language="en",
        trust_id=uuid.uuid4(), **more,
    )  # fmt: skip
    scope = one_pupil(ids.pupil("Zara"), actor.person_id) if narrowed else scope_of(actor, clock.today())
    return PortalSession(app.extensions["writing_engine"], scope=scope)


def met(session, version_id):
    """Which kinds of rows of a version a session holds, in shapes of query that must agree."""
    found = set()
    if session.scalars(select(PlanVersion.id).where(PlanVersion.id == version_id)).first():
        found.add(PlanVersion)
    beside = select(Pupil.id, PlanVersion.id.label("there")).outerjoin(
        PlanVersion, (PlanVersion.pupil_id == Pupil.id) & (PlanVersion.id == version_id)
    )
    assert any(row.there for row in session.execute(beside)) == (PlanVersion in found)
    for kind in PIECES:
        also = aliased(kind)
        count = session.scalar(select(func.count()).select_from(also).where(also.version_id == version_id))
        joined = (
            select(kind.id).join(PlanVersion, PlanVersion.id == kind.version_id).where(PlanVersion.id == version_id)
        )
        assert len(session.scalars(joined).all()) == count
        hanging = select(Pupil.id, kind.id.label("there")).outerjoin(
            kind, (kind.pupil_id == Pupil.id) & (kind.version_id == version_id)
        )
        assert any(row.there for row in session.execute(hanging)) == bool(count)
        if count:
            found.add(kind)
    return found


ALL = {PlanVersion, *PIECES}


@pytest.mark.parametrize("narrowed", [False, True], ids=["family scope", "one child's page"])
def test_a_family_meets_a_draft_only_while_it_is_shared(app, ids, draft, share, narrowed):
    with session_of(app, ids, "parent", narrowed=narrowed) as session:
        assert met(session, draft) == set()
    share(ended=True)
    with session_of(app, ids, "parent", narrowed=narrowed) as session:
        assert met(session, draft) == set()
    share()
    with session_of(app, ids, "parent", narrowed=narrowed) as session:
        assert met(session, draft) == ALL


@pytest.mark.parametrize("slug", ["parent-barred", "parent-other-school"])
def test_whoever_sees_nothing_of_the_child_sees_no_shared_draft(app, ids, draft, share, slug):
    share()
    with session_of(app, ids, slug) as session:
        assert met(session, draft) == set()


@pytest.mark.parametrize("shared", [False, True])
def test_a_pupil_meets_it_shared_only_with_rights_of_their_own(app, ids, draft, share, shared):
    if shared:
        share()
    for own in (False, True):
        facts = {"pupil_id": ids.pupil("Zara"), "holds_own_rights": own}
        with session_of(app, ids, "pupil-young", Audience.PUPIL, **facts) as session:
            assert met(session, draft) == (ALL if shared and own else set())


def test_what_is_out_is_met_by_everybody(app, ids, draft):
    for narrowed in (False, True):
        with session_of(app, ids, "parent", narrowed=narrowed) as session:
            states = select(PlanVersion.state, func.count()).group_by(PlanVersion.state)
            assert {state.value for state, _n in session.execute(states)} == {"published", "earlier"}
            assert session.scalar(select(func.count()).select_from(Target))


def test_staff_of_the_child_write_it_all_the_same(app, ids, draft):
    school = ids.school_of("Zara")
    for slug, role in (("class-teacher", Role.CLASS_TEACHER), ("sendco", Role.SENDCO)):
        with session_of(app, ids, slug, Audience.STAFF, school_id=school, roles=frozenset({role})) as session:
            assert met(session, draft) == ALL


def test_every_table_of_a_version_is_held_back():
    """A new piece of a plan is met here: it must not stand outside the fence."""
    held = {m.local_table.name for m in PlanVersion.registry.mappers if issubclass(m.class_, HeldBack)}
    of_a_version = {table.name for table in METADATA.tables.values() if "version_id" in table.c}
    assert held == {"plan_version", *of_a_version} - {"plan_sharing"}
