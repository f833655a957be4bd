"""The one mail a day: its words are those of any other, and it says how it can be stopped."""

from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from portal.delivery.rules import DIGEST
from portal.delivery.rules_stop import stop_token
from portal.kernel.outbox import Envelope, Kind, OutboxItem


def kinds(*, base_url: str, secret: str) -> dict[str, Kind]:
    """How the daily mail is made of the messages that leave with it."""
    return {DIGEST: Kind(partial(_daily, base_url=base_url, secret=secret))}


def _daily(_session: Session, item: OutboxItem, _now: datetime, *, base_url: str, secret: str) -> Envelope:
    """Nothing but the value that this kind adds to those of its first message."""
    stop = f"{base_url}/messages/stop/{stop_token(item.person_id, secret)}"
    return Envelope(channel="", address="", language="", school_name="", values={"stop": stop})
