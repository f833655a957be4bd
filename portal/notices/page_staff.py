"""What the pages of those who write notices are made of: words for codes, numbers, and exactly what will be shown."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import current_app, render_template

from portal.delivery.mail import Preview, preview
from portal.delivery.rules_text import SmsParts, sms_parts
from portal.delivery.ways import sender_for
from portal.kernel import clock
from portal.kernel.outbox import Channel
from portal.kernel.scope import PortalSession
from portal.notices.forms_staff import SendForm
from portal.notices.letter_copy import facts_of
from portal.notices.page_words import Wording
from portal.notices.queries_audience import Families, families
from portal.notices.queries_followup import LOOKS, Numbers, numbers
from portal.notices.queries_notices import OUT, writer_of
from portal.notices.queries_staff import StaffNotice, Translated, choices, shown_in, translations
from portal.notices.queries_telling import how_many, how_many_know, of_reminder, of_taking_back
from portal.notices.rules import (
    ASKS,
    CIRCLES,
    NOTICE_STATES,
    REPLIES,
    REPLY_WORDS,
    TROUBLES,
    WAYS,
    Asks,
    Circle,
    NoticeState,
    Reply,
    Told,
    Trouble,
    is_reminding,
)
from portal.people.actor import Actor
from portal.profiles.page_words import language_name, year_name
from portal.web.i18n import LANGUAGES, say, speaking
from portal.web.i18n import gettext as _

WORDS = {
    "all_languages": LANGUAGES,
    "ask_is": Asks,
    "asks_of": ASKS,
    "circle_is": Circle,
    "circles": CIRCLES,
    "language_name": language_name,
    "language_names": lambda tags: [language_name(tag) for tag in tags],
    "looks": LOOKS,
    "reply_is": Reply,
    "reply_words": REPLY_WORDS,
    "state_is": NoticeState,
    "states": NOTICE_STATES,
    "trouble_is": Trouble,
    "troubles": TROUBLES,
    "ways": WAYS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the readers of one language get: the page, the answers it offers, the mail, and the text message with what
    it costs. `texts` are the text messages to all of them."""

    language: str
    adults: int
    ways: Mapping[str, int]
    wording: Wording
    facts: tuple[str, ...]
    answers: tuple[str, ...]
    mail: Preview
    parts: SmsParts

    @property
    def is_original(self) -> bool:
        """Whether nobody put it into this language."""
        return self.wording.tag != self.language

    @property
    def texts(self) -> int:
        """How many text messages this costs."""
        return self.parts.parts * self.ways.get(Channel.MOBILE.value, 0)


def counted(session: PortalSession, notice: StaffNotice, *, viewer: Actor) -> Families:
    """The audience in numbers; nobody while none is chosen."""
    if notice.audience is None:
        return Families()
    reachable = sender_for(current_app.extensions["settings"]).channels
    return families(session, notice.audience, writer_of(viewer), clock.today(), reachable)


def shown_to(notice: StaffNotice, known: Mapping[str, Translated], to: Families, language: str) -> Shown:
    """Exactly what the readers of one language will get."""
    with speaking(language):
        values = {"name": _("Name of the reader"), "school": notice.school, "link": _way_in()}
        mail = preview(Told.NOTICE.value, values, language)
        return Shown(
            language=language,
            adults=to.languages.get(language, 0),
            ways=to.by_way(language),
            wording=shown_in(notice, known, language),
            facts=tuple(facts_of(notice)),
            answers=tuple(say(REPLY_WORDS[reply]) for reply in REPLIES[notice.asks]),
            mail=mail,
            parts=sms_parts(mail.sms),
        )


def _way_in() -> str:
    return f"{current_app.extensions['settings'].base_url}/sign-in/family"


def _names(session: PortalSession, notice: StaffNotice, *, viewer: Actor) -> list[str]:
    """The classes, year groups or the child that were chosen."""
    if notice.audience is None:
        return []
    names = choices(session, viewer=viewer).names_of(notice.audience)
    return [year_name(name) for name in names] if notice.audience.circle is Circle.YEARS else list(names)


def notice_page(session: PortalSession, notice: StaffNotice, *, viewer: Actor) -> str:
    """One notice as its state wants it."""
    shown = {"notice": notice, "names": _names(session, notice, viewer=viewer), **WORDS}
    if notice.state in OUT:
        found = numbers(session, notice.notice_id)
        progress = None if notice.done_at else _progress(session, notice, found, viewer=viewer)
        return render_template("notices/staff_sent.html", found=found, progress=progress, **shown)
    to = counted(session, notice, viewer=viewer)
    known = translations(session, notice)
    done = {tag for tag, each in known.items() if each.fits} | {notice.language}
    missing = [tag for tag in to.languages if tag not in done]
    return render_template("notices/staff_notice.html", counted=to, missing=missing, **shown)


def _progress(session: PortalSession, notice: StaffNotice, found: Numbers, *, viewer: Actor) -> tuple[int, int]:
    """How far the worker is with what leaves just now: for how many adults of how many it is made."""
    if notice.state == NoticeState.TAKEN_BACK:
        news = of_taking_back(notice.notice_id)
    elif notice.send_at and is_reminding(notice.send_at, notice.sent_at):
        news = of_reminder(notice.notice_id, notice.send_at)
    else:
        return found.adults, counted(session, notice, viewer=viewer).adults
    know = how_many_know(session, news)
    return know, know + how_many(session, news)


def check_page(session: PortalSession, notice: StaffNotice, form: SendForm, *, viewer: Actor) -> str:
    """What will be shown, and the button."""
    to, known = counted(session, notice, viewer=viewer), translations(session, notice)
    pages = [shown_to(notice, known, to, language) for language in to.languages]
    return render_template("notices/staff_check.html", notice=notice, form=form, counted=to, pages=pages, **WORDS)
