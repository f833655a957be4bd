"""Notices and invitations of the school to its families, and what the families answer."""
