"""The macros keep what people wrote safe and in its own language, and never say a thing by colour alone."""

from __future__ import annotations

from dataclasses import dataclass

import lxml.html
import pytest
from flask import Flask, render_template_string

from portal.paths import STATIC, TEMPLATES
from portal.web import assets


@dataclass(frozen=True)
class Text:
    text: str
    lang: str = "en"
    direction: str = "ltr"
    is_original: bool = False
    translated_by: str | None = None
    checked_by: str | None = None


@pytest.fixture(scope="module")
def app() -> Flask:
    app = Flask("components", template_folder=str(TEMPLATES), static_folder=None)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    assets.init_app(app, STATIC)
    return app


def render(app: Flask, source: str, **context: object) -> lxml.html.HtmlElement:
    with app.test_request_context():
        return lxml.html.fragment_fromstring(render_template_string(source, **context), create_parent="div")


def test_what_a_person_typed_stays_text_in_its_own_direction(app: Flask) -> None:
    page = render(
        app, "{% from 'components/words.html' import said %}{{ said(typed, 'ur') }}", typed="<b>x</b>\n\u202eevil"
    )
    (said,) = page.xpath("bdi[@dir='auto'][@lang='ur']")
    assert said.text == "<b>x</b>\n\u202eevil"
    assert len(said) == 0


def test_a_missing_translation_is_said_once_for_several_texts(app: Flask) -> None:
    source = "{% from 'components/words.html' import original_note_for %}{{ original_note_for(texts) }}"
    original = Text("One", is_original=True)
    assert len(render(app, source, texts=[original, original, Text("Two")]).xpath("p")) == 1
    assert render(app, source, texts=[Text("Two")]).xpath("p") == []


def test_a_translated_text_names_who_wrote_and_checked_it(app: Flask) -> None:
    source = "{% from 'components/words.html' import school_text %}{{ school_text(t) }}"
    text = Text("متن", "ur", "rtl", translated_by="Mrs Bibi", checked_by="Mr Khan")
    page = render(app, source, t=text)
    assert page.xpath("string(.//div[@lang='ur'][@dir='rtl'])") == "متن"
    assert page.xpath("string(.//p)") == "Translated by Mrs Bibi. Checked by Mr Khan."


def test_a_target_says_its_steps_in_words(app: Flask) -> None:
    source = """{% from 'components/cards.html' import target_card %}
    {{ target_card('T', 'N', 'G', 'Going well', '/t', 2, 5) }}"""
    page = render(app, source)
    (steps,) = page.find_class("steps")
    assert steps.get("aria-hidden") == "true"
    assert len(steps.find_class("steps__step")) == 5
    assert len(steps.find_class("steps__step--done")) == 2
    assert "2 of 5 steps" in page.text_content()
    assert "Going well" in page.text_content()


def test_a_table_keeps_its_meaning_when_it_is_stacked(app: Flask) -> None:
    source = """{% from 'components/tables.html' import calm_table %}
    {{ calm_table(['Child', 'Class'], [['Amina', '4 Oak'], {'cells': ['Bartek', '4 Elm'], 'lit': True}],
                  'Children') }}"""
    (table,) = render(app, source).xpath("table")
    assert table.xpath("string(caption)") == "Children"
    assert [row.get("class") for row in table.xpath("tbody/tr")] == [None, "calm__lit"]
    assert table.xpath("tbody/tr[2]/td//text()") == ["Class", "4 Elm"]
    assert {cell.get("role") for cell in table.xpath(".//th|.//td")} == {"columnheader", "rowheader", "cell"}


def test_a_filter_without_choices_asks_for_words(app: Flask) -> None:
    source = """{% from 'components/tables.html' import filters %}
    {{ filters('/x', [{'name': 'q', 'label': 'Name', 'value': '"<'},
    {'name': 'y', 'label': 'Year', 'value': '4', 'options': [('3', 'Three'), ('4', 'Four')]}]) }}"""
    (form,) = render(app, source).xpath("form")
    assert form.xpath("string(.//input[@id=//label[.='Name']/@for]/@value)") == '"<'
    assert form.xpath("string(.//select[@id=//label[.='Year']/@for]/option[@selected])") == "Four"
