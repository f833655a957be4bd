"""“I want to tell someone now”: what a child can tap, and when the adult will read it."""

from datetime import date, datetime, time, timedelta

from portal.contributions.rules import LONGEST_ANSWER, Feeling
from portal.kernel.clock import LONDON
from portal.kernel.errors import Invalid
from portal.kernel.text import many_lines, readable
from portal.kernel.words import N_
from portal.people.rules import Role
from portal.reviews.rules_calendar import TermCalendar

LONGEST_DONE = 5_000
CUT = "…"  # stands only where more was told than is kept
TOLD_NOW = "told_now"  # the outbox's name of the message to the adult
TOLD_UNOPENED = "told_unopened"  # and of the one to the others, when nobody has opened it
CHILDLINE = "0800 1111"
EMERGENCY = "999"
READS_FROM, READS_UNTIL = time(8), time(16)  # London time, on school days
READ_WITHIN = timedelta(hours=1)  # of that time; then others can open it too
LEADS = (Role.SENDCO, Role.HEADTEACHER)  # who may be the named adult: those who can reach every child of the school
TELLS = (
    Feeling("sad", N_("I am sad"), "sad"),
    Feeling("worried", N_("I am worried"), "worried"),
    Feeling("scared", N_("I am scared"), "scared"),
    Feeling("hurt", N_("Someone hurts me"), "hurt"),
    Feeling("unsafe", N_("I do not feel safe"), "shield"),
    Feeling("talk", N_("I want to talk"), "speech"),
)
TELL = {feeling.value: feeling for feeling in TELLS}


def kept_words(text: str) -> str:
    """What is kept of a child's words. Nothing is a reason to refuse a call for help: what cannot be read falls away,
    and of very many words the first part is kept, with CUT behind it."""
    words = many_lines(readable(text), longest=len(text))
    return words if len(words) <= LONGEST_ANSWER else words[:LONGEST_ANSWER] + CUT


def was_cut(words: str) -> bool:
    """Whether the child had told more than these words."""
    return len(words) > LONGEST_ANSWER


class DoneWithoutWords(Invalid):
    """Something a child told is to be put away, and nobody wrote what was done."""

    message = N_("Write what you did.")


def read_on(calendar: TermCalendar, now: datetime) -> date | None:
    """The school day at whose start it will be read; None while somebody reads it now."""
    local = now.astimezone(LONDON)
    day = local.date()
    if calendar.is_school_day(day) and local.time() < READS_UNTIL:
        return None if local.time() >= READS_FROM else day
    return calendar.school_days_after(day, 1)


def read_by(calendar: TermCalendar, said_at: datetime) -> datetime:
    """When an hour of school has passed over what a child told."""
    day = read_on(calendar, said_at)
    begins = datetime.combine(day, READS_FROM, LONDON) if day else said_at.astimezone(LONDON)
    left = datetime.combine(begins.date(), READS_UNTIL, LONDON) - begins
    if left >= READ_WITHIN:
        return begins + READ_WITHIN
    following = calendar.school_days_after(begins.date(), 1)
    return datetime.combine(following, READS_FROM, LONDON) + READ_WITHIN - left
