"""SEN status, needs, and what families were told when a child joined or left the register (CFA 2014 s.68)."""

from datetime import date, timedelta

from portal.demo.calendar import DAY
from portal.demo.world import Child, World
from portal.people.rules import OPEN_ACCESS, OPEN_STATES, ContactState, Restriction, Role
from portal.profiles.models_register import RegisterEvent, RegisterWord, SenNeed, SenStatusPeriod
from portal.profiles.rules import RegisterKind, SenProvision

JOINED = (
    "We have added {name} to our SEN register. This means {name} gets extra help in school, called SEN support. "
    "We will write a plan with you and meet you at least three times a year. Nothing else changes for {name}."
)
LEFT = (
    "{name} has done so well that the extra help is no longer needed. We have taken {name} off our SEN register. "
    "Teachers will go on watching how {name} gets on. You can ask us to look again at any time."
)
CAUGHT_UP = "Caught up with the class and keeps up without extra help."
EHC_PLAN = "The local authority has issued an education, health and care plan."


def make_register(world: World) -> None:
    """Gives every child a history that ends with its provision of today."""
    for child in world.children.values():
        since, until = child.since, child.told.get("until")
        _history(world, child, since, until)
        _told(world, child, RegisterKind.ADDED, since, JOINED)
        if until is not None:
            _told(world, child, RegisterKind.REMOVED, until, LEFT)


def _history(world: World, child: Child, since: int, until: int | None) -> None:
    provision, begun, ended = SenProvision(child.told.get("provision", "K")), world.day(since), None
    support = SenStatusPeriod(**child.about, provision=SenProvision.SUPPORT, starts_on=begun)
    if provision is not SenProvision.SUPPORT:
        # an EHC plan follows some time on SEN support; a child without either has caught up
        support.ends_on = world.day(until) if until is not None else _plan_came(world, child, since)
        support.reason = EHC_PLAN if until is None else CAUGHT_UP
        world.keep(SenStatusPeriod(**child.about, provision=provision, starts_on=support.ends_on + DAY))
        ended = support.ends_on if until is not None else None
    world.keep(support)
    for rank, need in enumerate(child.told["needs"], 1):
        world.keep(SenNeed(**child.about, need_type=need, rank=rank, starts_on=begun, ends_on=ended))


def _plan_came(world: World, child: Child, since: int) -> date:
    """The day before the EHC plan; to the day where the texts say how old it is, for its yearly clock hangs on it."""
    return world.today - timedelta(days=child.told["ehc"] + 1) if "ehc" in child.told else world.day(since // 2)


def _told(world: World, child: Child, kind: RegisterKind, ago: int, words: str) -> None:
    decided_at, sendco = world.at(ago, 12, 30), world.head_of(Role.SENDCO, child)
    event = RegisterEvent(**child.about, kind=kind, decided_at=decided_at, decided_by=sendco.id)
    event.reason_for_family = child.said[f"register.{kind}"] = words.format(name=child.pupil.name)
    world.keep(event)
    for link in child.links:
        if link.access in OPEN_ACCESS and link.state in OPEN_STATES and link.restriction is Restriction.NONE:
            word = RegisterWord(**child.about, adult_id=link.adult_id, event_id=event.id, told_at=decided_at)
            if link.state is ContactState.ACTIVE and not child.told.get("unread"):
                word.read_at = world.at(ago - 2, 19, 5)
            world.keep(word)
