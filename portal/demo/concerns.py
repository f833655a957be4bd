"""What families of the demo asked school, what they were answered, and the specialists from outside."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from portal.concerns.models import Concern, ConcernReply, Consent, Referral, Sharing
from portal.concerns.rules import Standing, Step, Turn, Wish
from portal.concerns.rules_consent import LASTS, WORDING_VERSION, Basis, ConsentState, Specialist, Way
from portal.concerns.rules_messages import ConcernMessage
from portal.demo.calendar import school_day_from
from portal.demo.world import Child, World, told
from portal.kernel.clock import LONDON, minutes
from portal.kernel.outbox import OutboxItem, OutboxState
from portal.people.models import Person
from portal.people.rules import Readers, Restriction, Role, Side, YesNo

PROMISED = 7  # days after the question, where the text file does not say
HEADS = {"sendco of the child": Role.SENDCO, "head of the child": Role.HEADTEACHER}


def make_concerns(world: World) -> None:
    """Everything of the text file; a child that is not in the demo is left out."""
    words = told("concerns.toml")
    for facts in words["asked"]:
        _ask(world, world.children[facts["child"]], facts)
    for number, facts in enumerate(words["referral"]):
        _refer(world, world.children[facts["child"]], facts, number)


def _person(world: World, child: Child, name: str) -> Person:
    return world.head_of(HEADS[name], child) if name in HEADS else world.people[name]


def _ask(world: World, child: Child, facts: dict[str, Any]) -> None:
    author, at = world.people[facts["by"]], world.at(facts["ago"], 8, 20)
    only = world.people[facts["only"]].id if "only" in facts else None
    readers = Readers.ONE_ADULT if only else Readers.TEACHERS
    whose = {**child.about, "author_id": author.id, "side": Side.PARENT, "readers": readers, "one_adult_id": only}
    row = Concern(**whose, kind=Wish(facts["kind"]), parts=facts["parts"], step=Step(facts["step"]))
    row.written_by, row.written_at, row.language = author.id, at, facts.get("language", "en")
    row.interpreter, row.standing = facts.get("interpreter", False), Standing(facts.get("standing", "open"))
    row.replies = len(facts.get("reply", ()))
    world.keep(row)
    if not facts.get("draft"):
        asked_on = at.astimezone(LONDON).date()
        promised = world.today + timedelta(days=facts["promised"]) if "promised" in facts else None
        row.sent_at, row.once_key = at, f"demo {row.id}"
        row.answer_by = school_day_from(promised or asked_on + timedelta(days=PROMISED))
    step, said_at = Step.TEACHER, at
    for number, reply in enumerate(facts.get("reply", ()), 1):
        step = Step(reply.get("step", step))
        said = ConcernReply(**whose, concern_id=row.id, number=number, kind=Turn(reply["kind"]), step=step)
        said.words, said.written_by = reply.get("words", ""), _person(world, child, reply["by"]).id
        said_at = max(world.at(reply["ago"], 9, 40), said_at + minutes(45))  # in the holidays many days are one
        said.said_at = said.sent_at = said_at
        world.keep(said)
        if said.kind is Turn.ANSWER:
            key, about = f"{row.id}:{number}", {"concern_id": str(row.id)}
            _tell(world, child, ConcernMessage.ANSWERED, author.id, key, said.said_at, about)


def _refer(world: World, child: Child, facts: dict[str, Any], number: int) -> None:
    sendco, at = world.head_of(Role.SENDCO, child), world.at(facts["ago"], 11, 20)
    row = Referral(**child.about, specialist=Specialist(facts["specialist"]), asked_by=sendco.id, asked_at=at)
    row.agency, row.why, row.shares, row.once_key = facts["agency"], facts["why"], facts["shares"], f"demo {number}"
    world.keep(row)
    answers = {world.people[answer["by"]].id: answer for answer in facts.get("answer", ())}
    for link in child.links:
        if link.parental_responsibility is YesNo.YES and link.restriction is Restriction.NONE:
            consent = Consent(**child.about, referral_id=row.id, adult_id=link.adult_id, basis=Basis.RESPONSIBILITY)
            consent.asked_at = at
            world.keep(consent)
            about = {"referral_id": str(row.id)}
            _tell(world, child, ConcernMessage.CONSENT_ASK, link.adult_id, str(row.id), at, about)
            if link.adult_id in answers:
                _agree(world, consent, answers[link.adult_id])
                _share(world, consent, facts, sendco)


def _tell(
    world: World,
    child: Child,
    message: ConcernMessage,
    person_id: uuid.UUID,
    event: str,
    at: datetime,
    facts: dict[str, str],
) -> None:
    row = OutboxItem(kind=message.value, event_key=f"{message.value}:{event}:{person_id}", person_id=person_id)
    row.about_pupil_id, row.facts, row.created_at, row.due_at = child.pupil.id, facts, at, at
    row.state, row.tries, row.sent_at = OutboxState.SENT, 1, at + minutes(1)
    world.keep(row)


def _agree(world: World, consent: Consent, answer: dict[str, Any]) -> None:
    consent.state, consent.way = ConsentState.GIVEN, Way.PORTAL
    consent.given_at = consent.answered_at = world.at(answer["ago"], 12, 40)
    consent.ends_at = consent.given_at + LASTS
    consent.wording_version, consent.language = WORDING_VERSION, answer["language"]


def _share(world: World, consent: Consent, facts: dict[str, Any], sendco: Person) -> None:
    if "went" not in facts or consent.given_at is None or consent.ends_at is None:
        return
    row = Sharing(pupil_id=consent.pupil_id, school_id=consent.school_id, referral_id=consent.referral_id)
    row.consent_id, row.consent_given_at, row.consent_ends_at = consent.id, consent.given_at, consent.ends_at
    row.went_at, row.what, row.sent_by = world.at(facts["went"], 14, 10) + minutes(1), facts["what"], sendco.id
    row.once_key = f"demo {row.referral_id}"
    world.keep(row)
