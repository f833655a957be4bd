"""Several people at the same moment, each in a thread of their own."""

import threading
from collections.abc import Callable
from typing import Any


def at_once(*acts: Callable[[], Any], seconds: float = 60) -> list[Any]:
    """What each came to, begun at the same moment: its answer or its error. One that never ends fails the test."""
    gate, outcomes = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number: int, act: Callable[[], Any]) -> None:
        gate.wait()
        try:
            outcomes[number] = act()
        except Exception as error:
            outcomes[number] = error

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
    assert not any(thread.is_alive() for thread in threads), f"somebody still waits after {seconds} seconds"
    return outcomes
