"""`portal import local-offer`, as it is typed."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from portal.cli import main
from tests.conftest import PEPPER, SECRET
from tests.local_offer.feed_server import Reply, paged, service

DATA = Path(__file__).parent / "data"


@pytest.fixture
def portal(sqlite_url, tmp_path, monkeypatch):
    """Runs the command on a copy of the test world."""
    settings = {
        "DATABASE_URL": sqlite_url, "SECRET_KEY": SECRET, "LETTER_PEPPER": PEPPER, "BASE_URL": "https://portal.example",
        "SMTP_URL": "smtp://127.0.0.1:1", "INSTANCE_FOLDER": str(tmp_path),
    }  # fmt: skip
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return lambda *words: CliRunner().invoke(main, ["import", "local-offer", *map(str, words)])


def test_a_feed(portal, feed):
    feed.answers["/services"] = paged([[service(1), service(2)]])
    result = portal(f"{feed.url}/services", "--allow-host", feed.host)
    assert result.exit_code == 0, result.output
    assert "new 2" in result.output
    assert "same" not in result.output.lower() or "as before 0" in result.output


def test_a_feed_inside_the_network_is_refused(portal, feed):
    result = portal(f"{feed.url}/services")
    assert result.exit_code == 1
    assert "private network" in result.output
    assert not feed.asked


@pytest.mark.parametrize("name", ["tables", "sheet.csv", "service_full.json"])
def test_a_file_or_a_folder(portal, name):
    assert "new" in portal(DATA / name).output
    again = portal(DATA / name)
    assert again.exit_code == 0, again.output
    assert "new 0, changed 0" in again.output


def test_what_cannot_be_read(portal, tmp_path, feed):
    (tmp_path / "x.json").write_text("<html>")
    assert "cannot be read" in portal(tmp_path / "x.json").output
    assert "There is no file" in portal(tmp_path / "none.csv").output
    feed.answers["/services"] = Reply(b"<html>")
    result = portal(f"{feed.url}/services", "--allow-host", feed.host)
    assert result.exit_code == 1
    assert "web page" in result.output
