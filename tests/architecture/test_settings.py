"""Settings that would be unsafe in a school refuse to start, with a sentence that says what to change."""

import pytest

from portal.settings import Settings, UnsafeSettings, normalised

SAFE = {
    "SECRET_KEY": "s" * 40,
    "LETTER_PEPPER": "p" * 40,
    "BASE_URL": "https://portal.example.sch.uk",
    "DATABASE_URL": "postgresql://portal@db/portal",
    "SMTP_URL": "smtp://mail.example.sch.uk",
}


def test_a_school_can_start():
    settings = Settings.from_environment(SAFE)
    assert settings.secure
    assert settings.database_url.startswith("postgresql+psycopg://")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "at least 32"),
        ({"LETTER_PEPPER": "s" * 40}, "must differ"),
        ({"BASE_URL": "http://portal.example.sch.uk"}, "https"),
        ({"BASE_URL": ""}, "BASE_URL"),
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"SMTP_URL": ""}, "SMTP_URL"),
        ({"DATABASE_URL": "sqlite:////srv/demo.sqlite3"}, "demo's database"),
        ({"DEMO": "1"}, "DEMO"),
        ({"DEMO": "1", "BASE_URL": "http://127.0.0.1:8000"}, "DEMO"),
    ],
)
def test_what_is_unsafe_does_not_start(changed, words):
    with pytest.raises(UnsafeSettings, match=words):
        Settings.from_environment({**SAFE, **changed})


def test_the_demo_starts_only_on_its_own_database_and_loopback(tmp_path):
    given = {"DEMO": "1", "INSTANCE_FOLDER": str(tmp_path)}
    assert not Settings.from_environment(given).secure
    again = Settings.from_environment(given)
    assert again.secret_key == Settings.from_environment(given).secret_key, "letters outlive a restart"
    assert (tmp_path / "demo-keys.json").stat().st_mode & 0o077 == 0
    with pytest.raises(UnsafeSettings):
        Settings.from_environment({**given, "BASE_URL": "http://192.168.1.7:8000"})


def test_driver_names():
    assert normalised("postgres://x/y") == "postgresql+psycopg://x/y"
    assert normalised("sqlite:///x") == "sqlite:///x"
