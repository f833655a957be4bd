"""Words are read by those whom the person who said them named: every kind of reader, every circle, on both databases.

The words of this test say who may read them: MARKER-<side>-<readers>.
"""

import uuid

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from portal.contributions.models import Contribution, Statement
from portal.kernel import clock
from portal.kernel.scope import PortalSession, ScopeError, system
from portal.people.actor import Actor
from portal.people.models import StaffRole
from portal.people.rules import Audience, Readers, Role, Side
from portal.people.scopes import one_pupil, school_scope, scope_of
from portal.reviews.models import Review
from portal.reviews.rules import ReviewKind, Stage

CHILD = "Zara"
SPOKEN = {
    "parent-teachers": ("parent", Side.PARENT, Readers.TEACHERS, None, True),
    "parent-family": ("parent", Side.PARENT, Readers.FAMILY, None, True),
    "parent-draft": ("parent", Side.PARENT, Readers.FAMILY, None, False),
    "other-teachers": ("second-parent", Side.PARENT, Readers.TEACHERS, None, True),
    "pupil-teacher": ("child", Side.PUPIL, Readers.ONE_ADULT, "class-teacher", True),
    "pupil-assistant": ("child", Side.PUPIL, Readers.ONE_ADULT, "teaching-assistant", True),
    "pupil-teachers": ("child", Side.PUPIL, Readers.TEACHERS, None, True),
    "pupil-family": ("child", Side.PUPIL, Readers.FAMILY, None, True),
    "pupil-draft": ("child", Side.PUPIL, Readers.FAMILY, None, False),
    "staff-teachers": ("class-teacher", Side.STAFF, Readers.TEACHERS, None, True),
    "staff-family": ("class-teacher", Side.STAFF, Readers.FAMILY, None, True),
    "office-paper": ("second-parent", Side.PARENT, Readers.TEACHERS, None, False),
}
FOR_SCHOOL = {name for name, (_who, _side, readers, _one, sent) in SPOKEN.items() if sent and readers != "one_adult"}
FOR_FAMILY = {"parent-family", "pupil-family", "staff-family"}
PUPILS_OWN = {"pupil-teacher", "pupil-assistant", "pupil-teachers", "pupil-family", "pupil-draft"}


@pytest.fixture
def child_person():
    return uuid.uuid4()


@pytest.fixture
def words(app, ids, child_person):
    """One statement for each line of SPOKEN."""

    def person(name):
        return child_person if name == "child" else ids.person(name)

    about = {"pupil_id": ids.pupil(CHILD), "school_id": ids.school_of(CHILD)}
    with PortalSession(app.extensions["writing_engine"], scope=system("arranging words")) as session:
        lead = ids.person("class-teacher")
        review = Review(**about, kind=ReviewKind.CONCERN, stage=Stage.INVITED, lead_id=lead, made_at=clock.now())
        session.add(review)
        session.flush()
        given = {}
        for name, (who, side, readers, one, sent) in SPOKEN.items():
            facts = {
                **about, "review_id": review.id, "author_id": person(who), "side": side,
                "written_by": ids.person("office") if name == "office-paper" else person(who),
                "sent_at": clock.now() if sent else None,
            }  # fmt: skip
            if who not in given:
                given[who] = Contribution(**facts, readers=Readers.TEACHERS, started_at=clock.now())
                session.add(given[who])
                session.flush()
            session.add(
                Statement(
                    **facts,
                    contribution_id=given[who].id,
                    question=name,
                    text=f"MARKER-{name}",
                    readers=readers,
                    one_adult_id=ids.person(one) if one else None,
                    written_at=clock.now(),
                )
            )
        session.commit()
        return review.id


def read(session, review_id):
    """The names of the words that a session reads, in three shapes of query that must agree."""
    found = session.scalars(select(Statement.question).where(Statement.review_id == review_id)).all()
    also = aliased(Statement)
    assert session.scalar(select(func.count()).select_from(also).where(also.review_id == review_id)) == len(found)
    joined = select(Statement.text).join(Review, Review.id == Statement.review_id).where(Review.id == review_id)
    assert set(session.scalars(joined)) == {f"MARKER-{name}" for name in found}
    return set(found)


def session_of(app, ids, slug, audience=Audience.FAMILY, *, narrowed=False, person_id=None, **more):
    actor = Actor(
        person_id=person_id or ids.person(slug), sitting_id=uuid.uuid4(), name=slug, audience=audience, language="en",
        trust_id=uuid.uuid4(), **more,
    )  # fmt: skip
    scope = one_pupil(ids.pupil(CHILD), actor.person_id) if narrowed else scope_of(actor, clock.today())
    return PortalSession(app.extensions["writing_engine"], scope=scope)


@pytest.mark.parametrize("narrowed", [False, True], ids=["family scope", "one child's page"])
def test_a_parent_reads_their_own_words_and_what_is_for_the_family(app, ids, words, narrowed):
    with session_of(app, ids, "parent", narrowed=narrowed) as session:
        assert read(session, words) == FOR_FAMILY | {"parent-teachers", "parent-draft"}
    with session_of(app, ids, "second-parent", narrowed=narrowed) as session:
        assert read(session, words) == FOR_FAMILY | {"other-teachers", "office-paper"}
    with session_of(app, ids, "parent-of-two") as session:
        assert read(session, words) == set()


def test_a_pupil_reads_their_own_words_and_nobody_elses(app, ids, words, child_person):
    facts = {"person_id": child_person, "pupil_id": ids.pupil(CHILD)}
    with session_of(app, ids, "child", Audience.PUPIL, **facts) as session:
        assert read(session, words) == PUPILS_OWN
    with session_of(app, ids, "child", Audience.PUPIL, **facts, holds_own_rights=True) as session:
        assert read(session, words) == PUPILS_OWN | FOR_FAMILY


@pytest.mark.parametrize(
    ("slug", "role", "readable"),
    [
        ("class-teacher", Role.CLASS_TEACHER, FOR_SCHOOL | {"pupil-teacher"}),
        ("sendco", Role.SENDCO, FOR_SCHOOL),
        ("headteacher", Role.HEADTEACHER, FOR_SCHOOL),
        ("teaching-assistant", Role.TEACHING_ASSISTANT, {"pupil-assistant"}),
        ("office", Role.OFFICE, {"office-paper"}),
        ("supply-teacher", Role.SUPPLY_TEACHER, set()),
        ("sendco-other-school", Role.SENDCO, set()),
    ],
)
def test_staff_read_what_was_said_to_them(app, ids, words, system_session, slug, role, readable):
    school = system_session.scalars(select(StaffRole.school_id).where(StaffRole.person_id == ids.person(slug))).first()
    system_session.rollback()
    with session_of(app, ids, slug, Audience.STAFF, school_id=school, roles=frozenset({role})) as session:
        assert read(session, words) == readable


def test_work_that_is_done_later_for_a_school_reads_no_words(app, ids, words):
    with PortalSession(app.extensions["writing_engine"], scope=school_scope(ids.school_of(CHILD))) as session:
        assert read(session, words) == set()


def test_the_control_reads_everything(app, words):
    with PortalSession(app.extensions["writing_engine"], scope=system("the control")) as session:
        assert read(session, words) == set(SPOKEN)


def test_a_parent_writes_words_only_as_their_own(app, ids, words):
    with session_of(app, ids, "parent") as session:
        mine = session.scalars(select(Statement).where(Statement.question == "parent-family")).one()
        mine.author_id = ids.person("second-parent")
        with pytest.raises(ScopeError, match="belongs to somebody else"):
            session.flush()
