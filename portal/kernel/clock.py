"""The one place that asks what time it is, so that tests can travel and every part agrees on the school's day."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The school's calendar day (Europe/London)."""
    return now().astimezone(LONDON).date()


def minutes(count: float) -> timedelta:
    """A span of so many minutes."""
    return timedelta(minutes=count)
