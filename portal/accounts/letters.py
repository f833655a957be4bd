"""The words of a letter with a code, in the family's language; it says nothing of why the child is in the portal."""

from portal.accounts.actions_print import NewBatch, NewLetter
from portal.accounts.queries_letters import Sender
from portal.accounts.rules import read_code
from portal.kernel.clock import LONDON, now
from portal.people.rules import colour_of
from portal.web.i18n import LANGUAGES, full_date, speaking
from portal.web.i18n import gettext as _
from portal.web.pdf import qr_svg, render


def letters_pdf(batch: NewBatch, *, sender: Sender, base_url: str) -> bytes:
    """The print run as one PDF, a page for each letter."""
    with speaking(batch.language):
        data = {
            "colour": colour_of(sender.theme),
            "letters": [_letter(letter, batch.name, sender, base_url) for letter in batch.letters],
        }
        return render(
            "letter", data, language=LANGUAGES[batch.language], title=_("Your way into the school's family pages")
        )


def _letter(letter: NewLetter, batch: str, sender: Sender, base_url: str) -> dict[str, object]:
    expires = full_date(letter.expires_at.astimezone(LONDON).date())
    address = f"{base_url}/letter"
    return {
        "school": {"name": sender.name, "lines": list(sender.lines)},
        "date": full_date(now().astimezone(LONDON).date()),
        "recipient": letter.recipient,
        "heading": _("Your way into the school's family pages"),
        "greeting": _("Dear %(name)s,", name=letter.recipient),
        "paragraphs": [
            _("Our school has private web pages for families. There you can read how your child is getting on."),
            _("You can choose your own language. You can also see who helps your child at school."),
            _("This letter is only for you. Please keep it safe and do not share the code."),
        ],
        "code_label": _("Your code"),
        "code": letter.code,
        "steps_heading": _("How to begin"),
        "steps": [
            _("Open the web address below, or point your phone at the square."),
            _("Type the code."),
            _("Choose your language and a PIN of six numbers."),
        ],
        "address_label": _("Web address:"),
        "address": address,
        "qr": qr_svg(f"{address}#{read_code(letter.code)}"),
        "qr_alt": _("A square code that opens the web address with your code in it"),
        "qr_caption": _("Point your phone here"),
        "expiry": _("You can use the code once. Its last day is: %(day)s.", day=expires),
        "help": _(
            "If you need help, please ring the school office: %(phone)s. We can find someone who speaks your language.",
            phone=sender.phone,
        ),
        "closing": _("With kind regards"),
        "signed": [sender.name],
        "batch": batch,
    }
