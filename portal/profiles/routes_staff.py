"""Routes of profiles."""

from portal.web.access import PortalBlueprint

bp = PortalBlueprint("profiles", __name__)
