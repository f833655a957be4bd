"""A note is kept once, as it was seen, by those who teach the child."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.kernel.audit import AuditEvent
from portal.profiles.models import PlanVersion, ProgressNote, Target
from portal.profiles.rules import VersionState
from tests.pages import parse, words
from tests.profiles.filling import ask, begin_draft, fields, main_form, send


@pytest.fixture
def target(app, ids):
    """A target of Zara's plan that is not finished."""
    return ask(app, published_targets(ids.pupil("Zara")).where(Target.steps_done < Target.steps_total))[0]


def published_targets(pupil_id):
    return (
        select(Target)
        .join(PlanVersion, PlanVersion.id == Target.version_id)
        .where(Target.pupil_id == pupil_id, PlanVersion.state == VersionState.PUBLISHED)
        .order_by(Target.position)
    )


def steps_out(app, target):
    return ask(app, select(Target.steps_done).where(Target.id == target.id))[0]


def note_url(ids, target, name="Zara"):
    return f"/staff/children/{ids.pupil(name)}/targets/{target.thread}/note"


def notes_of(app, thread):
    return ask(app, select(ProgressNote).where(ProgressNote.target_thread == thread).order_by(ProgressNote.at.desc()))


def test_a_teaching_assistant_notes_what_she_saw(app, as_persona, ids, target):
    before = len(notes_of(app, target.thread))
    steps = target.steps_done + 1
    answer = send(
        as_persona("teaching-assistant"),
        note_url(ids, target),
        rating="going_well",
        text="She said it by herself.",
        steps_done=str(steps),
    )
    assert answer.status_code == 303
    notes = notes_of(app, target.thread)
    assert len(notes) == before + 1
    assert (notes[0].text, notes[0].rating.value, notes[0].steps_done) == (
        "She said it by herself.",
        "going_well",
        steps,
    )
    assert notes[0].writer_role == "teaching_assistant"
    assert notes[0].written_by == ids.person("teaching-assistant")
    assert steps_out(app, target) == steps
    recorded = ask(app, select(AuditEvent).where(AuditEvent.subject_id == notes[0].id))[0]
    assert recorded.action == "progress noted"
    assert "herself" not in str(recorded.facts)


def test_the_family_reads_a_note_for_the_family_and_not_one_for_staff(app, as_persona, ids, target):
    teacher = as_persona("class-teacher")
    send(teacher, note_url(ids, target), rating="some_steps", text="A note for everybody.")
    private = fields(main_form(teacher.get(note_url(ids, target))), rating="stuck", text="Between us grown-ups.")
    del private["for_family"]
    assert teacher.post(note_url(ids, target), data=private).status_code == 303
    family = words(as_persona("parent").get(f"/children/{ids.pupil('Zara')}/targets/{target.thread}"))
    assert "A note for everybody." in family
    assert "Between us grown-ups." not in family
    assert "Between us grown-ups." in words(teacher.get(note_url(ids, target)))


def test_a_note_for_staff_leaves_the_familys_steps(app, as_persona, ids, target):
    teacher = as_persona("class-teacher")
    steps = target.steps_done
    private = fields(main_form(teacher.get(note_url(ids, target))), rating="stuck", text="x", steps_done=str(steps + 1))
    del private["for_family"]
    teacher.post(note_url(ids, target), data=private)
    assert notes_of(app, target.thread)[0].steps_done == steps + 1
    assert steps_out(app, target) == steps


def test_a_double_click_is_one_note(app, as_persona, ids, target):
    teacher = as_persona("class-teacher")
    form = fields(main_form(teacher.get(note_url(ids, target))), rating="going_well", text="Once only.")
    before = len(notes_of(app, target.thread))
    assert [teacher.post(note_url(ids, target), data=form).status_code for _n in range(3)] == [303, 303, 303]
    assert len(notes_of(app, target.thread)) == before + 1


def test_what_was_typed_is_kept_when_something_is_missing(app, as_persona, ids, target):
    before = len(notes_of(app, target.thread))
    answer = send(as_persona("class-teacher"), note_url(ids, target), text="Long words that nobody wants to lose.")
    assert answer.status_code == 422
    assert "Choose one of the answers." in words(answer)
    assert (
        parse(answer).xpath("//main//textarea[@name='text']")[0].text.strip() == "Long words that nobody wants to lose."
    )
    answer = send(as_persona("class-teacher"), note_url(ids, target), rating="stuck")
    assert answer.status_code == 422
    assert "Say in a few words what you saw." in words(answer)
    assert len(notes_of(app, target.thread)) == before


def test_steps_outside_the_target_are_refused(app, as_persona, ids, target):
    teacher = as_persona("class-teacher")
    form = fields(main_form(teacher.get(note_url(ids, target))), rating="stuck", text="x")
    answer = teacher.post(note_url(ids, target), data={**form, "steps_done": str(target.steps_total + 1)})
    assert answer.status_code == 422


def test_steps_reach_a_waiting_draft_too(app, as_persona, ids, target):
    begin_draft(as_persona("sendco"), ids.pupil("Zara"))
    done = str(target.steps_done + 1)
    send(as_persona("class-teacher"), note_url(ids, target), rating="going_well", text="On.", steps_done=done)
    states = ask(
        app,
        select(PlanVersion.state, Target.steps_done)
        .join(PlanVersion, PlanVersion.id == Target.version_id)
        .where(Target.thread == target.thread, PlanVersion.state != VersionState.EARLIER),
    )
    assert {state: str(steps) for state, steps in states} == {VersionState.PUBLISHED: done, VersionState.DRAFT: done}


@pytest.mark.parametrize(
    ("persona", "status"),
    [
        ("sendco", 200),
        ("class-teacher", 200),
        ("teaching-assistant", 200),
        ("supply-teacher", 403),
        ("headteacher", 403),
        ("office", 403),
        ("sendco-other-school", 404),
        ("parent", 403),
        ("pupil-young", 403),
    ],
)
def test_who_may_write_a_note(app, as_persona, ids, target, persona, status):
    before = len(notes_of(app, target.thread))
    client = as_persona(persona)
    assert client.get(note_url(ids, target)).status_code == status
    if status != 200:
        sent = {"rating": "stuck", "text": "No.", "steps_done": "0", "once_key": uuid.uuid4().hex}
        assert client.post(note_url(ids, target), data=sent).status_code == status
        assert len(notes_of(app, target.thread)) == before


def test_the_target_of_another_class_is_no_page(app, as_persona, ids, target):
    other = ask(app, published_targets(ids.pupil("Kian")))[0].thread
    teacher = as_persona("class-teacher")
    assert teacher.get(f"/staff/children/{ids.pupil('Kian')}/targets/{other}/note").status_code == 404
    assert teacher.get(f"/staff/children/{ids.pupil('Zara')}/targets/{other}/note").status_code == 404


def test_a_key_used_for_another_child_is_refused_and_nothing_is_kept(app, as_persona, ids, target):
    sendco = as_persona("sendco")
    form = fields(main_form(sendco.get(note_url(ids, target))), rating="stuck", text="First.")
    assert sendco.post(note_url(ids, target), data=form).status_code == 303
    other = ask(app, published_targets(ids.pupil("Kian")))[0]
    count = ask(app, select(func.count()).select_from(ProgressNote))
    assert sendco.post(note_url(ids, other, "Kian"), data={**form, "text": "Second."}).status_code == 422
    assert ask(app, select(func.count()).select_from(ProgressNote)) == count


def test_a_note_is_never_changed(app, system_session, ids):
    note = system_session.scalars(select(ProgressNote).where(ProgressNote.pupil_id == ids.pupil("Zara"))).first()
    note.at -= timedelta(days=1)
    with pytest.raises(RuntimeError, match="never changed"):
        system_session.flush()
