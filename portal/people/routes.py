"""Routes of people."""

from portal.web.access import PortalBlueprint

bp = PortalBlueprint("people", __name__)
