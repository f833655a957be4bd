"""Errors and labels are written where no language is known yet, so they carry message ids, marked here."""


def N_(message: str) -> str:
    """Mark a message id for extraction and return it; `portal.web.i18n.say` translates it where it is shown."""
    return message
