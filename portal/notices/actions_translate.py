"""A notice in another language, put into it by a person who is named; it belongs to one exact wording."""

import uuid
from datetime import datetime

from sqlalchemy import select

from portal.kernel.errors import Invalid, StaleVersion
from portal.kernel.scope import PortalSession
from portal.kernel.text import many_lines, one_line
from portal.kernel.words import N_
from portal.notices.actions_write import held_draft, note
from portal.notices.models import NoticeText
from portal.notices.rules_words import LONGEST_WORDS, html_of, seen_mark, wording
from portal.people.actor import Actor


def save_translation(
    session: PortalSession,
    *,
    actor: Actor,
    notice_id: uuid.UUID,
    language: str,
    title: str,
    words: str,
    translated_by: str,
    seen: str,
    now: datetime,
) -> None:
    """Adds or changes the notice in one language; `seen` marks what the page had. Raises Invalid at `title`, `words` or
    `translated_by`, StaleVersion when somebody else saved another one meanwhile, NoDraft, NotFound."""
    notice = held_draft(session, actor, notice_id)
    made = {"title": one_line(title), "words": many_lines(words, longest=LONGEST_WORDS)}
    made["translated_by"] = one_line(translated_by)
    for name in ("title", "words", "translated_by"):
        if not made[name]:
            raise Invalid(MISSING[name], field=name)
    row = session.scalars(
        select(NoticeText).where(NoticeText.notice_id == notice_id, NoticeText.language == language)
    ).first()
    stored = seen_mark(row.title, row.words, row.translated_by) if row else seen_mark()
    if stored not in (seen, seen_mark(*made.values())):
        raise StaleVersion
    if row is None:
        row = NoticeText(school_id=notice.school_id, notice_id=notice_id, language=language)
        session.add(row)
    row.title, row.words, row.translated_by = made["title"], made["words"], made["translated_by"]
    row.html, row.wording, row.at = html_of(row.words), wording(notice.title, notice.words), now
    note(session, "notice translated", actor, notice, now, language=language)


MISSING = {
    "title": N_("Write the title."),
    "words": N_("Write the translation."),
    "translated_by": N_("Say who translated this."),
}
