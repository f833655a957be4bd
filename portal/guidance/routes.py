"""Pages that anybody may read: where to get help, what we do with what we know, how the site can be used."""

from flask import render_template

from portal.concerns.page_words import step_name
from portal.guidance.forms import AppealForm
from portal.guidance.queries_ladder import ladders
from portal.guidance.rules_appeal import dates_of
from portal.guidance.rules_words import WORDS
from portal.kernel import clock
from portal.local_offer.rules_words import folded
from portal.people.access import PUBLIC
from portal.people.queries_who_helps import HelpForChild, help_for_my_children
from portal.people.rules import Audience
from portal.reviews.rules_deadlines import OUR_CALCULATION
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import say
from portal.web.unit_of_work import db

bp = PortalBlueprint("guidance", __name__)


def _has_children() -> bool:
    actor = current_actor()
    return actor is not None and actor.audience in {Audience.FAMILY, Audience.PUPIL}


def _reader() -> dict[str, bool]:
    """Whether a pupil reads, and one whose rights are the pupil's own."""
    actor = current_actor()
    if actor is None or actor.audience != Audience.PUPIL:
        return {"is_pupil": False, "own_rights": False}
    return {"is_pupil": True, "own_rights": actor.holds_own_rights}


@bp.get("/help", access=PUBLIC)
def get_help() -> str:
    """Who to ask: by name for those who are signed in."""
    children: list[HelpForChild] = help_for_my_children(db(), today=clock.today()) if _has_children() else []
    return render_template("guidance/get_help.html", children=children, **_reader())


@bp.get("/help/words", access=PUBLIC)
def words() -> str:
    """The words of special educational needs, explained, in the order of their letters in the reader's language."""
    listed = sorted(WORDS, key=lambda word: folded(say(word.term)))
    return render_template("guidance/words.html", words=listed)


@bp.get("/help/not-content", access=PUBLIC)
def not_content() -> str:
    """Who answers next when a family is not content with school or council, and when."""
    found = ladders(db(), today=clock.today()) if _has_children() else []
    return render_template("guidance/not_content.html", ladders=found, step_name=step_name, **_reader())


@bp.route("/help/appeal", methods=["GET", "POST"], access=PUBLIC)
def appeal() -> tuple[str, int]:
    """The dates of an appeal by our own calculation. What is typed here is not kept."""
    form = AppealForm()
    wrong = form.is_submitted() and not form.validate()
    dates = dates_of(form.letter.data, form.certificate.data) if form.letter.data and not wrong else ()
    shown = {"dates": dates, "today": clock.today(), "our_calculation": OUR_CALCULATION}
    page = render_template("guidance/appeal.html", form=form, **shown)
    return page, 422 if wrong else 200


@bp.get("/help/children", access=PUBLIC)
def for_children() -> str:
    """What school knows about a child and what the child may ask for, in words for children."""
    return render_template("guidance/for_children.html", **_reader())


@bp.get("/privacy", access=PUBLIC)
def privacy() -> str:
    """What is kept, who sees it, for how long; for adults and, in other words, for children."""
    return render_template("guidance/privacy.html", **_reader())


@bp.get("/accessibility", access=PUBLIC)
def accessibility() -> str:
    """How the site can be used, how we know, and what does not work yet."""
    return render_template("guidance/accessibility.html")
