"""SEN status, needs, and what families were told when their child joined or left the register (Children and Families Act 2014 s.68)."""

from portal.demo.world import Child, World
from portal.people.rules import OPEN_ACCESS, OPEN_STATES, Restriction
from portal.profiles.models import RegisterEvent, RegisterWord, SenNeed, SenStatusPeriod
from portal.profiles.rules import RegisterKind, SenProvision

JOINED = (
    "We have added {name} to our SEN register. This means {name} gets extra help in school, called SEN support. "
    "We will write a plan with you and meet you at least three times a year. Nothing else changes for {name}."
)
LEFT = (
    "{name} has done so well that the extra help is no longer needed. We have taken {name} off our SEN register. "
    "Teachers will go on watching how {name} gets on, and you can ask us to look again at any time."
)


def make_register(world: World) -> None:
    """Gives every child a history that ends with its provision of today."""
    for child in world.children.values():
        since = child.told.get("since", 300)
        until = child.told.get("until")
        _history(world, child, SenProvision(child.told["provision"]), since, until)
        _told(world, child, RegisterKind.ADDED, since, JOINED)
        if until is not None:
            _told(world, child, RegisterKind.REMOVED, until, LEFT)


def _history(world: World, child: Child, provision: SenProvision, since: int, until: int | None) -> None:
    about = {"school_id": child.school.id, "pupil_id": child.pupil.id}
    begun = world.day(since)
    if until is not None:
        ended = world.day(until)
        world.keep(SenStatusPeriod(**about, provision=SenProvision.SUPPORT, starts_on=begun, ends_on=ended))
        world.keep(SenStatusPeriod(**about, provision=SenProvision.NONE, starts_on=world.day(until - 1), reason="Caught up"))
    else:
        ended = None
        world.keep(SenStatusPeriod(**about, provision=provision, starts_on=begun))
    for rank, need in enumerate(child.told["needs"], 1):
        world.keep(SenNeed(**about, need_type=need, rank=rank, starts_on=begun, ends_on=ended))


def _told(world: World, child: Child, kind: RegisterKind, ago: int, words: str) -> None:
    about = {"school_id": child.school.id, "pupil_id": child.pupil.id}
    sendco = world.holder("sendco", child.school)
    decided_at, reason = world.at(ago, 12, 30), words.format(name=child.pupil.name)
    event = world.keep(RegisterEvent(**about, kind=kind, decided_at=decided_at, decided_by=sendco.id, reason_for_family=reason))
    for link in child.links:
        if link.access in OPEN_ACCESS and link.state in OPEN_STATES and link.restriction is Restriction.NONE:
            read_at = world.at(max(ago - 2, 0), 19, 5) if ago > 10 else None
            word = RegisterWord(**about, adult_id=link.adult_id, event_id=event.id, told_at=decided_at, read_at=read_at)
            world.keep(word)
