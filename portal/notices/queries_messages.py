"""The one list of everything that school told a reader: what waits for an answer on top, then the newest first.

The rows are those of the outbox, so whoever gets no mail reads everything here. How each stands is asked of the feature
that sent it: what is no longer true is left out, and nothing is told about a child whom the reader may not read about.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from portal.kernel.db import UtcDateTime
from portal.kernel.messages import AS_TOLD, Address, Item, Rooms, Standing
from portal.kernel.outbox import OutboxItem, OutboxState
from portal.kernel.scope import PortalSession
from portal.notices.models import MessagesSeen, NoticeCopy
from portal.notices.rules import Told
from portal.people.actor import Actor
from portal.people.models import Pupil, School

SHOWN = 20
ASKED_SINCE = timedelta(days=120)  # whatever school asked before that nobody waits for any more
FIRST_NEWS = timedelta(days=14)  # for whoever never opened the list: older messages are not called new
MOST = 200


def _mine(row: Any) -> Any:
    """That a row is the reader's and may be told. What the worker looked at is marked as withheld also when it went
    nowhere: only what was withheld before that is no longer true."""
    return and_(
        row.person_id == bindparam("me"),
        row.kind.in_(bindparam("kinds", expanding=True)),
        row.due_at <= bindparam("now"),
        or_(row.state != OutboxState.WITHHELD, row.tries > 0),
    )


def _about(row: Any) -> Any:
    """That a row is about the chosen child, if one was chosen; a notice about two children is one message."""
    return or_(
        bindparam("every_child", type_=Boolean()),
        row.about_pupil_id == bindparam("child"),
        row.event_key.in_(bindparam("notices", expanding=True)),
    )


Newest, Child = aliased(OutboxItem), aliased(Pupil)
AFTER = or_(
    bindparam("first_page", type_=Boolean()),
    Newest.due_at < bindparam("after_at"),
    and_(Newest.due_at == bindparam("after_at"), Newest.id > bindparam("after_id")),
)
NEWEST = (
    select(Newest.id)
    .join(Child, Child.id == Newest.about_pupil_id)
    .where(_mine(Newest), _about(Newest), AFTER)
    .order_by(Newest.due_at.desc(), Newest.id)
    .limit(SHOWN + 1)
)
ASKING = and_(OutboxItem.kind.in_(bindparam("asking", expanding=True)), OutboxItem.due_at >= bindparam("asked_since"))
ROWS = (
    select(
        *(OutboxItem.id, OutboxItem.kind, OutboxItem.event_key, OutboxItem.due_at, OutboxItem.facts),
        *(Pupil.id.label("pupil_id"), Pupil.forename, Pupil.known_as, School.name.label("school")),
    )
    .join(Pupil, Pupil.id == OutboxItem.about_pupil_id)
    .join(School, School.id == Pupil.school_id)
    .where(_mine(OutboxItem))
    .order_by(OutboxItem.due_at.desc(), OutboxItem.id)
)
PAGE = ROWS.where(
    or_(
        OutboxItem.id.in_(NEWEST),
        and_(bindparam("first_page", type_=Boolean()), ASKING, _about(OutboxItem)),
    )
).limit(MOST)
SEEN_AT = select(MessagesSeen.seen_at).where(MessagesSeen.adult_id == bindparam("me")).scalar_subquery()
SINCE = func.coalesce(SEEN_AT, bindparam("first_news", type_=UtcDateTime()))
FRONT = ROWS.where(or_(OutboxItem.due_at > SINCE, ASKING)).add_columns(SEEN_AT.label("seen_at")).limit(MOST)
CHILDREN = (
    select(Pupil.id, Pupil.forename, Pupil.known_as, MessagesSeen.seen_at, MessagesSeen.before, MessagesSeen.sitting_id)
    .outerjoin(MessagesSeen, MessagesSeen.adult_id == bindparam("me"))
    .order_by(Pupil.forename, Pupil.id)
)
COPIES = select(NoticeCopy.notice_id).where(
    NoticeCopy.adult_id == bindparam("me"), NoticeCopy.pupil_id == bindparam("child")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One message in the list. `title` and what stands in `standing` are as kernel.messages.Standing says; `at` is
    when it was told."""

    item_id: uuid.UUID
    kind: str
    at: datetime
    pupil_id: uuid.UUID
    child: str
    school: str
    title: str
    address: Address
    is_new: bool
    standing: Standing


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the list begins: after the message that was due then and has this id."""

    at: datetime
    item_id: uuid.UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageList:
    """One page of the list. `open` stand on top; `older` is where the next page begins. `children` are those to choose
    from (id, name), `child_id` the chosen one. `is_news`: there is something that was not on the list before."""

    open: tuple[Note, ...]
    notes: tuple[Note, ...]
    older: Place | None
    children: tuple[tuple[uuid.UUID, str], ...]
    child_id: uuid.UUID | None
    is_news: bool


@dataclass(frozen=True, slots=True)
class Front:
    """What a front page says: how many messages are new, and what waits for an answer, the newest first."""

    new: int = 0
    asking: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class _Seen:
    """When the reader opened the list before this sitting, and last."""

    before: datetime
    last: datetime
    this_sitting: bool


def message_list(
    session: PortalSession,
    *,
    viewer: Actor,
    rooms: Rooms,
    language: str,
    now: datetime,
    after: Place | None = None,
    child_id: uuid.UUID | None = None,
) -> MessageList:
    """One page of the reader's messages, in their language (tag) where a person translated them. Two statements, one
    more for each feature that has a message on the page, and one for one child."""
    children, seen = _children(session, viewer, now)
    chosen = child_id if child_id in dict(children) else None
    rows = _page(session, viewer, rooms, now, after, chosen) if children else []
    stands = list(_notes(session, viewer, rooms, rows, seen.before, language, now))
    asking = _first_of_each(stands) if after is None else ()
    on_top = {note.item_id for note in asking}
    shown = {row.id for row in rows[:SHOWN]}
    return MessageList(
        open=asking,
        notes=tuple(note for note in stands if note.item_id in shown - on_top),
        older=Place(rows[SHOWN - 1].due_at, rows[SHOWN - 1].id) if len(rows) > SHOWN else None,
        children=children if len(children) > 1 else (),
        child_id=chosen,
        is_news=after is None and (not seen.this_sitting or any(row.due_at > seen.last for row in rows[:1])),
    )


def front(session: PortalSession, *, viewer: Actor, rooms: Rooms, language: str, now: datetime) -> Front:
    """What is new since the list was opened last. What front pages say by themselves is not said again. One statement,
    and one more for each feature that has something to say."""
    said = {kind for kind, room in rooms.items() if room.has_own_step and kind in room.asks}
    spoken = {kind: room for kind, room in rooms.items() if kind not in said}
    values = _values(viewer, spoken, now) | {"first_news": now - FIRST_NEWS}
    rows = session.execute(FRONT, values).all()
    since = rows[0].seen_at or now - FIRST_NEWS if rows else now
    notes = list(_notes(session, viewer, spoken, rows, since, language, now))
    return Front(sum(note.is_new for note in notes), _first_of_each(notes))


def _children(session: PortalSession, viewer: Actor, now: datetime) -> tuple[tuple[tuple[uuid.UUID, str], ...], _Seen]:
    rows = session.execute(CHILDREN, {"me": viewer.person_id}).all()
    never = now - FIRST_NEWS
    found = rows[0] if rows else None
    if found is None or found.seen_at is None:
        seen = _Seen(never, never, False)
    elif found.sitting_id == viewer.sitting_id:
        seen = _Seen(found.before or never, found.seen_at, True)
    else:
        seen = _Seen(found.seen_at, found.seen_at, False)
    return tuple((row.id, row.known_as or row.forename) for row in rows), seen


def _values(viewer: Actor, rooms: Rooms, now: datetime) -> dict[str, Any]:
    asking = [kind for kind, room in rooms.items() if kind in room.asks]
    asked = {"asking": asking, "asked_since": now - ASKED_SINCE}
    return {"me": viewer.person_id, "now": now, "kinds": list(rooms), **asked}


def _page(
    session: PortalSession, viewer: Actor, rooms: Rooms, now: datetime, after: Place | None, child: uuid.UUID | None
) -> Sequence[Any]:
    notices: list[str] = []
    if child is not None:
        for notice_id in session.scalars(COPIES, {"me": viewer.person_id, "child": child}):
            notices += [f"{kind}:{notice_id}:{viewer.person_id}" for kind in Told]
    values = _values(viewer, rooms, now) | {
        "first_page": after is None,
        "after_at": after.at if after else now,
        "after_id": after.item_id if after else viewer.person_id,
        "every_child": child is None,
        "child": child or viewer.person_id,
        "notices": notices,
    }
    return session.execute(PAGE, values).all()


def _notes(
    session: PortalSession,
    viewer: Actor,
    rooms: Rooms,
    rows: Sequence[Any],
    since: datetime,
    language: str,
    now: datetime,
) -> Iterator[Note]:
    """The rows that hold, in their order."""
    items = {row.id: _item(row) for row in rows}
    standing: dict[uuid.UUID, Standing] = {}
    for room in {id(room): room for room in rooms.values()}.values():
        own = [item for item in items.values() if rooms[item.kind] is room]
        if own:
            standing |= room.standing(session, viewer, own, now, language)
    for row in rows:
        item, stands = items[row.id], standing.get(row.id, AS_TOLD)
        room = rooms[row.kind]
        if stands.holds:
            yield Note(
                item_id=row.id,
                kind=row.kind,
                at=row.due_at,
                pupil_id=row.pupil_id,
                child=row.known_as or row.forename,
                school=row.school,
                title=stands.title or room.titles[row.kind],
                address=room.open_at(row.kind, item.facts, row.pupil_id),
                is_new=row.due_at > since and not stands.is_read,
                standing=stands,
            )


def _item(row: Any) -> Item:
    event = row.event_key.removeprefix(f"{row.kind}:").rpartition(":")[0]
    return Item(item_id=row.id, kind=row.kind, event=event, facts=row.facts, at=row.due_at, pupil_id=row.pupil_id)


def _first_of_each(notes: Iterable[Note]) -> tuple[Note, ...]:
    """What waits for an answer: of several messages about one thing the newest."""
    found: dict[str, Note] = {}
    for note in notes:
        if note.standing.ask:
            found.setdefault(note.standing.ask, note)
    return tuple(found.values())
