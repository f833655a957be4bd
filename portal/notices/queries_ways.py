"""How word of something new reaches an adult: by mail, by text message, on paper, or only in the portal. The rule of
accounts.queries_wishes.where_to in SQL, for many at once; no address is read, only whether there is one."""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, not_, select

from portal.accounts.models import MessageWishes
from portal.kernel.outbox import Channel
from portal.people.models import ContactPoint
from portal.people.rules import ContactKind

POINT: Any = ContactPoint.__table__.c
WISH: Any = MessageWishes.__table__.c
ALL = frozenset(ContactKind)


def way_of(person_id: Any, reachable: frozenset[ContactKind] = ALL) -> ColumnElement[str]:
    """The way to the person with this id, as a Channel's value. `reachable`: what this installation can send by."""
    said = select(WISH.channel).where(WISH.adult_id == person_id).scalar_subquery()
    wish = func.coalesce(said, Channel.EMAIL.value)
    points = select(POINT.id).where(POINT.adult_id == person_id)
    wanted = points.where(POINT.wanted)
    good = wanted.where(POINT.bounced_at.is_(None), POINT.kind.in_(sorted(reachable)))
    mobile = good.where(POINT.kind == ContactKind.MOBILE).exists()
    email = good.where(POINT.kind == ContactKind.EMAIL).exists()
    return case(
        (wish.in_([Channel.LETTER.value, Channel.NONE.value]), wish),
        (and_(points.exists(), not_(wanted.exists())), Channel.NONE.value),
        (and_(wish == Channel.MOBILE.value, mobile), Channel.MOBILE.value),
        (email, Channel.EMAIL.value),
        (mobile, Channel.MOBILE.value),
        else_=Channel.LETTER.value,
    )
