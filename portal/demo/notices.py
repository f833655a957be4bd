"""What the demo's schools wrote to their families: sent and answered, planned, taken back, and one draft each."""

import uuid
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import cycle
from typing import Any

from portal.demo.calendar import DAY, school_day_until
from portal.demo.world import Child, World, told
from portal.kernel.outbox import Channel, OutboxItem, OutboxState
from portal.meetings.rules import instant
from portal.notices.models import Notice, NoticeCopy, NoticeText
from portal.notices.rules import Asks, Audience, Circle, NoticeState, Reply, Told
from portal.notices.rules_audience import kept_as
from portal.notices.rules_words import html_of, wording
from portal.people.models import ContactPoint, Person, School
from portal.people.rules import LinkFacts, link_is_open
from portal.profiles.models_register import SenStatusPeriod
from portal.profiles.rules_steps import SUPPORTED

AT = time(15, 45)


def make_notices(world: World) -> None:
    """Everything that `notices.toml` tells, with a copy for every adult who may read about a child."""
    words = told("notices.toml")
    for key, school in world.schools.items():
        for facts in words[key]:
            _notice(world, school, facts)


def _notice(world: World, school: School, facts: dict[str, Any]) -> None:
    author, text = world.people[facts["by"]], facts["text"].strip()
    written_at = world.at(facts.get("ago", 2), 14, 20)
    notice = world.keep(
        Notice(school_id=school.id, author_id=author.id, changed_by=author.id, title=facts["title"], words=text)
    )
    notice.html, notice.language, notice.written_at = html_of(text), "en", written_at
    notice.asks, notice.state = Asks(facts.get("asks", "nothing")), NoticeState.DRAFT
    notice.audience = _audience(world, facts)
    _gather(world, notice, facts.get("gathering"))
    for translation in facts.get("translation", ()):
        _translate(world, notice, translation)
    if "in" in facts:
        notice.state, notice.sent_by = NoticeState.SCHEDULED, author.id
        notice.send_at = instant(_coming(world, facts["in"]), AT)
    if "ago" in facts:
        _sent(world, notice, author, facts, instant(world.day(facts["ago"]), AT))


def _audience(world: World, facts: dict[str, Any]) -> dict[str, Any]:
    if "circle" not in facts:
        return {}
    circle, of = Circle(facts["circle"]), facts.get("of", [])
    if circle is Circle.CLASSES:
        of = [str(world.classes[name].id) for name in of]
    if circle is Circle.CHILD:
        of = [str(world.children[name].pupil.id) for name in of]
    return kept_as(Audience(circle, tuple(of)))


def _coming(world: World, days: int) -> date:
    """A school day that is at least so many days away."""
    day = world.today + timedelta(days=days)
    while school_day_until(day) != day:
        day += DAY
    return day


def _gather(world: World, notice: Notice, told: dict[str, Any] | None) -> None:
    if told:
        day = _coming(world, told["in"])
        notice.happens_at = instant(day, time.fromisoformat(told["from"]))
        notice.ends_at = instant(day, time.fromisoformat(told["to"]))
        notice.place, notice.places, notice.answer_by = told["place"], told["places"], day - 2 * DAY


def _translate(world: World, notice: Notice, told: dict[str, str]) -> None:
    text = told["text"].strip()
    row = NoticeText(school_id=notice.school_id, notice_id=notice.id, language=told["language"], title=told["title"])
    row.words, row.html, row.wording = text, html_of(text), wording(notice.title, notice.words)
    row.translated_by, row.at = told["translated_by"], notice.written_at
    world.keep(row)


def _sent(world: World, notice: Notice, author: Person, facts: dict[str, Any], at: datetime) -> None:
    notice.state, notice.sent_by = NoticeState.SENT, author.id
    notice.send_at = notice.sent_at = notice.done_at = at
    if why := facts.get("taken_back"):
        notice.state, notice.taken_back_at, notice.taken_back_why = NoticeState.TAKEN_BACK, at + timedelta(hours=1), why
    reached = {row.adult_id for row in world.rows if isinstance(row, ContactPoint)}
    answers, place = cycle(facts.get("answers", [""])), 0
    said: dict[uuid.UUID, Reply] = {}
    for child, adult_id in _readers(world, notice):
        first = adult_id not in said
        if first:
            said[adult_id] = Reply(next(answers) or "none")
        reply = said[adult_id]
        opened = at + timedelta(hours=2 + len(said) % 30) if reply != Reply.NONE or len(said) % 3 else None
        copy = NoticeCopy(**child.about, notice_id=notice.id, adult_id=adult_id, made_at=at, opened_at=opened)
        copy.reply, copy.replied_at = reply, opened if reply != Reply.NONE else None
        if first and reply is Reply.COME and notice.places:
            place += 1
            copy.place = place
        world.keep(copy)
        if first:
            row = _message(world, notice, child, adult_id, at)
            if adult_id not in reached:
                row.state, row.channel, row.sent_at = OutboxState.TO_PRINT, Channel.LETTER, None


def _readers(world: World, notice: Notice) -> Iterator[tuple[Child, uuid.UUID]]:
    """Who gets it, child by child: adults whose access is open, and young people whose rights are their own."""
    on_support = {row.pupil_id for row in world.rows if isinstance(row, SenStatusPeriod) and _is_supported(row)}
    audience = notice.audience
    for child in world.children.values():
        pupil = child.pupil
        of = {"years": pupil.nc_year, "classes": str(pupil.class_id), "child": str(pupil.id)}.get(audience["circle"])
        fits = pupil.id in on_support if audience["circle"] == "on_support" else of is None or of in audience["of"]
        if child.school.id != notice.school_id or pupil.left_on or not fits:
            continue
        for link in child.links:
            if _is_open(world, child, link):
                yield child, link.adult_id
        if pupil.person_id and pupil.rights_pass_on <= world.today and not pupil.rights_stay_with_parents:
            yield child, pupil.person_id


def _is_supported(row: SenStatusPeriod) -> bool:
    return row.ends_on is None and row.provision in SUPPORTED


def _is_open(world: World, child: Child, link: Any) -> bool:
    facts = LinkFacts(
        access=link.access,
        state=link.state,
        restriction=link.restriction,
        restricted_from=link.restricted_from,
        rights_pass_on=child.pupil.rights_pass_on,
        shares_with_parents=bool(child.pupil.shares_with_parents),
    )
    return link_is_open(facts, world.today)


def _message(world: World, notice: Notice, child: Child, adult_id: uuid.UUID, at: datetime) -> OutboxItem:
    kind = Told.NOTICE.value
    row = OutboxItem(kind=kind, event_key=f"{kind}:{notice.id}:{adult_id}", person_id=adult_id)
    row.about_pupil_id, row.facts = child.pupil.id, {"notice_id": str(notice.id)}
    row.created_at = row.due_at = at
    row.state, row.tries, row.sent_at = OutboxState.SENT, 1, at + timedelta(minutes=1)
    row.channel = Channel.EMAIL
    return world.keep(row)
