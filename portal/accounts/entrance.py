"""The threshold: who a cookie stands for, how somebody is let in, what becomes of text typed into an ended sitting."""

import uuid
from datetime import datetime

from flask import Response as Answer
from flask import current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.accounts import actions, actions_pins, cookies, queries
from portal.accounts.models import KeptText
from portal.accounts.rules import read_digits, secret_fits
from portal.kernel import clock
from portal.kernel.errors import Invalid
from portal.kernel.scope import PortalSession, Scope
from portal.people.actor import Actor
from portal.people.rules import Audience
from portal.people.scopes import scope_of
from portal.web import unit_of_work
from portal.web.access import Entrance
from portal.web.errors import typed_text


def _scope(actor: Actor) -> Scope:
    return scope_of(actor, clock.today())


def _keep_typed_text(token: str) -> bool:
    fields = {item.name: item.value for item in typed_text()}
    if not token or not fields:
        return False
    now = clock.now()
    with unit_of_work.aside("what was typed into an ended sitting is kept") as session:
        person_id = queries.person_of_ended_sitting(session, token, now - actions.KEEP_TEXT_FOR)
        if person_id is not None:
            session.add(KeptText(person_id=person_id, path=request.path[:500], fields=fields, kept_at=now))
    return person_id is not None


def let_in(
    session: PortalSession,
    *,
    person_id: uuid.UUID,
    audience: Audience,
    how: str,
    school_id: uuid.UUID | None = None,
    no_later_than: datetime | None = None,
    onward: str = "",
) -> Response:
    """Opens a sitting and leads on: to text that is waiting, to the page that was asked for, or to the front page.

    Whoever was signed in on this browser is signed out first: two people never share a sitting.
    """
    now = clock.now()
    before: Actor | None = g.get("actor")
    if before is not None:
        actions.end_sitting(session, before.sitting_id, now=now)
    token = actions.open_sitting(
        session,
        person_id=person_id,
        audience=audience,
        school_id=school_id,
        now=now,
        how=how,
        no_later_than=no_later_than,
    )
    waiting = queries.kept_texts(session, person_id=person_id, not_before=now - actions.KEEP_TEXT_FOR)
    target = url_for("accounts.kept") if waiting else onward or url_for("home.start")
    return cookies.give(redirect(target, 303), token)


def check_pin(person_id: uuid.UUID, typed: str, *, field: str = "pin") -> None:
    """Raises Invalid at `pin` unless this is the person's PIN. The try is kept first, outside the slow comparison."""
    with unit_of_work.aside("a PIN is tried") as session:
        hashed = actions_pins.try_pin(session, person_id, now=clock.now())
    if hashed is None:
        raise Invalid(actions_pins.PIN_CLOSED, field=field)
    if not secret_fits(read_digits(typed), hashed):
        raise Invalid(actions_pins.WRONG_PIN, field=field)


def pepper() -> str:
    """The key for codes, which the database does not hold."""
    return str(current_app.extensions["settings"].letter_pepper)


def keep_alive(response: Answer) -> Answer:
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
