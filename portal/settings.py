"""Frozen settings, read from the environment once and handed in; what would be unsafe in a school refuses to start."""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from portal.paths import ROOT

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
DEMO_DATABASE = "demo.sqlite3"
SHORTEST_KEY = 32


class UnsafeSettings(ValueError):
    """The portal would run, but not safely: it says why and does not start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that differs between one installation and another. Sizes in bytes, times in minutes."""

    database_url: str
    secret_key: str
    letter_pepper: str
    base_url: str
    demo: bool = False
    testing: bool = False
    trusted_proxies: int = 0
    instance: Path = ROOT / "instance"
    languages: tuple[str, ...] = ("en", "ur", "pa", "bn", "pl", "ro", "ar", "so")
    offer_incomplete_languages: bool = False
    smtp_url: str = ""
    mail_from: str = "portal@localhost"
    limits_storage: str = "memory://"
    longest_form: int = 4 * 1024 * 1024
    longest_upload: int = 64 * 1024 * 1024

    def __post_init__(self) -> None:
        for complaint in self._complaints():
            raise UnsafeSettings(complaint)

    @property
    def secure(self) -> bool:
        """Cookies are Secure and carry the __Host- prefix unless the portal is only on loopback http."""
        return urlsplit(self.base_url).scheme == "https"

    def _complaints(self) -> list[str]:
        url = urlsplit(self.base_url)
        on_loopback = url.hostname in LOOPBACK
        found = []
        for name, key in (("SECRET_KEY", self.secret_key), ("LETTER_PEPPER", self.letter_pepper)):
            if len(key) < SHORTEST_KEY:
                found.append(f"{name} must be at least {SHORTEST_KEY} characters long")
        if self.secret_key == self.letter_pepper:
            found.append("SECRET_KEY and LETTER_PEPPER must differ: one key, one purpose")
        if url.scheme not in {"http", "https"} or not url.hostname:
            found.append("BASE_URL must be the address families type, such as https://portal.example.sch.uk")
        if url.scheme == "http" and not on_loopback:
            found.append("BASE_URL must start with https:// unless it is a loopback address")
        if self.demo and not (
            on_loopback and self.database_url.startswith("sqlite") and DEMO_DATABASE in self.database_url
        ):
            found.append(
                f"DEMO signs anyone in as anyone: it needs a loopback BASE_URL and the database {DEMO_DATABASE}"
            )
        if not self.demo and not self.testing and DEMO_DATABASE in self.database_url:
            found.append("DATABASE_URL is the demo's database: choose another for a school")
        if not self.demo and not self.testing and not self.smtp_url:
            found.append("SMTP_URL is missing: families could never get a sign-in code")
        return found

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Reads the environment; raises UnsafeSettings with the sentence that says what to change."""
        given = environ.get
        demo = given("DEMO", "") == "1"
        instance = Path(given("INSTANCE_FOLDER", "") or ROOT / "instance")
        kept = demo_keys(instance) if demo else {}
        keys = {name: given(name, "") or kept.get(name, "") for name in ("SECRET_KEY", "LETTER_PEPPER")}
        if missing := [name for name, key in keys.items() if not key]:
            raise UnsafeSettings(f"{' and '.join(missing)} must be set: long random texts, kept outside the database")
        default_database = f"sqlite:///{instance / DEMO_DATABASE}" if demo else ""
        database_url = given("DATABASE_URL", "") or default_database
        if not database_url:
            raise UnsafeSettings("DATABASE_URL must be set, such as sqlite:////srv/portal/school.sqlite3")
        return cls(
            database_url=normalised(database_url),
            secret_key=keys["SECRET_KEY"],
            letter_pepper=keys["LETTER_PEPPER"],
            base_url=(given("BASE_URL", "") or (f"http://127.0.0.1:{given('PORT', '8000')}" if demo else "")).rstrip(
                "/"
            ),
            demo=demo,
            trusted_proxies=int(given("TRUSTED_PROXIES", "0")),
            instance=instance,
            smtp_url=given("SMTP_URL", ""),
            mail_from=given("MAIL_FROM", "portal@localhost"),
            limits_storage=given("LIMITS_STORAGE", "memory://"),
            offer_incomplete_languages=demo and given("OFFER_INCOMPLETE_LANGUAGES", "") == "1",
        )


def demo_keys(instance: Path) -> dict[str, str]:
    """Keys of the demo, made once and kept beside its database so that printed letters outlive a restart."""
    path = instance / "demo-keys.json"
    if not path.exists():
        instance.mkdir(parents=True, exist_ok=True)
        made = {name: secrets.token_urlsafe(48) for name in ("SECRET_KEY", "LETTER_PEPPER")}
        path.touch(mode=0o600)
        path.write_text(json.dumps(made))
    keys: dict[str, str] = json.loads(path.read_text())
    return keys


def normalised(url: str) -> str:
    """The URL with psycopg 3 named as the driver of PostgreSQL."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url
