"""Tables of services: a folder or a zip of the HSDS tables, and one simple sheet."""

import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal.kernel.errors import Invalid
from portal.local_offer.actions_import import import_file
from portal.local_offer.formats.hsds import read_service
from portal.local_offer.formats.tables import raw_services, read_tables
from portal.local_offer.models import Service

DATA = Path(__file__).parent / "data"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def read(path: Path):
    return [read_service(raw, NOW) for raw in raw_services(read_tables(path))]


def zipped(folder: Path, tmp_path: Path, under: str = "") -> Path:
    path = tmp_path / "tables.zip"
    with zipfile.ZipFile(path, "w") as bundle:
        for file in folder.glob("*.csv"):
            bundle.write(file, f"{under}{file.name}")
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_tables_are_put_together(tmp_path, packed):
    moving, quiet, _twice, nameless = read(zipped(DATA / "tables", tmp_path, "export/") if packed else DATA / "tables")
    assert moving is not None
    assert quiet is not None
    assert nameless is None
    assert (moving.name, moving.organisation, moving.is_free) == ("Moving Club", "Northmoor Movers", True)
    assert moving.schedules == "Monday, Friday 09:00 to 11:00"
    assert moving.areas == ("SP",)
    assert (moving.places[0].city, moving.places[0].latitude) == ("Northmoor", 52.54)
    assert quiet.url == "https://movers.example", "the organisation's own page stands in"
    assert quiet.places[0].latitude is None


def test_a_simple_sheet():
    signs, lone = read(DATA / "sheet.csv")
    assert signs is not None
    assert lone is not None
    assert (signs.name, signs.phone, signs.url) == ("Sign Café", "0121 496 0009", "https://www.signs.example")
    assert (signs.minimum_age, signs.maximum_age, signs.is_free, signs.areas) == (4, 11, True, ("SP",))
    assert signs.external_id != lone.external_id
    assert signs.external_id == read(DATA / "sheet.csv")[0].external_id, "the same row is the same service next time"


def test_a_file_is_brought_in_once_however_often(sqlite_app, sessions):
    first = import_file(sessions, DATA / "tables", name="Tables", now=NOW)
    assert (first.added, first.twice, first.left_out) == (2, 1, 1)
    again = import_file(sessions, DATA / "tables", name="Tables", now=NOW)
    assert (again.added, again.changed, again.same) == (0, 0, 2)
    with sessions() as session:
        assert session.query(Service).where(Service.name == "Moving Club").count() == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("heads.csv", b"id,name\n"),
        ("no_name.csv", b"id,title\n1,x\n"),
        ("bytes.csv", b"\xff\xfe\x00\x01"),
        ("not.zip", b"PK\x03\x04 but no zip"),
        ("nul.csv", b"id,name\n1,\x00\n"),
    ],
)
def test_what_is_no_table_is_refused_with_words(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    try:
        services = read(path)
    except Invalid:
        return
    assert all(one is None or one.name for one in services)


def test_a_zip_that_would_become_very_big_is_refused(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("services.csv", "id,name\n" + "1,x\n" * 14_000_000)
    with pytest.raises(Invalid) as error:
        read_tables(path)
    assert error.value.message == "This file is too big."


def test_a_path_in_a_zip_leads_nowhere(tmp_path):
    path = tmp_path / "slip.zip"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("../../services.csv", "id,name\n1,x\n")
    assert [one.name for one in read(path) if one] == ["x"]
    assert not (tmp_path.parent / "services.csv").exists()
