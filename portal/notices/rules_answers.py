"""Until when a notice can be answered, and which answers one reader is offered just now."""

from dataclasses import dataclass
from datetime import date, datetime

from portal.kernel.clock import LONDON
from portal.kernel.errors import Conflict
from portal.kernel.words import N_
from portal.notices.rules import REPLIES, Asks, Reply


class TooLateToAnswer(Conflict):
    """The last day to answer is over, or the gathering was."""

    message = N_("The last day to answer is over. You can still ask us to call you.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a notice asks of one reader, and what they said. `places_left` is None where places are not counted;
    `explain`: it is not written in the reader's language."""

    asks: Asks
    reply: Reply
    answer_by: date | None = None
    happens_at: datetime | None = None
    places_left: int | None = None
    explain: bool = False

    def is_open(self, now: datetime) -> bool:
        """Whether school still counts answers: until the end of the last day, and until the gathering begins."""
        if self.happens_at is not None and now >= self.happens_at:
            return False
        return self.answer_by is None or now.astimezone(LONDON).date() <= self.answer_by

    def waits(self, now: datetime) -> bool:
        """Whether school waits for this reader's answer."""
        return self.asks != Asks.NOTHING and self.reply == Reply.NONE and self.is_open(now)

    @property
    def is_full(self) -> bool:
        """Whether no place is left for this reader."""
        return self.places_left == 0 and self.reply != Reply.COME

    def offered(self, now: datetime) -> tuple[Reply, ...]:
        """The answers that have a button, without the one that was given. A call is never refused; whoever asked for
        one may change their mind."""
        wanted = REPLIES[self.asks] if self.is_open(now) else ()
        if self.is_full:
            wanted = tuple(reply for reply in wanted if reply != Reply.COME)
        if self.explain or self.asks != Asks.NOTHING:
            wanted = (*(reply for reply in wanted if reply != Reply.CALL), Reply.CALL)
        if self.reply == Reply.CALL:
            wanted = (*wanted, Reply.NONE)
        return tuple(reply for reply in wanted if reply != self.reply)


def check_reply(asked: Asked, reply: Reply, now: datetime) -> None:
    """Raises TooLateToAnswer for an answer after the day, and Conflict for one that this notice does not ask for."""
    if reply in (Reply.CALL, Reply.NONE) or reply == asked.reply:
        return
    if reply not in REPLIES[asked.asks]:
        raise Conflict(N_("Choose from the answers on the page."))
    if not asked.is_open(now):
        raise TooLateToAnswer
