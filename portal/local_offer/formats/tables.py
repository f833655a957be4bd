"""Services in tables: a folder or a zip of the HSDS tables (services.csv, locations.csv ...), or one simple sheet. Each
service is put together again as the feed's JSON would tell it, so that one reader reads them all."""

import csv
import hashlib
import io
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from portal.kernel.errors import Invalid
from portal.kernel.words import N_

LARGEST_TABLE, LARGEST_ALL = 50 * 1024 * 1024, 500 * 1024 * 1024
LONGEST_CELL = 1_000_000
SHEET = (
    *("id", "name", "description", "organisation", "url", "email", "phone", "minimum_age", "maximum_age", "cost"),
    *("needs", "when", "access", "place", "address", "town", "postcode", "latitude", "longitude", "checked", "status"),
)
_NEEDED = {
    *("services", "organizations", "locations", "addresses", "phones", "schedules", "cost_options", "contacts"),
    *("attributes", "taxonomy_terms", "service_at_location", "service_at_locations", "accessibility"),
}
Row = dict[str, str]
Tables = dict[str, list[Row]]


def read_tables(path: Path) -> Tables:
    """The rows of each table, by its name. Raises Invalid for what is no table of services."""
    csv.field_size_limit(LONGEST_CELL)
    try:
        if path.is_dir():
            found = {
                file.stem: _rows(_sized(file.read_bytes()))
                for file in sorted(path.glob("*.csv"))
                if _is_known(file.stem)
            }
        elif zipfile.is_zipfile(path):
            found = _from_zip(path)
        else:
            found = {"services": _rows(_sized(path.read_bytes()))}
    except (csv.Error, UnicodeError, zipfile.BadZipFile, OSError):
        raise Invalid(N_("This file cannot be read as a table.")) from None
    if not found.get("services"):
        raise Invalid(N_("There is no table of services in this file."))
    if "name" not in found["services"][0]:
        raise Invalid(N_("The table of services has no column called name."))
    return found


def _is_known(name: str) -> bool:
    return name in _NEEDED


def _sized(content: bytes) -> bytes:
    if len(content) > LARGEST_TABLE:
        raise Invalid(N_("This file is too big."))
    return content


def _from_zip(path: Path) -> Tables:
    with zipfile.ZipFile(path) as bundle:
        wanted = [entry for entry in bundle.infolist() if _is_known(Path(entry.filename).stem)]
        # what a zip says of its sizes need not be true, so no more than that is read
        if sum(entry.file_size for entry in wanted) > LARGEST_ALL:
            raise Invalid(N_("This file is too big."))
        found = {}
        for entry in wanted:
            with bundle.open(entry) as file:
                found[Path(entry.filename).stem] = _rows(_sized(file.read(LARGEST_TABLE + 1)))
        return found


def _rows(content: bytes) -> list[Row]:
    text = io.StringIO(content.decode("utf-8-sig"), newline="")
    reader = csv.DictReader(text, restval="")
    reader.fieldnames = [name.strip().casefold() for name in reader.fieldnames or ()]
    return [{key: value or "" for key, value in row.items() if isinstance(key, str)} for row in reader]


def raw_services(found: Tables) -> Iterator[dict[str, Any]]:
    """Each service of the tables as a feed would tell it."""
    if found["services"][0].keys() & {"organisation", "postcode", "town", "when", "needs", "cost", "checked"}:
        yield from map(_from_sheet, found["services"])
        return
    joined = _Joined(found)
    for row in found["services"]:
        yield joined.service(row)


def _from_sheet(row: Row) -> dict[str, Any]:
    told = {name: row.get(name, "") for name in SHEET}
    own = "|".join((told["name"], told["organisation"], told["postcode"])).casefold()
    place = {
        "name": told["place"],
        "latitude": told["latitude"],
        "longitude": told["longitude"],
        "addresses": [{"address_1": told["address"], "city": told["town"], "postal_code": told["postcode"]}],
        "accessibility": [{"description": told["access"]}],
    }
    return {
        **{
            name: told[name] for name in ("name", "description", "url", "email", "minimum_age", "maximum_age", "status")
        },
        "id": told["id"] or hashlib.sha256(own.encode()).hexdigest()[:32],
        "organization": {"name": told["organisation"]},
        "fees": told["cost"],
        "assured_date": told["checked"],
        "phones": [{"number": told["phone"]}],
        "schedules": [{"description": told["when"]}],
        "service_at_locations": [{"location": place}],
        "attributes": [{"taxonomy_term": {"name": told["needs"]}}],
    }


class _Joined:
    """The tables by the keys that join them."""

    def __init__(self, found: Tables) -> None:
        self.organisations = _by(found, "organizations", "id")
        self.locations = _by(found, "locations", "id")
        self.addresses = _by(found, "addresses", "location_id")
        self.accessibility = _by(found, "accessibility", "location_id")
        self.terms = _by(found, "taxonomy_terms", "id")
        self.attributes = _by(found, "attributes", "link_id")
        at = "service_at_location" if "service_at_location" in found else "service_at_locations"
        self.at = _by(found, at, "service_id")
        names = ("phones", "schedules", "cost_options", "contacts")
        self.of_service = {name: _by(found, name, "service_id") for name in names}

    def service(self, row: Row) -> dict[str, Any]:
        """One row with everything that belongs to it."""
        key = row.get("id", "")
        attributes = [
            {"taxonomy_term": _one(self.terms, one.get("taxonomy_term_id", ""))} for one in self.attributes[key]
        ]
        return {
            **row,
            **{name: rows[key] for name, rows in self.of_service.items()},
            "organization": _one(self.organisations, row.get("organization_id", "")),
            "service_at_locations": [{"location": self._location(one.get("location_id", ""))} for one in self.at[key]],
            "attributes": attributes,
        }

    def _location(self, key: str) -> dict[str, Any]:
        return {
            **_one(self.locations, key),
            "addresses": self.addresses[key],
            "accessibility": self.accessibility[key],
        }


def _by(found: Tables, name: str, column: str) -> defaultdict[str, list[Row]]:
    rows = defaultdict[str, list[Row]](list)
    for row in found.get(name, ()):
        if key := row.get(column, ""):
            rows[key].append(row)
    return rows


def _one(rows: Mapping[str, list[Row]], key: str) -> Row:
    return next(iter(rows.get(key, ())), {})
