"""How the messages about notices, and those that a date brought, stand for their reader."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from portal.kernel.clock import LONDON
from portal.kernel.messages import Item, Room, Standing, Standings
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.notices.queries_due import silent_reader
from portal.notices.queries_family import asked_of, my_copies, wording_of
from portal.notices.queries_mail import still_true
from portal.notices.rules import Told
from portal.notices.rules_catalogue import (
    NOTICE_TITLES,
    OWN_RIGHTS_NOTE,
    OWN_TITLES,
    RIGHTS,
    RIGHTS_NOTE,
    TITLES,
    VIEWS,
    Due,
    open_at,
    open_notice_at,
)
from portal.people.actor import Actor

ANSWER_BY = N_("Please answer by this day: %(day)s.")


def about_notices(
    session: PortalSession, viewer: Actor, items: Sequence[Item], now: datetime, language: str
) -> Standings:
    """Notices by their titles, in the reader's language where a person translated them; one statement."""
    wanted = {uuid.UUID(item.facts["notice_id"]) for item in items}
    rows = my_copies(session, viewer=viewer, notice_ids=sorted(wanted), language=language)
    first = {str(row.notice_id): row for row in reversed(rows)}
    return {item.item_id: _notice(item, first.get(item.facts["notice_id"]), now, language) for item in items}


def _notice(item: Item, row: Any, now: datetime, language: str) -> Standing:
    kind = Told(item.kind)
    if row is None or not still_true(kind, row.state, row.reply, row.happens_at, now):
        return Standing(holds=False)
    asked, title = asked_of(row, language), wording_of(row, language).heading
    waits = kind != Told.TAKEN_BACK and asked.waits(now)
    notes = () if kind == Told.NOTICE else (NOTICE_TITLES[kind],)
    return Standing(
        holds=kind != Told.REMINDER or waits,
        ask=f"notice:{item.facts['notice_id']}" if waits else "",
        is_read=kind == Told.NOTICE and row.opened_at is not None,
        title=title.text,
        lang=title.lang,
        direction=title.direction,
        moment=row.happens_at,
        notes=(*notes, ANSWER_BY) if waits and row.answer_by else notes,
        day=row.answer_by,
    )


def about_dates(
    session: PortalSession, viewer: Actor, items: Sequence[Item], now: datetime, _language: str
) -> Standings:
    """Views are asked for until they were sent; one statement, none where nothing asks for views."""
    today, asks = now.astimezone(LONDON).date(), any(item.kind in VIEWS for item in items)
    waiting = silent_reader(session, person_id=viewer.person_id, now=now, today=today) if asks else []
    open_reviews = {str(one.review_id): one.starts_at for one in waiting}
    return {item.item_id: _dated(item, open_reviews) for item in items if item.kind in VIEWS | RIGHTS}


def _dated(item: Item, waiting: dict[str, datetime]) -> Standing:
    if item.kind in VIEWS:
        review = item.facts["review_id"]
        return Standing(holds=review in waiting, ask=f"views:{review}", moment=waiting.get(review))
    own = "own" in item.facts
    return Standing(
        title=OWN_TITLES[Due(item.kind)] if own else "",
        notes=(OWN_RIGHTS_NOTE if own else RIGHTS_NOTE,),
        day=date.fromisoformat(item.facts["on"]),
    )


NOTICES = Room(
    titles=NOTICE_TITLES, open_at=open_notice_at, standing=about_notices, asks=frozenset({Told.NOTICE, Told.REMINDER})
)
DATES = Room(titles=TITLES, open_at=open_at, standing=about_dates, asks=VIEWS)
