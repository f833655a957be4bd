"""How a real installation begins: `portal school add` and `portal staff add`, told by whoever runs the machine."""

import secrets
from datetime import date

import click
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.accounts.actions_staff import give_password
from portal.kernel import clock
from portal.kernel.db import make_engine
from portal.kernel.errors import PortalError
from portal.kernel.scope import PortalSession, system
from portal.people.models import Person, School, SchoolClass, StaffRole, Trust
from portal.people.rules import OWN_CLASS, Phase, Role
from portal.profiles.models import PlanKind
from portal.settings import Settings, UnsafeSettings


def _session() -> PortalSession:
    try:
        engine = make_engine(Settings.from_environment().database_url)
    except UnsafeSettings as problem:
        raise click.ClickException(str(problem)) from None
    return PortalSession(engine.execution_options(write=True), scope=system("opening a school"))


def _school(session: PortalSession, urn: str) -> School:
    school = session.scalars(select(School).where(School.urn == urn)).first()
    if school is None:
        raise click.ClickException(f"There is no school with URN {urn}: add it with `portal school add`.")
    return school


@click.group("school")
def schools() -> None:
    """The schools of this installation."""


@schools.command("add")
@click.option("--trust", required=True, help="Name of the trust; made when it is new.")
@click.option("--name", required=True)
@click.option("--urn", required=True, help="6 digits.")
@click.option("--laestab", required=True, help="7 digits: local authority and establishment.")
@click.option("--phase", type=click.Choice([phase.value for phase in Phase]), required=True)
@click.option("--plan-name", default="Support plan", show_default=True)
@click.option("--class", "classes", multiple=True, help="Name of a class; may be given many times.")
def add_school(
    trust: str, name: str, urn: str, laestab: str, phase: str, plan_name: str, classes: tuple[str, ...]
) -> None:
    """Add a school with its classes and its kind of plan."""
    if not (urn.isdecimal() and len(urn) == 6 and laestab.isdecimal() and len(laestab) == 7):
        raise click.ClickException("A URN has 6 digits, a LAESTAB 7.")
    with _session() as session:
        if session.scalars(select(School.id).where((School.urn == urn) | (School.laestab == laestab))).first():
            raise click.ClickException("There is a school with this URN or LAESTAB already.")
        owner = session.scalars(select(Trust).where(Trust.name == trust)).first() or Trust(name=trust)
        session.add(owner)
        session.flush()
        school = School(trust_id=owner.id, name=name, urn=urn, laestab=laestab, phase=Phase(phase), plan_name=plan_name)
        session.add(school)
        session.flush()
        session.add(PlanKind(school_id=school.id, code="support_plan", label=plan_name))
        session.add_all(SchoolClass(school_id=school.id, name=each) for each in classes)
        session.commit()
    click.echo(f"{name} is here. Add its staff with `portal staff add --urn {urn} ...`.")


@click.group("staff")
def staff() -> None:
    """The staff of a school."""


@staff.command("add")
@click.option("--urn", required=True)
@click.option("--name", required=True)
@click.option("--sign-in", "sign_in_name", required=True, help="What they type to sign in, such as their e-mail.")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--class", "class_name", help="For teachers and assistants.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day; supply teachers must have one.")
def add_staff(urn: str, name: str, sign_in_name: str, role: str, class_name: str | None, until: date | None) -> None:
    """Add a member of staff and print their first password, once."""
    if (Role(role) in OWN_CLASS) != (class_name is not None):
        raise click.ClickException("Teachers and assistants have a --class, the others have none.")
    if Role(role) is Role.SUPPLY_TEACHER and until is None:
        raise click.ClickException("A supply teacher has a last day: --until 2027-03-26.")
    password = "-".join(secrets.token_hex(3) for _part in range(3))
    with _session() as session:
        school = _school(session, urn)
        place = session.scalars(
            select(SchoolClass).where(SchoolClass.school_id == school.id, SchoolClass.name == class_name)
        ).first()
        if class_name is not None and place is None:
            raise click.ClickException(f"{school.name} has no class {class_name}.")
        person = Person(trust_id=school.trust_id, full_name=name)
        session.add(person)
        session.flush()
        last_day = until.date() if until else None  # type: ignore[attr-defined]
        session.add(
            StaffRole(
                school_id=school.id,
                person_id=person.id,
                role=Role(role),
                class_id=place.id if place else None,
                starts_on=clock.today(),
                ends_on=last_day,
            )
        )
        try:
            give_password(
                session, person_id=person.id, sign_in_name=sign_in_name, password=password, by=None, now=clock.now()
            )
            session.commit()
        except PortalError as problem:
            raise click.ClickException(problem.message) from None
        except IntegrityError:
            raise click.ClickException(f"Somebody signs in as {sign_in_name} already.") from None
    click.echo(f"{name} signs in as {sign_in_name} with the password {password}, and sets up a second step then.")
