"""What the rules say about a draft: differences in words, hints that hold nobody up, steps on the register."""

import pytest

from portal.kernel.errors import Invalid
from portal.profiles.rules import RegisterKind, SenProvision
from portal.profiles.rules_quality import longest_sentence
from portal.profiles.rules_steps import MEANINGS, Standing, check_needs, steps_from
from tests.pages import parse, words
from tests.profiles.filling import begin_draft, send


def test_differences_are_said_in_words(sqlite_app, as_persona, ids):
    sendco = as_persona("sendco")
    url = begin_draft(sendco, ids.pupil("Zara"))
    page = parse(sendco.get(url))
    targets = [str(href) for href in page.xpath("//main//a/@href") if "/targets/" in href and "remove" not in href]
    edited, gone = targets[0], targets[1]
    title = parse(sendco.get(gone)).xpath("//input[@name='title']")[0].get("value")
    send(sendco, edited, title="Another name", goal="Another goal")
    send(sendco, gone + "/remove")
    send(sendco, str(page.xpath("//a[contains(., 'Add a target')]")[0].get("href")), title="Quite a new one")
    said = words(sendco.get(url + "/publish"))
    assert "Target changed: Another name Target · The goal" in said
    assert "New target: Quite a new one" in said
    assert f"Target no longer in the plan: {title}" in said
    assert "The profile has new words." not in said


def test_hints_are_shown_and_hold_nobody_up(sqlite_app, as_persona, ids):
    sendco = as_persona("sendco")
    url = begin_draft(sendco, ids.pupil("Zara"))
    assert "Say it in words the child would use." not in words(sendco.get(url))
    target = next(str(h) for h in parse(sendco.get(url)).xpath("//main//a/@href") if "/targets/" in h)
    send(sendco, target, pupil_words="", help_at_home="", how_often="", goal="Better", how_we_will_know="We look")
    long = "word " * 26
    send(sendco, url + "/profile", people_like=long, how_to_support="word " * 25)
    said = words(sendco.get(url))
    for hint in (
        "Say it in words the child would use.",
        "Give the family one idea to help at home.",
        "Say how often the help happens.",
        "There is no number in it.",
    ):
        assert hint in said
    assert said.count("One sentence has more than 25 words.") == 1
    assert "Before it can go out:" not in said


def test_sentences_are_counted_by_their_words():
    assert longest_sentence("") == 0
    assert longest_sentence("One two three. Four five!\nSix") == 3


@pytest.mark.parametrize(
    ("provision", "before", "steps"),
    [
        (SenProvision.NONE, False, {RegisterKind.ADDED}),
        (SenProvision.NONE, True, {RegisterKind.RETURNED}),
        (SenProvision.SUPPORT, True, {RegisterKind.MONITORING, RegisterKind.REMOVED}),
        (SenProvision.PLAN, True, {RegisterKind.MONITORING, RegisterKind.REMOVED}),
    ],
)
def test_steps_on_the_register(provision, before, steps):
    assert set(steps_from(Standing(provision, None, before))) == steps


@pytest.mark.parametrize("kind", list(RegisterKind))
def test_first_words_for_the_family_are_short_sentences_with_the_name(kind):
    text = MEANINGS[kind] % {"name": "Zara"}
    assert "Zara" in text
    assert longest_sentence(text) <= 15


@pytest.mark.parametrize(
    ("needs", "provision", "field"),
    [
        ((), SenProvision.SUPPORT, "need_1"),
        (("SLCN",), SenProvision.NONE, "need_1"),
        (("SLCN", "ASD", "SLCN"), SenProvision.SUPPORT, "need_3"),
        (("SLCN", "NSA"), SenProvision.PLAN, "need_2"),
    ],
)
def test_needs_that_do_not_fit(needs, provision, field):
    with pytest.raises(Invalid) as refused:
        check_needs(needs, provision)
    assert refused.value.field == field


def test_needs_that_fit():
    check_needs(("NSA",), SenProvision.SUPPORT)
    check_needs(("ASD", "SLCN"), SenProvision.PLAN)
    check_needs((), SenProvision.NONE)
