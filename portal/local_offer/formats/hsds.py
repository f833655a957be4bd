"""A service as Open Referral UK and HSDS 3.0 tell it (domain.md 4.5), read into what we keep. Only id and name are sure
to be there; everything is a stranger's text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portal.local_offer.rules import OLDEST, ServiceState, areas_in
from portal.local_offer.rules_plain import (
    LONGEST_NAME,
    day,
    decimal,
    email,
    line,
    link,
    moment,
    phone,
    plain,
    says_free,
    table,
    tables,
    years,
)

MOST_PLACES = 20
_NO_END = 99  # whoever writes 100 means that there is no end
_DETAILS = frozenset(
    {
        "service_at_locations",
        "schedules",
        "cost_options",
        "phones",
        "contacts",
        "attributes",
        "languages",
        "service_areas",
    }
)
_DAYS = {
    "MO": "Monday",
    "TU": "Tuesday",
    "WE": "Wednesday",
    "TH": "Thursday",
    "FR": "Friday",
    "SA": "Saturday",
    "SU": "Sunday",
}


@dataclass(frozen=True, slots=True)
class PlaceRead:
    """One place of a service; degrees, or none."""

    name: str
    address_1: str
    city: str
    postal_code: str
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRead:
    """One service. `is_whole` is False for the short form of a list, which says nothing about places and times."""

    external_id: str
    name: str
    description: str
    organisation: str
    url: str
    email: str
    phone: str
    minimum_age: int | None
    maximum_age: int | None
    costs: str
    is_free: bool
    areas: tuple[str, ...]
    schedules: str
    access: str
    assured_on: date | None
    last_modified: datetime | None
    state: ServiceState
    places: tuple[PlaceRead, ...]
    is_whole: bool


def id_of(raw: object) -> str:
    """The id of a service in its feed, or nothing."""
    return line(table(raw).get("id"), LONGEST_NAME)


def is_whole(raw: object) -> bool:
    """Whether this is more than the short form of a list."""
    return not _DETAILS.isdisjoint(table(raw))


def read_service(raw: object, now: datetime) -> ServiceRead | None:
    """A service, or None when it has no id or no name to speak of."""
    told = table(raw)
    key, name = id_of(told), line(told.get("name"))
    if not key or not name:
        return None
    organisation = table(told.get("organization"))
    at = tables(told.get("service_at_locations"))
    description = plain(told.get("description"))
    costs, is_free = _costs(told)
    youngest, oldest = _ages(told)
    return ServiceRead(
        external_id=key,
        name=name,
        description=description,
        organisation=line(organisation.get("name")),
        url=link(told.get("url")) or link(organisation.get("website")),
        email=_first(email, (told, *_contacts(told, at), organisation), "email"),
        phone=_first(phone, _phones(told, at), "number"),
        minimum_age=youngest,
        maximum_age=oldest,
        costs=costs,
        is_free=is_free,
        areas=areas_in(name, description, *_terms(told)),
        schedules=_schedules(told, at),
        access=_access(at),
        assured_on=day(told.get("assured_date"), now),
        last_modified=moment(told.get("last_modified"), now),
        state=_state(told.get("status")),
        places=_places(at),
        is_whole=is_whole(told),
    )


def _state(value: object) -> ServiceState:
    try:
        return ServiceState(line(value).casefold() or ServiceState.ACTIVE)
    except ValueError:
        return ServiceState.INACTIVE  # nobody knows what it means, so nobody is sent there


def _ages(told: Mapping[str, Any]) -> tuple[int | None, int | None]:
    youngest, oldest = years(told.get("minimum_age"), OLDEST), years(told.get("maximum_age"), OLDEST)
    if oldest is not None and oldest >= _NO_END:
        oldest = None
    if youngest is not None and oldest is not None and youngest > oldest:
        return None, None
    return youngest or None, oldest


def _first(clean: Any, sources: Any, name: str) -> str:
    return next((found for source in sources if (found := clean(source.get(name)))), "")


def _contacts(told: Mapping[str, Any], at: Any) -> Iterator[Mapping[str, Any]]:
    for holder in (told, *at):
        yield from tables(holder.get("contacts"))


def _phones(told: Mapping[str, Any], at: Any) -> Iterator[Mapping[str, Any]]:
    for holder in (told, *at, *_contacts(told, at), *(table(one.get("location")) for one in at)):
        yield from tables(holder.get("phones"))


def _terms(told: Mapping[str, Any]) -> Iterator[str]:
    for attribute in tables(told.get("attributes")):
        term = table(attribute.get("taxonomy_term"))
        yield from (line(term.get("name")), line(term.get("code")))


def _costs(told: Mapping[str, Any]) -> tuple[str, bool]:
    """The words about costs, and whether it is free for everybody."""
    fees = plain(told.get("fees")) or plain(told.get("fees_description"))
    options = tables(told.get("cost_options"))
    amounts = [decimal(option.get("amount")) for option in options]
    free = all(amount == 0 for amount in amounts) if options else says_free(fees)
    lines = (_cost(option, amount) for option, amount in zip(options, amounts, strict=True))
    return plain("\n".join(filter(None, (fees, *lines)))), free


def _cost(option: Mapping[str, Any], amount: float | None) -> str:
    price = "" if amount is None else f"£{amount:.2f}".removesuffix(".00")
    words = filter(None, (price, line(option.get("amount_description"))))
    return ": ".join(filter(None, (line(option.get("option")), " ".join(words))))


def _schedules(told: Mapping[str, Any], at: Any) -> str:
    found = (one for holder in (told, *at) for one in tables(holder.get("schedules")))
    return plain("\n".join(dict.fromkeys(filter(None, map(_schedule, found)))))


def _schedule(one: Mapping[str, Any]) -> str:
    if words := plain(one.get("description")):
        return words
    codes = line(one.get("byday")).upper().replace(",", " ").split()
    days = ", ".join(_DAYS[code[-2:]] for code in codes if code[-2:] in _DAYS)
    hours = " to ".join(filter(None, (line(one.get(name))[:5] for name in ("opens_at", "closes_at"))))
    return " ".join(filter(None, (days, hours)))


def _access(at: Any) -> str:
    found = (one for place in at for one in tables(table(place.get("location")).get("accessibility")))
    texts = (" ".join(filter(None, (plain(one.get("description")), plain(one.get("details"))))) for one in found)
    return plain("\n".join(dict.fromkeys(filter(None, texts))))


def _places(at: Any) -> tuple[PlaceRead, ...]:
    found = (_place(table(one.get("location"))) for one in at)
    return tuple(dict.fromkeys(place for place in found if place))[:MOST_PLACES]


def _place(location: Mapping[str, Any]) -> PlaceRead | None:
    address = next(iter(tables(location.get("addresses"))), {})
    name, street = line(location.get("name")), line(address.get("address_1"))
    city, postal_code = line(address.get("city")), line(address.get("postal_code"), 12)
    north, east = decimal(location.get("latitude")), decimal(location.get("longitude"))
    if north is None or east is None or not (-90 <= north <= 90 and -180 <= east <= 180):
        north = east = None
    said = any((name, street, city, postal_code)) or north is not None
    return PlaceRead(name, street, city, postal_code, north, east) if said else None
