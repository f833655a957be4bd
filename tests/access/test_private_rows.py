"""What one adult keeps from the other: invitations, bookings, guests, in every shape of query, on both databases."""

import uuid

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from portal.contributions.models import WantedCall
from portal.kernel import clock
from portal.kernel.rows import PrivateToAdult
from portal.kernel.scope import PortalSession, ScopeError, system
from portal.meetings.models import Guest, Invitation
from portal.meetings.rules import Answer, Basis
from portal.people.actor import Actor
from portal.people.models import ContactPoint
from portal.people.rules import Audience, ContactKind, Role
from portal.people.scopes import one_pupil, scope_of
from portal.profiles.models import PlanVersion
from portal.profiles.models_sharing import PlanComment, PlanSharing
from portal.records.models import Action, FamilyReply, NotHappening, Record
from portal.reviews.models import Review
from portal.reviews.rules import ReviewKind


@pytest.fixture
def zaras_review(app, ids):
    """A review with an invitation for each parent, a guest of the second parent, and one of the school."""
    with PortalSession(app.extensions["writing_engine"], scope=system("arranging a review")) as session:
        about = {"pupil_id": ids.pupil("Zara"), "school_id": ids.school_of("Zara")}
        lead = ids.person("class-teacher")
        review = Review(**about, kind=ReviewKind.CONCERN, lead_id=lead, made_at=clock.now())
        session.add(review)
        session.flush()
        for slug in ("parent", "second-parent"):
            adult = ids.person(slug)
            session.add(
                Invitation(**about, review_id=review.id, adult_id=adult, uid=f"{uuid.uuid4()}", sent_at=clock.now())
            )
        for name, adult in (("MARKER-NEW-PARTNER", ids.person("second-parent")), ("Educational psychologist", None)):
            session.add(
                Guest(
                    **about,
                    review_id=review.id,
                    adult_id=adult,
                    basis=Basis.FAMILY if adult else Basis.SCHOOL,
                    name=name,
                    invited_by=lead,
                    invited_at=clock.now(),
                )
            )
        session.commit()
        return review.id


def session_for(app, ids, slug, audience=Audience.FAMILY, narrowed=False, **more):
    actor = Actor(
        person_id=ids.person(slug), sitting_id=uuid.uuid4(), name=slug, audience=audience, language="en",
        trust_id=uuid.uuid4(), **more,
    )  # fmt: skip
    scope = one_pupil(ids.pupil("Zara"), actor.person_id) if narrowed else scope_of(actor, clock.today())
    return PortalSession(app.extensions["writing_engine"], scope=scope)


@pytest.mark.parametrize("narrowed", [False, True], ids=["family scope", "one child's page"])
def test_a_parent_meets_only_their_own_and_the_schools_rows(app, ids, zaras_review, narrowed):
    with session_for(app, ids, "parent", narrowed=narrowed) as session:
        mine = session.scalars(select(Invitation.adult_id).where(Invitation.review_id == zaras_review)).all()
        assert mine == [ids.person("parent")]
        names = session.scalars(select(Guest.name).where(Guest.review_id == zaras_review)).all()
        assert names == ["Educational psychologist"]
        also = aliased(Invitation)
        assert session.scalar(select(func.count()).select_from(also).where(also.review_id == zaras_review)) == 1
        assert (
            session.scalar(select(func.max(Guest.name)).where(Guest.review_id == zaras_review)) != "MARKER-NEW-PARTNER"
        )


def test_staff_of_the_child_meet_all_of_them(app, ids, zaras_review):
    school = ids.school_of("Zara")
    for slug, role in (("class-teacher", Role.CLASS_TEACHER), ("sendco", Role.SENDCO)):
        with session_for(app, ids, slug, Audience.STAFF, school_id=school, roles=frozenset({role})) as session:
            count = select(func.count()).select_from(Invitation).where(Invitation.review_id == zaras_review)
            assert session.scalar(count) == 2
            assert len(session.scalars(select(Guest).where(Guest.review_id == zaras_review)).all()) == 2


EVERYTHING = {WantedCall, FamilyReply, NotHappening, PlanComment}


@pytest.fixture
def said_to_school(app, ids, zaras_review):
    """What Zara's other parent says to school: that they want a call, what they think of a record and of a draft, what
    is not happening."""
    with PortalSession(app.extensions["writing_engine"], scope=system("arranging what was said")) as session:
        about = {"pupil_id": ids.pupil("Zara"), "school_id": ids.school_of("Zara")}
        now, lead, mine = clock.now(), ids.person("class-teacher"), {"adult_id": ids.person("second-parent")}
        record = Record(**about, id=uuid.uuid4(), review_id=zaras_review, started_by=lead, started_at=now)
        action = Action(
            **about, id=uuid.uuid4(), review_id=zaras_review, author_id=lead, written_by=lead, side="staff", position=1,
            readers="family", sent_at=now, party="school", owner_id=lead, text="MARKER", due_on=clock.today(),
        )  # fmt: skip
        version = session.scalars(select(PlanVersion.id).where(PlanVersion.pupil_id == ids.pupil("Zara"))).first()
        sharing = PlanSharing(**about, id=uuid.uuid4(), version_id=version, shared_by=lead, shared_at=now)
        session.add_all([record, action, sharing])
        session.flush()
        rows = [
            WantedCall(**about, **mine, review_id=zaras_review, wanted_at=now),
            FamilyReply(**about, **mine, record_id=record.id, reply="comment", said_at=now, once_key="one"),
            NotHappening(**about, **mine, action_id=action.id, said_at=now, once_key="two"),
            PlanComment(**about, **mine, sharing_id=sharing.id, opinion="agree", said_at=now, once_key="three"),
        ]
        session.add_all(rows)
        session.commit()
        return {type(row): row.id for row in rows}


@pytest.mark.parametrize(
    ("slug", "role", "met"),
    [
        ("sendco", Role.SENDCO, EVERYTHING),
        ("headteacher", Role.HEADTEACHER, EVERYTHING),
        ("office", Role.OFFICE, EVERYTHING),
        ("class-teacher", Role.CLASS_TEACHER, EVERYTHING - {WantedCall}),
        ("teaching-assistant", Role.TEACHING_ASSISTANT, set()),
        ("supply-teacher", Role.SUPPLY_TEACHER, set()),
    ],
)
def test_of_a_class_only_its_teachers_meet_what_an_adult_says_to_school(app, ids, said_to_school, slug, role, met):
    school = ids.school_of("Zara")
    with session_for(app, ids, slug, Audience.STAFF, school_id=school, roles=frozenset({role})) as session:
        assert session.scalar(select(func.count()).where(Invitation.pupil_id == ids.pupil("Zara")))
        for kind, row_id in said_to_school.items():
            also = aliased(kind)
            found = {session.scalar(select(kind.id).where(kind.id == row_id))}
            found.add(session.scalar(select(func.max(also.said_at if hasattr(also, "said_at") else also.wanted_at))
                                     .where(also.id == row_id)) and row_id)  # fmt: skip
            assert found == ({row_id} if kind in met else {None}), kind


@pytest.mark.parametrize(("slug", "met"), [("parent", 0), ("second-parent", len(EVERYTHING))])
def test_what_an_adult_says_to_school_stays_with_that_adult(app, ids, said_to_school, slug, met):
    with session_for(app, ids, slug) as session:
        found = [session.scalar(select(kind.id).where(kind.id == row_id)) for kind, row_id in said_to_school.items()]
        assert len([each for each in found if each]) == met


@pytest.mark.parametrize("slug", ["parent-barred", "parent-other-school", "second-parent"])
def test_a_family_writes_only_in_its_own_name(app, ids, zaras_review, slug):
    with session_for(app, ids, slug) as session:
        session.add(
            Invitation(
                pupil_id=ids.pupil("Zara"),
                school_id=ids.school_of("Zara"),
                review_id=zaras_review,
                adult_id=ids.person("parent"),
                uid="another",
                sent_at=clock.now(),
            )
        )
        with pytest.raises(ScopeError):
            session.flush()


@pytest.mark.parametrize("slug", ["parent", "young-person"])
def test_a_family_adds_no_address_for_somebody_else(app, ids, slug):
    facts = {"audience": Audience.PUPIL, "pupil_id": ids.pupil("Grace"), "holds_own_rights": True}
    with session_for(app, ids, slug, **(facts if slug == "young-person" else {})) as session:
        about = {"kind": ContactKind.EMAIL, "value": "taken@over.example"}
        session.add(ContactPoint(adult_id=ids.person(slug), **about))
        session.flush()
        session.add(ContactPoint(adult_id=ids.person("second-parent"), **about))
        with pytest.raises(ScopeError, match="somebody else"):
            session.flush()


def test_a_family_hands_no_row_of_its_own_to_another_adult(app, ids, zaras_review):
    with session_for(app, ids, "parent") as session:
        own = session.scalars(select(Invitation).where(Invitation.review_id == zaras_review)).one()
        own.answer = Answer.CALL_ME
        session.flush()
        own.adult_id = ids.person("second-parent")
        with pytest.raises(ScopeError):
            session.flush()


def test_the_demo_without_the_private_fence_would_leak(app, ids, zaras_review, monkeypatch):
    """The control: with the rows' own fence gone, the second household appears."""
    from portal.people import scopes

    without = tuple(option for option in scopes.FAMILY if option.root_entity is not PrivateToAdult)
    assert len(without) == len(scopes.FAMILY) - 1
    monkeypatch.setattr(scopes, "FAMILY", without)
    with session_for(app, ids, "parent") as session:
        assert (
            session.scalar(select(func.count()).select_from(Invitation).where(Invitation.review_id == zaras_review))
            == 2
        )
