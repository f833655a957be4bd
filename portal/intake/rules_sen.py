"""What the portal keeps of a SEN history in a file: one open period, ranks from 1, and needs only with support."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from portal.intake.formats.ctf_pupil import CtfNeed, CtfPupil
from portal.profiles.rules import SenProvision


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of one provision; `ends_on` is its last day, None for the open one."""

    provision: SenProvision
    starts_on: date
    ends_on: date | None
    legacy_code: str = ""


@dataclass(frozen=True, slots=True)
class Need:
    """An open need with its rank."""

    need_type: str
    rank: int
    starts_on: date


def periods(starts: Iterable[tuple[date, SenProvision, str]]) -> tuple[Period, ...]:
    """Periods in a row from (first day, provision, abolished code or ""); of two for one day the last counts."""
    first_days = {day: (provision, legacy) for day, provision, legacy in starts}
    days = sorted(first_days)
    ends = [day - timedelta(days=1) for day in days[1:]]
    return (
        tuple(
            Period(first_days[day][0], day, end, first_days[day][1])
            for day, end in zip(days, [*ends, None], strict=True)
        )
        if days
        else ()
    )


def told_periods(pupil: CtfPupil, today: date) -> list[tuple[date, SenProvision, str]]:
    """The history of the file up to today: what is only planned is not a fact yet."""
    return [
        (entry.start, entry.provision, entry.code if entry.needs_review else "")
        for entry in pupil.sen_history
        if entry.start <= today
    ]


def told_needs(pupil: CtfPupil, today: date) -> tuple[CtfNeed, ...]:
    """The open needs of the file in the order of their ranks, each type once.

    None without SEN support or a plan, and "not yet assessed" only with SEN support (census rules 2125 and 2175).
    """
    current = pupil.provision_on(today)
    if current is None or current.provision is SenProvision.NONE:
        return ()
    by_type: dict[str, CtfNeed] = {}
    for need in pupil.needs_on(today):
        if need.type != "NSA" or current.provision is SenProvision.SUPPORT:
            by_type.setdefault(need.type, need)
    return tuple(by_type.values())


def leaves_needs_out(pupil: CtfPupil, today: date) -> bool:
    """Whether the file has open needs that do not fit the child's support."""
    return {need.type for need in told_needs(pupil, today)} != {need.type for need in pupil.needs_on(today)}


_OLDEST_YEAR, _YOUNGEST_YEARS = 14, {0: "R", -1: "N2", -2: "N1", -3: "E2"}


def usual_year(born: date, today: date) -> str:
    """The year group of most children of this age: age on the 31 August before the school year, less four (R is 0)."""
    starts = today.year if today.month >= 9 else today.year - 1
    age = starts - born.year - (1 if (born.month, born.day) > (8, 31) else 0)
    year = age - 4
    return str(min(year, _OLDEST_YEAR)) if year > 0 else _YOUNGEST_YEARS.get(year, "E1")
