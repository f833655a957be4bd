"""When a message that could not be sent is tried again, when somebody must look after it, and what a refusal means."""

from datetime import timedelta

DIGEST = "digest"  # the one mail a day of those who wish it; no row has this kind
OWN_LETTER = ("notice", "notice_reminder")  # whoever gets these on paper gets the notice itself, printed where it is
TRIES = 10
LEASE = timedelta(minutes=2)
FRESH = timedelta(seconds=10)  # how long what was found about rights and wishes holds
AT_ONCE = 200  # how many are taken in hand at a time
BATCH = 20  # how many go by one connection
_FIRST_PAUSE, _LONGEST_PAUSE = 30, 2 * 60 * 60  # seconds
_NO_SUCH_MAILBOX = frozenset({550, 551, 552, 553, 554})


class AddressRefused(Exception):
    """Whoever should carry the message says that nobody is at this address, and will say so again."""


class NotDelivered(Exception):
    """Whoever carried the message could not deliver it, and might the next time."""


def pause_after(tries: int) -> timedelta:
    """30 seconds after the first try, then twice as long each time, at most two hours."""
    return timedelta(seconds=min(_FIRST_PAUSE << (tries - 1), _LONGEST_PAUSE))


def refuses_address(code: int, words: bytes) -> bool:
    """Whether a mail server's answer to RCPT is about the address for good (RFC 5321 4.2.3). An enhanced code 5.7.x is
    about us: that we may not send through this server is not the family's address's fault (RFC 3463)."""
    return code in _NO_SUCH_MAILBOX and not words.lstrip().startswith(b"5.7.")
