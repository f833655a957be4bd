"""What a carrier says hours after it took a message: nobody is at the address, or it could not be delivered. Asked for
again and again, and heeded once."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import bindparam, or_, select

from portal.accounts.queries_wishes import where_to
from portal.delivery.actions import POINT, PostOffice
from portal.delivery.actions_parcel import put_off
from portal.delivery.mail import Verdict
from portal.delivery.rules import AddressRefused, NotDelivered
from portal.kernel.outbox import OutboxItem, OutboxState
from portal.kernel.scope import PortalSession
from portal.people.rules import ContactKind

KEPT = timedelta(days=7)  # so long Notify knows what became of a message
SAME = timedelta(minutes=2)  # between our clock and theirs, and the time that taking a message takes
AT_A_TIME = 250
# the message that a verdict names, and those that left in the same daily mail
TOOK = (
    select(OutboxItem)
    .where(
        OutboxItem.state == OutboxState.SENT,
        OutboxItem.channel.in_(sorted(ContactKind)),
        OutboxItem.sent_at >= bindparam("since"),
        or_(
            OutboxItem.id.in_(bindparam("ids", expanding=True)),
            OutboxItem.sent_with.in_(bindparam("ids", expanding=True)),
        ),
    )
    .order_by(OutboxItem.person_id, OutboxItem.due_at, OutboxItem.id)
    .with_for_update()
)


def heed(office: PostOffice, *, now: datetime) -> int:
    """Marks addresses at which nobody is, and sends again what did not arrive; how many messages that were. A verdict
    is about one sending: what was sent again since waits for its own."""
    # not before a second sending would be told apart from this one
    found = (verdict for verdict in office.sender.verdicts() if now - verdict.taken_at > SAME)
    heeded = 0
    for verdicts in _some(found):
        about = {verdict.item_id: verdict for verdict in reversed(verdicts)}  # the newest comes first
        with office.sessions() as session:
            for item in session.scalars(TOOK, {"since": now - KEPT, "ids": list(about)}).all():
                verdict = about[item.sent_with or item.id]
                if item.sent_at is not None and abs(item.sent_at - verdict.taken_at) <= SAME:
                    _treat(session, office, item, verdict, now)
                    heeded += 1
            session.commit()
    return heeded


def _some(verdicts: Iterable[Verdict]) -> Iterator[list[Verdict]]:
    rest = iter(verdicts)
    while some := list(islice(rest, AT_A_TIME)):
        yield some


def _treat(session: PortalSession, office: PostOffice, item: OutboxItem, verdict: Verdict, now: datetime) -> None:
    if not verdict.for_good:
        put_off(item, NotDelivered(), now)
        return
    asked = {"adult_id": item.person_id, "kind": item.channel, "value": verdict.address}
    for point in session.scalars(POINT, asked):
        point.bounced_at = now
    session.flush()
    channel, _address = where_to(session, item.person_id, office.sender.channels)
    # a code is asked for anew, and a word about an address goes to no other
    again = channel.value in office.sender.channels and not office.kinds[item.kind].urgent
    item.state = OutboxState.QUEUED if again else OutboxState.BOUNCED
    item.leased_until, item.sent_with, item.last_trouble = None, None, AddressRefused.__name__
