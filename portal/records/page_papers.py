"""How an answer, its question and the way it came in are called on a page and on paper, in the reader's language."""

from collections.abc import Iterator

from portal.contributions.queries_pack import LABELS, SaidLine, Voice
from portal.contributions.rules import HOWS, How
from portal.contributions.rules_pupil import tapped
from portal.contributions.rules_staff import RATING, is_rating
from portal.kernel.words import N_
from portal.people.rules import Side
from portal.profiles.queries_texts import SchoolText
from portal.profiles.rules import RATINGS, Rating
from portal.records.queries_papers import Papers
from portal.records.rules import HEADINGS, heading_of
from portal.web.i18n import gettext as _
from portal.web.i18n import say

SIDE_NAMES = {Side.PARENT: N_("Family"), Side.PUPIL: N_("The child"), Side.STAFF: N_("School")}


def question_words(page: Papers, voice: Voice, line: SaidLine) -> SchoolText | str:
    """What the answer is about: a target by its title, a question as it was asked."""
    title = page.title_of(line.question)
    if title is not None:
        return title
    label = LABELS[voice.side].get(line.question)
    return say(label or HEADINGS[heading_of(line.question)])


def taps(voice: Voice, line: SaidLine) -> Iterator[str]:
    """What was tapped, in words: how a target stands, or a feeling about a card."""
    if voice.side == Side.STAFF:
        rating = line.picks.get(RATING, "")
        if is_rating(rating):
            yield say(RATINGS[Rating(rating)])
        return
    for one in tapped(line.picks):
        feeling = say(one.feeling.label)
        yield f"{say(one.card.label)}: {feeling}" if one.card else feeling


def how_it_came(voice: Voice) -> list[str]:
    """What the reader should know about the way it came in; nothing when people wrote themselves."""
    found = [] if voice.how == How.SELF else [say(HOWS[voice.how])]
    if voice.helped_by:
        found.append(_("Helped by: %(name)s", name=say(voice.helped_by)))
    return found
