"""The pack as a PDF to keep: the same words as on the page, in the reader's language, and no word more."""

from dataclasses import replace
from datetime import date

from portal.contributions.queries_pack import SaidLine, Voice
from portal.people.rules import Readers, colour_of
from portal.profiles.queries_texts import SchoolText
from portal.profiles.rules import TARGET_STATES
from portal.records.page_papers import SIDE_NAMES, how_it_came, question_words, taps
from portal.records.queries_comers import Comes
from portal.records.queries_papers import AgreedLast, Papers, TargetShown
from portal.records.rules import ACTION_STATES, HEADINGS
from portal.records.rules_actions import PARTY_NAMES
from portal.web.i18n import LANGUAGES, current, date_and_time, full_date, say
from portal.web.i18n import gettext as _
from portal.web.pdf import render


def for_the_table(page: Papers) -> Papers:
    """The pack of staff without a trace of what somebody else in the meeting may not read, or when a second household
    comes."""
    comers = tuple(replace(one, starts_at=None) for one in page.comers)
    agreed = tuple(one for one in page.agreed if one.action.readers == Readers.FAMILY)
    voices = tuple(voice for each in page.voices if (voice := _for_all(each)))
    return replace(page, comers=comers, agreed=agreed, voices=voices)


def _for_all(voice: Voice) -> Voice | None:
    lines = tuple(line for line in voice.statements if line.readers == Readers.FAMILY)
    if not lines:
        return None
    return replace(voice, statements=lines, sent_at=min(line.sent_at for line in lines))


def papers_pdf(page: Papers, *, today: date) -> bytes:
    """The pack of one reader. Raises DocumentError when no PDF can be made."""
    heading = _("Papers for the meeting")
    data = {
        "colour": colour_of(page.theme),
        "name": page.child,
        "heading": heading,
        "school": page.school,
        "when": date_and_time(page.meets_at) if page.meets_at else "",
        "whom": _("Copy for: %(name)s", name=_guest(page.whom)) if page.whom else "",
        "copied": _("Copy made on %(day)s", day=full_date(today)),
        "note": _("Some parts are in English. Ask us and we will go through them with you.")
        if page.has_original
        else "",
        "agenda": {"heading": _("What we talk about"), "items": [say(title) for title in HEADINGS.values()]},
        "who": {"heading": _("Who comes"), "rows": [_comes(one) for one in page.comers]},
        "targets": {
            "heading": _("Targets"),
            "none": _("There are no targets yet."),
            "rows": [_target(target) for target in page.targets],
        },
        "agreed": {
            "heading": _("What we agreed last time"),
            "none": _("Nothing from last time is written down here."),
            "rows": [_agreed(one) for one in page.agreed],
        },
        "said": {
            "heading": _("What everybody said"),
            "none": _("Nobody has sent anything yet that you can read."),
            "voices": [_voice(page, voice) for voice in page.voices],
        },
        "foot": f"{page.child} · {page.school}",
    }
    return render("pack", data, language=current(), title=heading)


def _comes(one: Comes) -> dict[str, str]:
    parts = [say(one.role_name) if one.role_name else one.works_as, one.organisation]
    if one.starts_at:
        parts.append(date_and_time(one.starts_at))
    return {"name": one.name, "part": " · ".join(part for part in parts if part)}


def _guest(whom: Comes) -> str:
    return " · ".join(part for part in (whom.name, whom.works_as, whom.organisation) if part)


def _target(target: TargetShown) -> dict[str, object]:
    return {
        "title": _fragment(target.title),
        "goal": _fragment(target.goal) if target.goal else "",
        "state": say(TARGET_STATES[target.state]),
    }


def _agreed(one: AgreedLast) -> dict[str, object]:
    action = one.action
    who = action.owner_words or action.owner or say(PARTY_NAMES[action.party])
    stands = _("Late") if action.late else say(ACTION_STATES[action.state])
    day = full_date(action.due_on) if action.due_on else ""
    return {"who": who, "what": _fragment(one.text), "state": " · ".join(part for part in (day, stands) if part)}


def _voice(page: Papers, voice: Voice) -> dict[str, object]:
    return {
        "name": voice.name,
        "about": [f"{say(SIDE_NAMES[voice.side])} · {full_date(voice.sent_at)}", *how_it_came(voice)],
        "lines": [_line(page, voice, line) for line in voice.statements],
    }


def _line(page: Papers, voice: Voice, line: SaidLine) -> dict[str, object]:
    texts: list[dict[str, object]] = []
    if line.translation:
        texts.append({"text": _words(line.translation, current().tag), "note": ""})
    if line.text:
        note = f"{_('Translated by %(translator)s.', translator=line.translated_by)} {_('As written')}:"
        texts.append({"text": _words(line.text, line.language), "note": note if line.translation else ""})
    question = question_words(page, voice, line)
    return {
        "question": _fragment(question) if isinstance(question, SchoolText) else question,
        "late": _("Late") if line.late else "",
        "taps": list(taps(voice, line)),
        "texts": texts,
    }


def _words(text: str, tag: str) -> dict[str, str]:
    language = LANGUAGES.get(tag)
    return {"text": text, "lang": language.html_tag, "dir": language.direction} if language else {"text": text}


def _fragment(text: SchoolText) -> dict[str, str]:
    return {"text": text.text, "lang": text.lang, "dir": text.direction}
