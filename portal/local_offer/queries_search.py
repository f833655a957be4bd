"""The search: every word must be there, the last one perhaps only begun; names count before descriptions, old entries
lie below. One statement finds, one adds the places, however many services there are."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Float, Select, bindparam, case, func, or_, select
from sqlalchemy.orm import aliased

from portal.kernel.scope import PortalSession
from portal.local_offer.models import Service, ServicePlace, ServiceWord
from portal.local_offer.rules import (
    MILES_A_DEGREE,
    PER_PAGE,
    SHOWN_STATES,
    Point,
    ServiceState,
    Wanted,
    box_around,
    checked_on,
    miles_between,
    old_before,
    pages_of,
)
from portal.local_offer.rules_words import AFTER_ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFacts:
    """What a list and a page of its own say of a service alike."""

    id: uuid.UUID
    name: str
    organisation: str
    description: str
    minimum_age: int | None
    maximum_age: int | None
    is_free: bool
    areas: tuple[str, ...]
    checked_on: date | None
    last_seen_at: datetime
    is_old: bool
    is_closed_for_now: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLine(ServiceFacts):
    """One service in a list. `miles` is from where the reader asked, to the nearest of its places."""

    town: str
    miles: float | None


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found."""

    services: tuple[ServiceLine, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """At least one."""
        return pages_of(self.total)


LONGEST_BEGINNING = 400  # letters; a list shows fewer still
SHOWN = (Service.hidden.is_(False), Service.state.in_(SHOWN_STATES))
LINE = (
    Service.id,
    Service.name,
    Service.organisation,
    func.substr(Service.description, 1, LONGEST_BEGINNING).label("description"),
    Service.minimum_age,
    Service.maximum_age,
    Service.is_free,
    Service.areas,
    Service.assured_on,
    Service.last_modified,
    Service.edited_at,
    Service.last_seen_at,
    Service.fresh_on,
    Service.state,
)
LINES = select(*LINE).where(Service.id.in_(bindparam("ids", expanding=True)))
PLACES = (
    select(ServicePlace.service_id, ServicePlace.city, ServicePlace.latitude, ServicePlace.longitude)
    .where(ServicePlace.service_id.in_(bindparam("ids", expanding=True)))
    .order_by(ServicePlace.service_id, ServicePlace.position, ServicePlace.id)
)


def _seen(name: str) -> Any:
    """A value that stands in the statement itself, quoted by the dialect: PostgreSQL plans by how much of an index it
    asks for, and a plan made for any value at all was thirty times slower."""
    return bindparam(name, literal_execute=True)


def search(session: PortalSession, wanted: Wanted, *, today: date) -> Found:
    """The services that are wanted, a page of twenty at a time. Two statements."""
    statement = _finding(
        len(wanted.words), bool(wanted.area), wanted.age is not None, wanted.free, wanted.near is not None
    )
    rows = session.execute(statement, _asked(wanted, today)).all()
    if not rows and wanted.page > 1:
        return search(session, replace(wanted, page=1), today=today)
    return Found(_with_places(session, rows, wanted.near, today), rows[0].total if rows else 0, wanted.page)


def _asked(wanted: Wanted, today: date) -> dict[str, Any]:
    asked: dict[str, Any] = {f"word_{n}": word for n, word in enumerate(wanted.words)}
    if wanted.words:
        asked["after"] = wanted.words[-1] + AFTER_ALL
    if wanted.near:
        here, box = wanted.near, box_around(wanted.near, wanted.miles)
        asked |= {"south": box.south, "north": box.north, "west": box.west, "east": box.east}
        asked |= {"lat": here.latitude, "lon": here.longitude, "scale": here.east_scale**2}
        asked["reach"] = (wanted.miles / MILES_A_DEGREE) ** 2
    asked |= {"old_before": old_before(today), "area": f"%{wanted.area}%", "age": wanted.age}
    return asked | {"skip": (wanted.page - 1) * PER_PAGE, "most": PER_PAGE}


@cache
def _finding(words: int, area: bool, age: bool, free: bool, near: bool) -> Select[Any]:
    """One page, and how many there are in all. Made once for each kind of question. The page is found by its keys alone
    and only then read in full: a database that counts and sorts carries no descriptions about."""
    statement: Any = select(Service.id.label("key")).where(*SHOWN)
    order: list[Any] = [case((Service.fresh_on < bindparam("old_before"), 1), else_=0)]
    if words:
        statement, in_name = _with_words(statement, words)
        order.append(-in_name)
    if near:
        places = _near()
        statement = statement.join(places, places.c.service_id == Service.id)
        order.append(places.c.far)
    if area:
        statement = statement.where(Service.areas.like(bindparam("area")))
    if age:
        statement = statement.where(
            or_(Service.minimum_age.is_(None), Service.minimum_age <= bindparam("age")),
            or_(Service.maximum_age.is_(None), Service.maximum_age >= bindparam("age")),
        )
    if free:
        statement = statement.where(Service.is_free)
    ranks = [rank.label(f"rank_{place}") for place, rank in enumerate(order)]
    # few are counted on the way; all are counted faster by themselves
    total = func.count().over() if words else select(func.count()).select_from(statement.subquery()).scalar_subquery()
    keys = statement.add_columns(total.label("total"), *ranks).order_by(*ranks, Service.sort_name, Service.id)
    page = keys.offset(bindparam("skip")).limit(bindparam("most")).subquery()
    ranked = [page.c[rank.name] for rank in ranks]
    in_full: Select[Any] = select(*LINE, page.c.total).join(page, page.c.key == Service.id)
    return in_full.order_by(*ranked, Service.sort_name, Service.id)


def _with_words(statement: Any, words: int) -> tuple[Any, Any]:
    """Joined with each word; how many of the words stand in the name."""
    begun = (
        select(ServiceWord.service_id, func.max(case((ServiceWord.in_name, 1), else_=0)).label("named"))
        .where(ServiceWord.word >= _seen(f"word_{words - 1}"), ServiceWord.word < _seen("after"))
        .group_by(ServiceWord.service_id)
        .subquery()
    )
    statement = statement.join(begun, begun.c.service_id == Service.id)
    named: Any = begun.c.named
    for number in range(words - 1):
        one = aliased(ServiceWord)
        found = (one.service_id == Service.id) & (one.word == _seen(f"word_{number}"))
        statement, named = statement.join(one, found), named + case((one.in_name, 1), else_=0)
    return statement, named


def _near() -> Any:
    """The nearest place of each service within reach, by the square of its distance in degrees to the north. Within a
    few miles the earth is flat: the miles that are shown are worked out on the globe."""
    north = ServicePlace.latitude - bindparam("lat", type_=Float)
    east = ServicePlace.longitude - bindparam("lon", type_=Float)
    far = func.min(north * north + east * east * bindparam("scale", type_=Float)).label("far")
    return (
        select(ServicePlace.service_id, far)
        .where(
            ServicePlace.latitude.between(_seen("south"), _seen("north")),
            ServicePlace.longitude.between(_seen("west"), _seen("east")),
        )
        .group_by(ServicePlace.service_id)
        .having(far.element <= bindparam("reach", type_=Float))
        .subquery()
    )


def lines_of(
    session: PortalSession, ids: Sequence[uuid.UUID], *, near: Point | None, today: date
) -> tuple[ServiceLine, ...]:
    """The services with these ids, in this order, as lines of a list. Two statements."""
    rows = {row.id: row for row in session.execute(LINES, {"ids": ids})} if ids else {}
    return _with_places(session, [rows[key] for key in ids], near, today)


def _with_places(
    session: PortalSession, rows: Sequence[Any], near: Point | None, today: date
) -> tuple[ServiceLine, ...]:
    places: dict[uuid.UUID, list[Any]] = {}
    for place in session.execute(PLACES, {"ids": [row.id for row in rows]}) if rows else ():
        places.setdefault(place.service_id, []).append(place)
    return tuple(_line(row, places.get(row.id, ()), near, today) for row in rows)


def _line(row: Any, places: Iterable[Any], near: Point | None, today: date) -> ServiceLine:
    return ServiceLine(
        id=row.id,
        name=row.name,
        organisation=row.organisation,
        description=shortened(row.description),
        minimum_age=row.minimum_age,
        maximum_age=row.maximum_age,
        is_free=row.is_free,
        areas=tuple(row.areas.split()),
        town=next((place.city for place in places if place.city), ""),
        checked_on=checked_on(row),
        last_seen_at=row.last_seen_at,
        is_old=row.fresh_on < old_before(today),
        is_closed_for_now=row.state == ServiceState.CLOSED_FOR_NOW,
        miles=miles_to_nearest(places, near),
    )


def miles_to_nearest(places: Iterable[Any], near: Point | None) -> float | None:
    """The miles to the nearest of the places that say where they are."""
    if near is None:
        return None
    points = [Point(place.latitude, place.longitude) for place in places if place.latitude is not None]
    return min((miles_between(near, point) for point in points), default=None)


def shortened(text: str, longest: int = 220) -> str:
    """The beginning of a text, ending with a whole word."""
    text = " ".join(text.split())
    return text if len(text) <= longest else text[:longest].rsplit(" ", 1)[0] + "…"
