"""Where to turn."""
