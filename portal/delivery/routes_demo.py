"""What the demo would have sent. Registered only in demo mode."""

from flask import current_app, render_template

from portal.delivery.demo_file import DemoSender
from portal.people.access import PUBLIC
from portal.web.access import PortalBlueprint

bp = PortalBlueprint("demo_messages", __name__)


@bp.get("/demo/messages", access=PUBLIC)
def messages() -> str:
    """The newest messages to the demo's people."""
    sender = DemoSender(current_app.extensions["settings"].instance)
    return render_template("delivery/messages.html", messages=sender.newest())
