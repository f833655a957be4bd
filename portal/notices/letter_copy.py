"""A notice on paper, for adults whom no message reaches: one page for each, in the language they read."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.accounts.queries_letters import Sender
from portal.kernel import clock
from portal.notices.page_words import Wording
from portal.notices.queries_staff import StaffNotice
from portal.notices.rules import REPLIES, REPLY_WORDS
from portal.notices.rules_words import Block, Run, blocks
from portal.people.rules import colour_of
from portal.web.i18n import LANGUAGES, date_and_time, full_date, say, speaking, time_of_day
from portal.web.i18n import gettext as _
from portal.web.pdf import render


@dataclass(frozen=True, slots=True)
class OnPaper:
    """A notice as the readers of one language get it: its words as a page shows them, and as they were typed."""

    notice: StaffNotice
    shown: Wording
    words: str
    language: str


def notice_letters(paper: OnPaper, *, names: Sequence[str], sender: Sender) -> bytes:
    """The letters as one PDF, a new page for each name."""
    with speaking(paper.language) as language:
        data = {
            "colour": colour_of(sender.theme),
            "school": {"name": sender.name, "lines": list(sender.lines)},
            "date": full_date(clock.today()),
            "names": [{"name": name, "greeting": _("Dear %(name)s,", name=name)} for name in names],
            "heading": _fragment(paper.shown, Run(paper.shown.title)),
            "blocks": [_block(paper.shown, block) for block in blocks(paper.words)],
            "facts": facts_of(paper.notice),
            "tick": _("Please tick your answer and give this page to school."),
            "answers": [say(REPLY_WORDS[reply]) for reply in REPLIES[paper.notice.asks]],
            "explain": ""
            if paper.shown.tag == language.tag
            else _("This part is in English. Ask us and we will go through it with you."),
            "help": _(
                "If you need help, please ring the school office: %(phone)s. "
                "We can find someone who speaks your language.",
                phone=sender.phone,
            ),
            "closing": _("With kind regards"),
        }
        return render("notice", data, language=LANGUAGES[language.tag], title=_("A letter from school"))


def printed_in(language: str) -> str:
    """The language of somebody's letter: their own, or English where the portal does not speak it."""
    return language if language in LANGUAGES else "en"


def facts_of(notice: StaffNotice) -> list[str]:
    """When and where a gathering is, and by when to answer, a line each in the language that is spoken."""
    lines = []
    if notice.happens_at:
        lines.append(date_and_time(notice.happens_at))
        if notice.ends_at:
            lines.append(_("Until %(time)s", time=time_of_day(notice.ends_at)))
    if notice.place:
        lines.append(notice.place)
    if notice.answer_by:
        lines.append(_("Please answer by this day: %(day)s.", day=full_date(notice.answer_by)))
    return lines


def _block(shown: Wording, block: Block) -> dict[str, object]:
    return {"kind": block.kind, "lines": [[_fragment(shown, run) for run in line] for line in block.lines]}


def _fragment(shown: Wording, run: Run) -> dict[str, object]:
    language = LANGUAGES[shown.tag]
    return {"text": run.text, "bold": run.bold, "href": run.href, "lang": language.html_tag, "dir": language.direction}
