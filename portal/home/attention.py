"""Which of the waiting things belong to whose front page, in which words, and where they are dealt with."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from portal.concerns.queries_staff import ConcernAttention
from portal.concerns.queries_staff import attention as concern_attention
from portal.contributions import queries_advice, queries_attention
from portal.delivery.queries_staff import how_many_wait
from portal.home import queries_staff, queries_translations
from portal.kernel.clock import LONDON
from portal.kernel.scope import PortalSession
from portal.meetings.queries_attention import MeetingAttention, meeting_attention
from portal.people.actor import Actor
from portal.people.rules import Role
from portal.records import queries_waiting
from portal.web.i18n import full_date, ngettext
from portal.web.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the list: how many wait, said in a sentence, and the endpoint that shows them."""

    sentence: str
    count: int
    endpoint: str
    address: dict[str, object] = field(default_factory=dict)


def tasks_for(session: PortalSession, actor: Actor, *, now: datetime) -> list[Task]:
    """What waits for this reader; what is in order is left out."""
    said = queries_attention.attention(session, viewer=actor, today=now.astimezone(LONDON).date())
    tasks = [_of_children(said.told), _of_others(said.unopened), _of_calls(said.calls)]
    tasks += [_of_advice(asked) for asked in queries_advice.asked_of(session, viewer=actor)]
    tasks += _of_concerns(concern_attention(session, viewer=actor, now=now))
    tasks += _of_promises(queries_waiting.waiting(session, viewer=actor, now=now))
    if actor.has(Role.SENDCO, Role.HEADTEACHER, Role.OFFICE):
        tasks += _of_the_school(session, actor, now)
    return [task for task in tasks if task.count]


def _of_children(n: int) -> Task:
    words = ngettext("%(num)s child wants to tell you something.", "%(num)s children want to tell you something.", n)
    return Task(words, n, "told.inbox")


def _of_others(n: int) -> Task:
    words = ngettext(
        "%(num)s child told somebody something that is not opened.",
        "%(num)s children told somebody something that is not opened.",
        n,
    )
    return Task(words, n, "told.inbox")


def _of_concerns(waiting: ConcernAttention) -> Iterator[Task]:
    n = waiting.waiting
    words = ngettext("%(num)s family waits for your answer.", "%(num)s families wait for your answer.", n)
    yield Task(words, n, "answers.listed")
    n = waiting.late
    words = ngettext("%(num)s answer to a family is late.", "%(num)s answers to families are late.", n)
    yield Task(words, n, "answers.listed")
    for pupil_id in waiting.taken_back:
        yield Task(_("A family took an agreement back."), 1, "referrals.listed", {"pupil_id": pupil_id})
    for pupil_id in waiting.ready:
        yield Task(_("A family agreed to a specialist."), 1, "referrals.listed", {"pupil_id": pupil_id})


def _of_promises(waiting: queries_waiting.Waiting) -> Iterator[Task]:
    # without a name: others may look on
    yield Task(_("Something was said to you only."), waiting.said_to_me, "actions.promises")
    n = waiting.late_mine
    words = ngettext("%(num)s of your promises is late.", "%(num)s of your promises are late.", n)
    yield Task(words, n, "actions.promises")
    n = waiting.late
    words = ngettext("%(num)s promise to a family is late.", "%(num)s promises to families are late.", n)
    yield Task(words, n, "actions.promises", {"late": 1})
    n = waiting.not_happening
    words = ngettext(
        "%(num)s family says that something is not happening.",
        "%(num)s families say that something is not happening.",
        n,
    )
    yield Task(words, n, "actions.promises")
    n = waiting.unanswered
    words = ngettext(
        "%(num)s thing that was said has no answer yet.", "%(num)s things that were said have no answer yet.", n
    )
    yield Task(words, n, "actions.promises")


def _of_advice(asked: queries_advice.AskedAdvice) -> Task:
    words = _("Your advice about %(name)s is asked for by: %(day)s", name=asked.child, day=full_date(asked.due_on))
    return Task(words, 1, "staff_views.view", {"pupil_id": asked.pupil_id, "review_id": asked.review_id})


def _of_the_school(session: PortalSession, actor: Actor, now: datetime) -> Iterator[Task]:
    waiting = queries_staff.attention(session, viewer=actor, now=now)
    if actor.has(Role.SENDCO, Role.HEADTEACHER):
        today = now.astimezone(LONDON).date()
        missing = queries_translations.children_without_translation(session, today=today)
        yield from _of_meetings(meeting_attention(session, viewer=actor, now=now), actor)
        yield from _of_plans(waiting, missing)
    if actor.has(Role.SENDCO):
        yield _of_comments(waiting)
    if actor.has(Role.SENDCO, Role.OFFICE):
        yield from _of_access(waiting)
        yield _of_letters(how_many_wait(session, today=now.astimezone(LONDON).date()))


def _of_calls(n: int) -> Task:
    words = ngettext("%(num)s parent would rather talk than type.", "%(num)s parents would rather talk than type.", n)
    return Task(words, n, "paper_views.calls")


def _of_meetings(waiting: MeetingAttention, actor: Actor) -> Iterator[Task]:
    n = waiting.calls if actor.has(Role.SENDCO) else 0  # who may not see which families is not told how many
    words = ngettext(
        "%(num)s family asks for a call about a meeting.", "%(num)s families ask for a call about a meeting.", n
    )
    yield Task(words, n, "gate.calls")
    board = "board.season" if waiting.open_round_id else "rounds.rounds"
    address: dict[str, object] = {"round_id": waiting.open_round_id} if waiting.open_round_id else {}
    n = waiting.not_booked
    words = ngettext(
        "%(num)s child has no meeting yet, and choosing ends soon.",
        "%(num)s children have no meeting yet, and choosing ends soon.",
        n,
    )
    yield Task(words, n, board, address)
    n = waiting.not_invited
    words = ngettext(
        "%(num)s child was added to the reviews, and the family is not invited yet.",
        "%(num)s children were added to the reviews, and their families are not invited yet.",
        n,
    )
    yield Task(words, n, board, address)
    n = waiting.without_record
    words = ngettext(
        "%(num)s meeting is over, and its record is not shared yet.",
        "%(num)s meetings are over, and their records are not shared yet.",
        n,
    )
    yield Task(words, n, board, address)


def _of_plans(waiting: queries_staff.Attention, missing: int) -> Iterator[Task]:
    n = waiting.drafts
    yield Task(
        ngettext("%(num)s draft is not shared yet.", "%(num)s drafts are not shared yet.", n), n, "profiles.pupils"
    )
    n = waiting.without_plan
    yield Task(
        ngettext(
            "%(num)s child has no plan that the family can read.",
            "%(num)s children have no plan that the family can read.",
            n,
        ),
        n,
        "profiles.pupils",
    )
    yield Task(
        ngettext(
            "%(num)s child has texts that are not in the family's language.",
            "%(num)s children have texts that are not in the family's language.",
            missing,
        ),
        missing,
        "profiles.pupils",
    )
    n = waiting.unread
    yield Task(
        ngettext(
            "%(num)s adult has not read news about the register for a week.",
            "%(num)s adults have not read news about the register for a week.",
            n,
        ),
        n,
        "profiles.pupils",
    )


def _of_comments(waiting: queries_staff.Attention) -> Task:
    """Leads to the draft that was answered last: taken back or published, it makes room for the one before."""
    n = waiting.answered
    words = ngettext("%(num)s family answered about a draft plan.", "%(num)s families answered about a draft plan.", n)
    address: dict[str, object] = {"pupil_id": waiting.answered_pupil, "version_id": waiting.answered_draft}
    return Task(words, n, "drafts.tasks", address)


def _of_letters(n: int) -> Task:
    words = ngettext("%(num)s letter waits to be printed.", "%(num)s letters wait to be printed.", n)
    return Task(words, n, "delivery.unreached")


def _of_access(waiting: queries_staff.Attention) -> Iterator[Task]:
    n = waiting.proposed
    yield Task(
        ngettext(
            "%(num)s adult from an import waits for a decision.",
            "%(num)s adults from an import wait for a decision.",
            n,
        ),
        n,
        "people.contacts",
    )
    n = waiting.letters
    yield Task(
        ngettext(
            "%(num)s letter has not been used for two weeks.", "%(num)s letters have not been used for two weeks.", n
        ),
        n,
        "letters.choose",
    )
