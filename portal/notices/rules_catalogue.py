"""Messages that school's calendar sends by itself (domain.md section 8): when each is due, what it says, where it
leads; and what the messages about notices say beside the notice itself."""

import enum
import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from portal.kernel.words import N_
from portal.notices.rules import Told
from portal.people.rules import ACCESS_CHANGED
from portal.reviews.rules import ReviewKind


class Due(enum.StrEnum):
    """Kinds of messages that a date brings; the names are those of the outbox."""

    VIEWS = "views_please"
    VIEWS_REMINDER = "views_reminder"
    RIGHTS_SOON = "rights_soon"
    RIGHTS_NOW = "rights_now"


NOTICE_TITLES = {
    Told.NOTICE: N_("A notice from school"),
    Told.REMINDER: N_("School waits for your answer"),
    Told.TOMORROW: N_("This is tomorrow"),
    Told.TAKEN_BACK: N_("School took this back"),
}
TITLES = {
    Due.VIEWS: N_("Tell school what you think"),
    Due.VIEWS_REMINDER: N_("You can still tell school what you think"),
    Due.RIGHTS_SOON: N_("%(name)s will soon decide about the plan"),
    Due.RIGHTS_NOW: N_("%(name)s now decides about the plan"),
    ACCESS_CHANGED: N_("School changed what you can see about %(name)s"),
}
OWN_TITLES = {
    Due.RIGHTS_SOON: N_("You will soon decide about your plan"),
    Due.RIGHTS_NOW: N_("You now decide about your plan"),
}
RIGHTS_NOTE = N_("From this day the rights are with %(name)s: %(day)s. Parents read on if %(name)s wants that.")
OWN_RIGHTS_NOTE = N_("From this day the rights are yours: %(day)s. You decide if your parents read on.")
VIEWS = frozenset({Due.VIEWS, Due.VIEWS_REMINDER})
RIGHTS = frozenset({Due.RIGHTS_SOON, Due.RIGHTS_NOW})

ASK_BEFORE, ASK_BEFORE_ANNUAL, REMIND_BEFORE = timedelta(days=14), timedelta(days=42), timedelta(days=5)
BETWEEN_ASKING = timedelta(days=2)  # who was asked yesterday is not reminded today
DRAFT_AGAIN_AFTER = 5  # school days; whoever was asked about a draft and has not answered is asked once more
RIGHTS_BEFORE = timedelta(days=90)
RIGHTS_LATE = timedelta(days=7)  # after a longer standstill of the worker nobody is told that it is today


def ask_before(kind: ReviewKind) -> timedelta:
    """How long before the meeting views are asked for; for an annual review they go round with the papers."""
    return ASK_BEFORE_ANNUAL if kind == ReviewKind.ANNUAL else ASK_BEFORE


def views_due(kind: ReviewKind, *, meets_on: date, asked_on: date | None, today: date) -> Due | None:
    """Which message about views is due today; asked_on is the day of the first one."""
    if today >= meets_on:
        return None
    if asked_on is None:
        return Due.VIEWS if today >= meets_on - ask_before(kind) else None
    reminds = today >= meets_on - REMIND_BEFORE and today - asked_on >= BETWEEN_ASKING
    return Due.VIEWS_REMINDER if reminds else None


def rights_due(passes_on: date, today: date) -> Due | None:
    """Which message about rights is due today, about a child whose rights pass on a day (domain.md 2.6)."""
    if passes_on <= today:
        return Due.RIGHTS_NOW if today - passes_on <= RIGHTS_LATE else None
    return Due.RIGHTS_SOON if today >= passes_on - RIGHTS_BEFORE else None


def open_at(kind: str, facts: Mapping[str, str], pupil_id: uuid.UUID) -> tuple[str, dict[str, Any]]:
    """Where a message leads: the endpoint and the values of its address."""
    if kind in VIEWS:
        return "family_views.start", {"pupil_id": pupil_id, "review_id": uuid.UUID(facts["review_id"])}
    if facts.get("own"):
        return "people.my_rights", {}
    return "family_plans.child", {"pupil_id": pupil_id}


def open_notice_at(_kind: str, facts: Mapping[str, str], _pupil_id: uuid.UUID) -> tuple[str, dict[str, Any]]:
    """Where a message about a notice leads."""
    return "messages.notice", {"notice_id": uuid.UUID(facts["notice_id"])}
