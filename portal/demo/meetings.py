"""All meetings of the demo's review rounds, so that no two of them need the same person or room at the same time."""

from portal.demo.diary import Busy, make_diary, make_rooms
from portal.demo.open_round import make_open_round
from portal.demo.past import make_past_round
from portal.demo.reviews import Round
from portal.demo.world import World


def make_meetings(world: World, rounds: list[Round]) -> Busy:
    """Rooms, times, invitations and what came of them, the earliest round first; returns whose time is given away."""
    rooms, busy = make_rooms(world), Busy(world)
    for made in sorted(rounds, key=lambda made: -made.back):
        write = make_open_round if made.is_open else make_past_round
        write(world, made, make_diary(world, made, rooms, busy), busy)
    return busy
