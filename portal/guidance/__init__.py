"""Where to turn: help, rights, privacy, and the words explained."""
