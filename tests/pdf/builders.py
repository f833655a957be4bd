"""Data as the features hand it to the templates: one letter and one plan in any of the languages."""

from pathlib import Path

from portal.web.i18n import LANGUAGES
from portal.web.pdf import qr_svg, render

from .letter_words import LETTER_WORDS
from .plan_words import PLAN_WORDS

CODE = "ABC-4F7K-9Q2M"
ADDRESS = "https://families.oakfield.example/start"
CHILD = "Zofia Nowak-Rahman"
TAGS = tuple(LANGUAGES)


def fragment(tag: str, text: str) -> dict[str, object]:
    """Words somebody typed, with the language they are in."""
    return {"text": text, "lang": LANGUAGES[tag].html_tag, "dir": LANGUAGES[tag].direction}


def letter(tag: str, **changed: object) -> dict[str, object]:
    """One letter as `letter.typ` takes it; `changed` replaces parts of it."""
    words = LETTER_WORDS[tag]._asdict()
    school = {"name": "Oakfield Primary School", "lines": ["Mill Lane, Brookbridge BR4 7QN", "0121 496 0142"]}
    return {
        **words,
        "school": school,
        "recipient": "Nasreen Akhtar",
        "code": CODE,
        "address": ADDRESS,
        "qr": qr_svg(f"{ADDRESS}#{CODE}"),
        "signed": ["Helen Ashworth", "Oakfield Primary School"],
        "batch": "2026-10-13 / 0007",
        **changed,
    }


def letters(tag: str, count: int = 1, **changed: object) -> dict[str, object]:
    """The data of a batch of letters, all in one language."""
    return {"colour": "#5b2a86", "letters": [letter(tag, **changed) for _ in range(count)]}


def plan(tag: str, **changed: object) -> dict[str, object]:
    """The copy of a plan as `plan.typ` takes it: one outcome is in English still, in every language."""
    words = PLAN_WORDS[tag]
    agreed, copied = words.dates
    helpers_heading, name_label, part_label, teacher = words.helpers
    label_names = ("now", "goal", "measure", "strategies", "what", "who", "often", "home")
    english = PLAN_WORDS["en"]
    return {
        "colour": "#0b5d63",
        "name": CHILD,
        "heading": words.heading,
        "school": "Oakfield Primary School",
        "version": agreed,
        "copied": copied,
        "note": words.note,
        "profile": [_section(tag, heading, text) for heading, text in words.profile],
        "needs": _section(tag, *words.needs),
        "outcomes_heading": words.outcomes_heading,
        "no_outcomes": words.note,
        "outcomes": [
            {"outcome": fragment(tag, words.outcome), "targets": [target(tag), target("en")]},
            {"outcome": fragment("en", english.outcome), "targets": [{**target(tag), "duties": []}]},
        ],
        "responsibilities": {
            "heading": words.responsibilities_heading,
            "parts": [_section(tag, heading, text) for heading, text in words.responsibilities],
        },
        "helpers": {
            "heading": helpers_heading,
            "name_label": name_label,
            "part_label": part_label,
            "rows": [
                {"name": "Mrs Fellows", "part": fragment(tag, teacher)},
                {"name": "Mr Okonkwo-Hale", "part": fragment("en", "Speech and language therapist, on Thursdays")},
            ],
        },
        "labels": dict(zip(label_names, words.labels, strict=True)),
        "foot": f"{CHILD} · Oakfield Primary School",
        **changed,
    }


def target(tag: str) -> dict[str, object]:
    """One target card."""
    words = PLAN_WORDS[tag]
    title, now, goal, measure = (fragment(tag, text) for text in words.target)
    what, who, often = (fragment(tag, text) for text in words.duty)
    return {
        "title": title,
        "now": now,
        "goal": goal,
        "measure": measure,
        "state": words.state,
        "review": words.review,
        "strategies": [fragment(tag, text) for text in words.strategies],
        "duties": [{"what": what, "who": who, "often": often}],
        "home": fragment(tag, words.home),
    }


def _section(tag: str, heading: str, text: str) -> dict[str, object]:
    lines = [fragment(tag, line) for line in PLAN_WORDS[tag].strategies]
    return {"heading": heading, "body": [fragment(tag, text), {"items": lines}]}


def pdf_of(template: str, tag: str, data: dict[str, object], fonts_folder: Path, title: str = "Title") -> bytes:
    """The document as the portal would make it."""
    return render(template, data, language=LANGUAGES[tag], title=title, fonts_folder=fonts_folder)
