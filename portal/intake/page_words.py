"""What the pages of the office call the kinds of file and where a file stands."""

from dataclasses import dataclass

from portal.intake.models import ImportState
from portal.intake.rules_changes import Kind
from portal.kernel.words import N_


@dataclass(frozen=True, slots=True)
class KindWords:
    """The name of a kind of file, what it brings, and where it comes from: message ids."""

    name: str
    brings: str
    comes_from: str
    heading: str
    icon: str


KIND_WORDS = {
    Kind.CTF: KindWords(
        N_("Common Transfer File"),
        N_("Children with their SEN support and needs, and the adults the school has on record."),
        N_("Your school system makes this file. Look for CTF export or data transfer. It ends in .xml."),
        N_("Bring in a Common Transfer File"),
        "school",
    ),
    Kind.CONTACTS: KindWords(
        N_("Contacts"),
        N_("The adults of each child, with their languages and whether they need an interpreter."),
        N_("Download the template, fill it in as a spreadsheet, and save it as CSV UTF-8."),
        N_("Bring in contacts"),
        "family",
    ),
    Kind.PLANS: KindWords(
        N_("Plans"),
        N_("Profiles, outcomes and targets. They arrive as drafts, and no family sees them yet."),
        N_("Download the template. The SENDCO fills it in and saves it as CSV UTF-8."),
        N_("Bring in plans"),
        "target",
    ),
}
STATE_WORDS = {
    ImportState.WAITING: N_("Being read"),
    ImportState.READ: N_("Waits for your decision"),
    ImportState.CONFIRMED: N_("Being brought in"),
    ImportState.DONE: N_("Brought in"),
    ImportState.REFUSED: N_("Refused"),
    ImportState.FAILED: N_("Went wrong at our end"),
    ImportState.DROPPED: N_("Dropped"),
}
