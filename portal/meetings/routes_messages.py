"""The portal's own list of messages about meetings: whoever gets no mail reads everything here."""

from typing import cast

from flask import render_template

from portal.kernel import clock
from portal.meetings.queries_messages import messages
from portal.meetings.rules import MODES
from portal.meetings.rules_messages import Message
from portal.people.access import OWN_MESSAGES
from portal.people.actor import Actor
from portal.web.access import PortalBlueprint, current_actor
from portal.web.unit_of_work import db

bp = PortalBlueprint("messages", __name__)


@bp.get("/messages", access=OWN_MESSAGES)
def listed() -> str:
    """What school told the reader, newest first."""
    actor = cast(Actor, current_actor())  # the gate let nobody else in
    notes = messages(db(), viewer=actor, now=clock.now())
    return render_template("meetings/messages.html", notes=notes, Message=Message, modes=MODES)
