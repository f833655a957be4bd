"""When a message that could not be sent is tried again, and when somebody must look after it."""

from datetime import timedelta

TRIES = 10
LEASE = timedelta(minutes=2)
AT_ONCE = 20
_FIRST_PAUSE, _LONGEST_PAUSE = 30, 2 * 60 * 60  # seconds


def pause_after(tries: int) -> timedelta:
    """30 seconds after the first try, then twice as long each time, at most two hours."""
    return timedelta(seconds=min(_FIRST_PAUSE << (tries - 1), _LONGEST_PAUSE))
