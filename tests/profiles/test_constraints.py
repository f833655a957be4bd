"""Every invariant that has a name in the database is broken once, on both databases, and refused by that name."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, UniqueConstraint, select
from sqlalchemy.exc import IntegrityError

from portal.kernel.db import Base, renamed
from portal.kernel.errors import Conflict
from portal.people import models as people
from portal.people.rules import ContactKind, ContactState, PortalAccess, Restriction, Role
from portal.profiles import models as profiles
from portal.profiles import models_register
from portal.profiles.rules import Party, SenProvision, VersionState

NOW = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)
DAY = date(2026, 10, 1)


class World:
    """A session, and one row of every kind to copy and to spoil."""

    def __init__(self, session: Any, ids: Any) -> None:
        self.session, self.ids = session, ids
        self.zara, self.zofia = ids.pupil("Zara"), ids.pupil("Zofia")

    def one(self, kind: Any, *which: Any) -> Any:
        """One row of a kind."""
        return self.session.scalars(select(kind).where(*which).order_by(kind.id)).first()

    def of_zara(self, kind: Any, *which: Any) -> Any:
        """One of Zara's rows."""
        return self.one(kind, kind.pupil_id == self.zara, *which)

    def version(self, state: VersionState = VersionState.PUBLISHED) -> Any:
        """Zara's version in a state."""
        return self.of_zara(profiles.PlanVersion, profiles.PlanVersion.state == state)

    def copy(self, row: Any, **changed: Any) -> Any:
        """Another row with the same values but a new id."""
        columns = [attribute.key for attribute in type(row).__mapper__.column_attrs if attribute.key != "id"]
        values = {name: getattr(row, name) for name in columns}
        return type(row)(**{**values, "id": uuid.uuid4(), **changed})


def _school(w: World, **changed: Any) -> Any:
    values = {"urn": "999999", "laestab": "9999999", **changed}
    return w.copy(w.one(people.School), **values)


def _link(w: World, **changed: Any) -> Any:
    return w.copy(w.of_zara(people.PupilContact), adult_id=w.ids.person("parent-of-two"), **changed)


def _role(w: World, **changed: Any) -> Any:
    return w.copy(w.one(people.StaffRole, people.StaffRole.role == Role.SENDCO), **changed)


def _second(w: World, kind: Any, **changed: Any) -> Any:
    return w.copy(w.of_zara(kind), **changed)


def _note(w: World) -> Any:
    return w.of_zara(profiles.ProgressNote)


BREAKS: dict[str, Any] = {
    "uq_kept_apart_once_for_an_order": lambda w: w.copy(w.one(people.KeptApart)),
    "nobody_is_kept_apart_from_themselves": lambda w: people.KeptApart(
        adult_id=w.ids.person("parent"), from_id=w.ids.person("parent"), since=DAY
    ),
    # people
    "school_meets_families_at_least_three_times_a_year": lambda w: _school(w, reviews_a_year=2),
    "school_says_senco_or_sendco": lambda w: _school(w, sendco_word="Boss"),
    "school_is_at_a_point_or_says_nothing": lambda w: _school(w, longitude=None),
    "uq_class_name_once_in_a_school": lambda w: w.copy(w.one(people.SchoolClass)),
    "uq_contact_point_once_for_an_adult": lambda w: [
        people.ContactPoint(adult_id=w.ids.person("parent"), kind=ContactKind.EMAIL, value="same@example.org")
        for _n in range(2)
    ],
    "staff_role_ends_after_it_starts": lambda w: _role(w, ends_on=date(2000, 1, 1)),
    "class_roles_name_their_class": lambda w: _role(w, role=Role.CLASS_TEACHER, class_id=None),
    "supply_teachers_have_a_last_day": lambda w: w.copy(
        w.one(people.StaffRole, people.StaffRole.role == Role.SUPPLY_TEACHER), ends_on=None
    ),
    "uq_upn_once_in_a_school": lambda w: [
        w.copy(w.one(people.Pupil, people.Pupil.id == w.zara), person_id=None, upn="X999999999999") for _n in range(2)
    ],
    "uq_one_link_for_an_adult_and_a_child": lambda w: w.copy(w.of_zara(people.PupilContact)),
    "access_needs_a_recorded_decision": lambda w: _link(w, access=PortalAccess.VIEW, decided_by=None),
    "a_proposed_link_opens_nothing": lambda w: _link(w, state=ContactState.PROPOSED, access=PortalAccess.VIEW),
    "a_restriction_says_from_when_and_who_saw_the_order": lambda w: _link(
        w, restriction=Restriction.NO_CONTACT, restricted_from=None, order_seen_by=None
    ),
    "uq_one_look_a_sitting": lambda w: w.copy(w.of_zara(people.Look)),
    # plans
    "uq_plan_kind_once_in_a_school": lambda w: w.copy(w.one(profiles.PlanKind)),
    "uq_one_open_plan_of_a_kind": lambda w: _second(w, profiles.Plan),
    "uq_plan_version_number": lambda w: w.copy(w.version(), state=VersionState.EARLIER),
    "a_published_version_says_when": lambda w: w.copy(w.version(VersionState.EARLIER), number=90, published_at=None),
    "a_plan_ends_after_it_starts": lambda w: w.copy(
        w.version(VersionState.EARLIER), number=91, starts_on=DAY, ends_on=DAY
    ),
    "uq_one_draft_of_a_plan": lambda w: [
        w.copy(w.version(), number=92 + n, state=VersionState.DRAFT, published_at=None) for n in range(2)
    ],
    "uq_one_published_version_of_a_plan": lambda w: w.copy(w.version(), number=94),
    "uq_outcome_position": lambda w: _second(w, profiles.Outcome),
    "uq_target_position": lambda w: _second(w, profiles.Target),
    "steps_fit": lambda w: _second(w, profiles.Target, position=90, steps_done=5, steps_total=4),
    "uq_responsibility_position": lambda w: _second(w, profiles.Responsibility),
    "uq_a_note_sent_twice_is_one_note": lambda w: w.copy(_note(w)),
    "uq_one_translation_of_a_wording": lambda w: [
        profiles.TextTranslation(
            school_id=w.ids.school_of("Zara"),
            pupil_id=w.zara,
            wording="w",
            language="pl",
            text=text,
            translated_by="x",
            at=NOW,
        )
        for text in "ab"
    ],
    # the register
    "sen_status_ends_after_it_starts": lambda w: _second(
        w, models_register.SenStatusPeriod, starts_on=DAY, ends_on=DAY - timedelta(days=1)
    ),
    "uq_one_open_sen_status": lambda w: _second(w, models_register.SenStatusPeriod, provision=SenProvision.NONE),
    "need_ranks_start_at_one": lambda w: _second(w, models_register.SenNeed, rank=0),
    "uq_open_need_rank": lambda w: _second(w, models_register.SenNeed),
    "uq_told_once": lambda w: _second(w, models_register.RegisterWord),
}
# targets of composite foreign keys: their columns hold the primary key, so that nothing can break them by itself
KEY_TARGETS = {
    "uq_class_in_its_school",
    "uq_pupil_in_its_school",
    "uq_plan_kind_in_its_school",
    "uq_plan_of_its_pupil",
    "uq_plan_version_of_its_pupil",
    "uq_outcome_of_its_pupil",
    "uq_register_event_of_its_pupil",
}
NAMELESS = {
    "uq_school_urn",
    "uq_school_laestab",
    "uq_person_demo_slug",
    "uq_pupil_person_id",
    "uq_trust_role_person_id",
}


@pytest.fixture
def world(app, ids, system_session):
    yield World(system_session, ids)
    system_session.rollback()


def columns_of(name: str) -> set[str]:
    """`table.column` of a unique index or constraint: SQLite names it by these."""
    for table in Base.metadata.tables.values():
        for thing in [*table.constraints, *table.indexes]:
            if thing.name == name and not isinstance(thing, CheckConstraint):
                return {f"{table.name}.{column.name}" for column in thing.columns}
    return set()


@pytest.mark.parametrize("name", sorted(BREAKS))
def test_the_database_refuses(world, name):
    spoiled = BREAKS[name](world)
    world.session.add_all(spoiled if isinstance(spoiled, list) else [spoiled])
    with pytest.raises(IntegrityError) as refused:
        world.session.flush()
    said = str(refused.value.orig)
    assert name in said or (columns_of(name) and all(column in said for column in columns_of(name))), said
    keys = [name, *columns_of(name)]
    assert isinstance(renamed(refused.value, {key: Conflict() for key in keys}), Conflict)


def test_every_named_invariant_is_broken_above():
    named = set()
    for table in Base.metadata.tables.values():
        mapper = next(m for m in Base.registry.mappers if m.local_table is table)
        if mapper.class_.__module__ not in {people.__name__, profiles.__name__, models_register.__name__}:
            continue
        for thing in table.constraints:
            if isinstance(thing, CheckConstraint | UniqueConstraint):
                named.add(str(thing.name or f"uq_{table.name}_{next(iter(thing.columns)).name}"))
        named |= {str(index.name) for index in table.indexes if index.unique}
    assert named - set(BREAKS) - KEY_TARGETS - NAMELESS == set()
    assert set(BREAKS) <= named


FOREIGN: dict[str, Any] = {
    "a plan of a kind of another school": lambda w: profiles.Plan(
        school_id=w.ids.school_of("Zara"),
        pupil_id=w.zara,
        kind_id=w.one(profiles.PlanKind, profiles.PlanKind.school_id == w.ids.school_of("Sagal")).id,
        opened_on=DAY,
    ),
    "a row about a pupil of another school": lambda w: models_register.SenNeed(
        school_id=w.ids.school_of("Sagal"), pupil_id=w.zara, need_type="SLCN", rank=9, starts_on=DAY
    ),
    "a version of another pupil's plan": lambda w: w.copy(
        w.version(), pupil_id=w.zofia, number=95, state=VersionState.EARLIER
    ),
    "a target under another pupil's outcome": lambda w: _second(
        w,
        profiles.Target,
        position=95,
        outcome_id=w.one(profiles.Outcome, profiles.Outcome.pupil_id == w.zofia).id,
    ),
    "a line in another pupil's version": lambda w: profiles.Responsibility(
        school_id=w.ids.school_of("Zofia"),
        pupil_id=w.zofia,
        version_id=w.version().id,
        party=Party.SCHOOL,
        position=95,
        text="x",
    ),
    "a word about another pupil's event": lambda w: models_register.RegisterWord(
        school_id=w.ids.school_of("Zofia"),
        pupil_id=w.zofia,
        adult_id=w.ids.person("parent-of-two"),
        event_id=w.of_zara(models_register.RegisterEvent).id,
        told_at=NOW,
    ),
    "a class teacher of a class of another school": lambda w: people.StaffRole(
        school_id=w.ids.school_of("Zara"),
        person_id=w.ids.person("sendco"),
        role=Role.CLASS_TEACHER,
        class_id=w.one(people.SchoolClass, people.SchoolClass.school_id == w.ids.school_of("Sagal")).id,
        starts_on=DAY,
    ),
}


@pytest.mark.parametrize("what", sorted(FOREIGN))
def test_the_database_keeps_schools_and_children_apart(world, what):
    row = FOREIGN[what](world)
    world.session.add(row)
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        world.session.flush()
