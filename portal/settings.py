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
NOTIFY = "https://api.notifications.service.gov.uk"
NOTIFY_KEY_LETTERS = 73  # two UUIDs and a line; a name stands before them
QUEUES = frozenset({"", "redis", "rediss", "unix", "postgresql", "postgresql+psycopg"})


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
    notify_api_key: str = ""
    notify_email_template: str = ""
    notify_sms_template: str = ""
    notify_url: str = NOTIFY
    queue_url: str = ""
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

    @property
    def sends_mail(self) -> bool:
        """Whether mail leaves the building."""
        return bool(self.smtp_url or (self.notify_api_key and self.notify_email_template))

    @property
    def sends_texts(self) -> bool:
        """Whether families can choose text messages: what leaves by GOV.UK Notify, or into the demo's file."""
        return bool(self.notify_api_key and self.notify_sms_template) or not self.sends_mail

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
        if not self.demo and not self.testing and not self.sends_mail:
            found.append("SMTP_URL is missing: families could never get a sign-in code")
        return found + self._complaints_of_delivery()

    def _complaints_of_delivery(self) -> list[str]:
        found = []
        templates = self.notify_email_template or self.notify_sms_template
        if bool(self.notify_api_key) != bool(templates):
            found.append("NOTIFY_API_KEY needs NOTIFY_EMAIL_TEMPLATE or NOTIFY_SMS_TEMPLATE, and they need the key")
        if self.notify_api_key and len(self.notify_api_key) < NOTIFY_KEY_LETTERS:
            found.append("NOTIFY_API_KEY is not a whole key: copy all of it, its name included")
        if urlsplit(self.queue_url).scheme not in QUEUES:
            found.append("QUEUE_URL must be empty, or begin with redis://, rediss://, unix:// or postgresql://")
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
            notify_api_key=given("NOTIFY_API_KEY", ""),
            notify_email_template=given("NOTIFY_EMAIL_TEMPLATE", ""),
            notify_sms_template=given("NOTIFY_SMS_TEMPLATE", ""),
            notify_url=given("NOTIFY_URL", "") or NOTIFY,
            queue_url=given("QUEUE_URL", ""),
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
