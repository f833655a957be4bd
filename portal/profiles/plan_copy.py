"""The plan as a PDF to keep: the same words as on the page, in the reader's language."""

from collections.abc import Iterable
from datetime import date

from portal.people.rules import colour_of
from portal.profiles.queries_family import ChildPage
from portal.profiles.queries_plan import OutcomeRead, TargetRead
from portal.profiles.queries_texts import SchoolText
from portal.profiles.rules import PARTS, TARGET_STATES, Party
from portal.web.i18n import current, full_date, say
from portal.web.i18n import gettext as _
from portal.web.pdf import render


def plan_pdf(page: ChildPage, *, today: date) -> bytes:
    """The published plan; without one, a page that says so. Raises DocumentError when no PDF can be made."""
    plan = page.plan
    heading = plan.label if plan else _("Plan")
    sections = {part.part: _paragraphs(part.text) for part in plan.parts} if plan else {}
    needs = [*sections.pop("needs_in_plain_words", []), *_list([say(need) for need in plan.need_types] if plan else [])]
    data = {
        "colour": colour_of(page.theme),
        "name": page.full_name,
        "heading": heading,
        "school": page.school.name,
        "version": _("Shared with you on %(day)s", day=full_date(plan.published_at)) if plan else "",
        "copied": _("Copy made on %(day)s", day=full_date(today)),
        "note": _("Some parts are in English. Ask us and we will go through them with you.")
        if page.has_original
        else "",
        "profile": [{"heading": say(PARTS[part]), "body": body} for part, body in sections.items()],
        "needs": {"heading": say(PARTS["needs_in_plain_words"]), "body": needs},
        "outcomes_heading": _("Targets"),
        "no_outcomes": _("There are no targets yet."),
        "outcomes": [_outcome(outcome) for outcome in plan.outcomes] if plan else [],
        "responsibilities": {"heading": _("Who does what"), "parts": _responsibilities(page)},
        "helpers": {
            "heading": _("Who helps %(name)s", name=page.name),
            "name_label": _("Name"),
            "part_label": _("What they do"),
            "rows": [{"name": helper.name, "part": say(helper.role_name)} for helper in page.helpers],
        },
        "labels": {
            "now": _("Now"),
            "goal": _("Goal"),
            "measure": _("How we will know"),
            "strategies": _("What we do at school"),
            "what": _("What"),
            "who": _("Who"),
            "often": _("How often"),
            "home": _("How you can help at home"),
        },
        "foot": f"{page.name} · {page.school.name}",
    }
    return render("plan", data, language=current(), title=heading)


def _responsibilities(page: ChildPage) -> list[dict[str, object]]:
    if page.plan is None:
        return []
    headings = {
        Party.PUPIL: _("What I do"),
        Party.PARENT: _("What my family does"),
        Party.SCHOOL: _("What school does"),
    }
    lines = page.plan.responsibilities
    return [
        {"heading": heading, "body": _list(lines[party])} for party, heading in headings.items() if lines.get(party)
    ]


def _outcome(outcome: OutcomeRead) -> dict[str, object]:
    return {"outcome": _fragment(outcome.text), "targets": [_target(target) for target in outcome.targets]}


def _target(target: TargetRead) -> dict[str, object]:
    review = _("We look at this again on %(day)s", day=full_date(target.review_on)) if target.review_on else ""
    duty = {name: _fragment(text) for name, text in zip(("what", "who", "often"), target.duty, strict=True)}
    return {
        "title": _fragment(target.title),
        "state": say(TARGET_STATES[target.state]),
        "now": _fragment(target.now),
        "goal": _fragment(target.goal),
        "measure": _fragment(target.how_we_will_know),
        "strategies": [_fragment(text) for text in target.strategies],
        "duties": [duty] if any(target.duty) else [],
        "review": review,
        "home": _fragment(target.help_at_home),
    }


def _paragraphs(text: SchoolText) -> list[object]:
    return [_fragment(text)]


def _list(items: Iterable[str | SchoolText]) -> list[object]:
    found = [_fragment(item) if isinstance(item, SchoolText) else item for item in items]
    return [{"items": found}] if found else []


def _fragment(text: SchoolText | None) -> object:
    return {"text": text.text, "lang": text.lang, "dir": text.direction} if text else ""
