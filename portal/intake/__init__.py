"""Brings the school's own files in: they propose children, adults and plans, and people decide."""
