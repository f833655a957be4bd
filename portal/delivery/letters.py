"""The letters to those whom no message reaches, as one PDF, each in its reader's language: that something new is there,
and nothing else."""

from collections.abc import Iterable
from datetime import date

from portal.accounts.queries_letters import Sender
from portal.delivery.queries_staff import Waiting
from portal.people.rules import colour_of
from portal.web.i18n import Language, current, full_date, speaking
from portal.web.i18n import gettext as _
from portal.web.pdf import render


def news_pdf(letters: Iterable[Waiting], *, sender: Sender, base_url: str, today: date) -> bytes:
    """All letters of a run in the order given, a page each."""
    data = {
        "colour": colour_of(sender.theme),
        "letters": [_letter(letter, sender, base_url, today) for letter in letters],
    }
    return render("news", data, language=current(), title=_("Letters to print"))


def _letter(letter: Waiting, sender: Sender, base_url: str, today: date) -> dict[str, object]:
    with speaking(letter.language) as language:
        words = [
            _("Dear %(name)s,", name=letter.called),
            _("There is something new for you on the family pages of %(school)s.", school=sender.name),
            _("Open this address and sign in:"),
        ]
        after = [
            _("To keep it private, we write no more here."),
            _(
                "If you need help, please ring the school office: %(phone)s. "
                "We can find someone who speaks your language.",
                phone=sender.phone,
            ),
            _("With kind regards"),
        ]
        return {
            "school": {"name": sender.name, "lines": list(sender.lines)},
            "date": _said(full_date(today), language),
            "recipient": letter.name,
            "dir": language.direction,
            "before": [_said(text, language) for text in words],
            "address": f"{base_url}/sign-in",
            "after": [_said(text, language) for text in after],
            "signed": sender.name,
        }


def _said(text: str, language: Language) -> dict[str, str]:
    return {"text": text, "lang": language.html_tag, "dir": language.direction}
