"""The macros write what the pinned GOV.UK Frontend means: every fixture that its package ships, compared as a tree."""

import json
import re

import lxml.html
import pytest
from jinja2 import Environment, PackageLoader, PrefixLoader

from portal.paths import ROOT

COMPONENTS = ROOT / "node_modules/govuk-frontend/dist/govuk/components"
WANTED = 657


def tree(html: str) -> list[object]:
    def node(element: object) -> object:
        if isinstance(element, str):
            return folded(element)
        attributes = tuple(sorted((name, folded(value)) for name, value in element.attrib.items()))
        return (
            element.tag,
            attributes,
            folded(element.text),
            tuple(node(child) for child in element),
            folded(element.tail),
        )

    return [node(part) for part in lxml.html.fragments_fromstring(html)]


def folded(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "").strip()


def fixtures():
    for path in sorted(COMPONENTS.glob("*/fixtures.json")):
        content = json.loads(path.read_text())
        for fixture in content["fixtures"]:
            yield content["component"], fixture


def test_all_fixtures_are_equal():
    environment = Environment(
        loader=PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}), autoescape=True
    )
    seen, wrong = 0, []
    for component, fixture in fixtures():
        macro = "govuk" + "".join(part.capitalize() for part in component.split("-"))
        source = f'{{% from "govuk_frontend_jinja/components/{component}/macro.html" import {macro} %}}{{{{ {macro}(options) }}}}'
        made = environment.from_string(source).render(options=fixture["options"])
        seen += 1
        if tree(made) != tree(fixture["html"]):
            wrong.append(f"{component}: {fixture['name']}")
    assert not wrong
    assert seen == WANTED, "the version of govuk-frontend changed: read what is new before changing this number"


def test_the_comparison_would_notice_a_difference():
    assert tree("<p class='a'>x</p>") != tree("<p class='b'>x</p>")
    with pytest.raises(AssertionError):
        assert tree("<p>x</p>") == tree("<p>y</p>")
