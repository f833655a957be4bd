"""Routes of intake."""

from portal.web.access import PortalBlueprint

bp = PortalBlueprint("intake", __name__)
