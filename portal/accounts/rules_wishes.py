"""When and how somebody would like to hear of news: quiet hours and one mail a day, by the clock of London."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from portal.kernel.clock import LONDON
from portal.kernel.outbox import Channel


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody wants; the defaults are for whoever said nothing. Quiet hours that end when they begin are none."""

    channel: Channel = Channel.EMAIL
    quiet_from: int = 20
    quiet_until: int = 7
    digest: bool = False
    digest_hour: int = 17


def held_until(wishes: Wishes, due_at: datetime, now: datetime) -> datetime | None:
    """Until when a message that is due has to wait; None when it may go. A digest has an hour that was chosen, so the
    quiet hours do not move it."""
    moment = _digest(wishes, due_at) if wishes.digest else _end_of_quiet(wishes, now)
    return moment if moment is not None and moment > now else None


def _digest(wishes: Wishes, due_at: datetime) -> datetime:
    day = due_at.astimezone(LONDON).date()
    todays = _at(day, wishes.digest_hour)
    return todays if todays >= due_at else _at(day + timedelta(days=1), wishes.digest_hour)


def _end_of_quiet(wishes: Wishes, now: datetime) -> datetime | None:
    local, start, end = now.astimezone(LONDON), wishes.quiet_from, wishes.quiet_until
    over_night = start > end
    quiet = local.hour >= start or local.hour < end if over_night else start <= local.hour < end
    if not quiet:
        return None
    tomorrow = over_night and local.hour >= start
    return _at(local.date() + timedelta(days=tomorrow), end)


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), LONDON).astimezone(UTC)
