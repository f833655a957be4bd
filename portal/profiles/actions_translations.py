"""A translation belongs to one exact wording about one child, and says who made it and who has checked it."""

import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from portal.kernel import audit
from portal.kernel.errors import Invalid, StaleVersion
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.people.actor import Actor
from portal.profiles.actions import held_pupil
from portal.profiles.models import TextTranslation
from portal.profiles.rules_content import TRANSLATION, fingerprint


def keep_translation(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    wording: str,
    language: str,
    words: Mapping[str, str],
    seen: str,
    now: datetime,
) -> None:
    """Adds or changes the translation of one wording (text, translated_by, checked_by); `seen` marks what the page had.

    Raises Invalid at `text` or `translated_by`, StaleVersion when somebody else saved another one meanwhile.
    """
    if not words["text"]:
        raise Invalid(N_("Write the translation."), field="text")
    if not words["translated_by"]:
        raise Invalid(N_("Say who translated this."), field="translated_by")
    pupil = held_pupil(session, pupil_id)
    row = session.scalars(
        select(TextTranslation)
        .where(
            TextTranslation.pupil_id == pupil_id,
            TextTranslation.language == language,
            TextTranslation.wording == wording,
        )
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        row = TextTranslation(
            school_id=pupil.school_id, pupil_id=pupil_id, wording=wording, language=language, at=now, **words
        )
        session.add(row)
    elif all(getattr(row, name) == value for name, value in words.items()):
        return
    else:
        if fingerprint(row, TRANSLATION) != seen:
            raise StaleVersion
        for name, value in words.items():
            setattr(row, name, value)
        row.at = now
    session.flush()
    audit.record(
        session,
        "translation kept",
        now=now,
        actor_id=actor.person_id,
        school_id=pupil.school_id,
        subject_id=row.id,
        pupil_id=pupil_id,
        language=language,
        checked=bool(words["checked_by"]),
    )
    session.flush()
