"""Drafts of plans about which the demo's schools ask the families, and what one of them said."""

from typing import Any

from portal.demo.world import Child, World
from portal.kernel.outbox import OutboxItem, OutboxState
from portal.people.rules import ContactState, Role
from portal.profiles.actions_sharing import asked
from portal.profiles.models import PlanVersion
from portal.profiles.models_sharing import PlanComment, PlanSharing
from portal.profiles.queries_mail import PLAN_TO_COMMENT
from portal.profiles.rules import Opinion, VersionState


def ask_about_drafts(world: World) -> None:
    """Shares the draft of each child whose table says so."""
    drafts = {
        row.pupil_id: row for row in world.rows if isinstance(row, PlanVersion) and row.state is VersionState.DRAFT
    }
    for child in world.children.values():
        if "asked" in child.told:
            _ask(world, child, drafts[child.pupil.id], child.told["asked"])


def _ask(world: World, child: Child, draft: PlanVersion, answer: dict[str, Any]) -> None:
    sendco, at = world.head_of(Role.SENDCO, child), world.at(1, 15, 10)
    sharing = world.keep(PlanSharing(**child.about, version_id=draft.id, shared_by=sendco.id, shared_at=at))
    told = [link.adult_id for link in child.links if link.state is ContactState.ACTIVE]
    for adult_id in told:
        message = asked(PLAN_TO_COMMENT, sharing.id, child.pupil.id, adult_id)
        row = OutboxItem(kind=message.kind, event_key=message.key)
        row.person_id, row.about_pupil_id, row.facts = adult_id, child.pupil.id, dict(message.facts)
        row.created_at = row.due_at = at
        row.state, row.tries, row.sent_at = OutboxState.SENT, 1, world.at(1, 15, 11)
        world.keep(row)
    if answer:
        comment = PlanComment(**child.about, adult_id=told[0], sharing_id=sharing.id, opinion=Opinion.CHANGES)
        comment.words, comment.said_at, comment.once_key = answer["words"], world.at(1, 19, 40), f"demo {sharing.id}"
        world.keep(comment)
