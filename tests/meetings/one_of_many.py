"""One process of a rush: its families take any free time, one after the other. Told and answering in JSON lines."""

import json
import sys
import uuid

from portal.kernel.db import make_engine
from portal.meetings.actions_booking import book
from portal.meetings.rules_booking import SlotTaken
from tests.meetings.arranging import WISHES, Fair


def main() -> None:
    """Waits for "go" and rushes."""
    facts = json.loads(sys.stdin.readline())
    engine = make_engine(facts["url"]).execution_options(write=True)
    fair = Fair(engine, uuid.uuid4(), uuid.UUID(facts["trust"]))
    with engine.connect():
        print("ready", flush=True)
    sys.stdin.readline()
    outcomes = {"Booked": 0, "SlotTaken": 0}
    for pupil, review, adult in facts["families"]:
        outcomes[_rush(fair, facts["slots"], uuid.UUID(pupil), uuid.UUID(review), uuid.UUID(adult))] += 1
    print(json.dumps(outcomes), flush=True)


def _rush(fair: Fair, slots: list[str], pupil_id: uuid.UUID, review_id: uuid.UUID, adult_id: uuid.UUID) -> str:
    about = {"pupil_id": pupil_id, "review_id": review_id, "adult_id": adult_id}
    for slot in slots:
        try:
            fair.do(
                book, fair.actor(adult_id), **about, slot_id=uuid.UUID(slot), wishes=WISHES, once_key=uuid.uuid4().hex
            )
            return "Booked"
        except SlotTaken:
            continue
    return "SlotTaken"


if __name__ == "__main__":
    main()
