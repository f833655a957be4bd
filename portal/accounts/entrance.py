"""What the gate asks of the accounts: who a cookie stands for, and what to do with text typed into an ended sitting."""

from datetime import timedelta

from flask import Response, g, request

from portal.accounts import actions, queries
from portal.accounts.models import KeptText
from portal.kernel import clock
from portal.kernel.scope import Scope
from portal.people.actor import Actor
from portal.people.scopes import scope_of
from portal.web import unit_of_work
from portal.web.access import Entrance
from portal.web.errors import typed_text

KEEP_FOR = timedelta(hours=12)


def _scope(actor: Actor) -> Scope:
    return scope_of(actor, clock.today())


def _keep_typed_text(token: str) -> None:
    fields = {item.name: item.value for item in typed_text()}
    if not token or not fields:
        return
    now = clock.now()
    with unit_of_work.aside("what was typed into an ended sitting is kept") as session:
        person_id = queries.person_of_ended_sitting(session, token, now - KEEP_FOR)
        if person_id is not None:
            session.add(KeptText(person_id=person_id, path=request.path[:500], fields=fields, kept_at=now))


def keep_alive(response: Response) -> Response:
    """Notes now and then that a sitting is in use; a short write of its own, so that reading stays fast."""
    actor: Actor | None = g.get("actor")
    now = clock.now()
    if (
        actor is not None
        and actor.seen_at is not None
        and actor.seen_at + actions.SEEN_EVERY < now
        and response.status_code < 500
    ):
        with unit_of_work.aside("a sitting is in use") as session:
            actions.seen(session, actor.sitting_id, now=now)
    return response


ENTRANCE = Entrance(actor_of=queries.actor_of, scope_of=_scope, keep_typed_text=_keep_typed_text)
