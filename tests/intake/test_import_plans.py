"""A school's list of plans becomes drafts. What a family has, and what staff are writing, stays as it is."""

from datetime import date

from sqlalchemy import select

from portal.intake.formats.plans_csv import EXAMPLE
from portal.intake.models import ImportState
from portal.intake.rules_changes import Fate, Kind
from portal.people.models import Pupil
from portal.profiles.models import Outcome, Plan, PlanKind, PlanVersion, Responsibility, Target
from portal.profiles.rules import Party, VersionState
from tests.intake.importing import HAZEL, Office, ctf_for, differences, fates, plans_csv
from tests.intake.make_ctf import small_pupil, upn
from tests.intake.test_import_children import everything

TABLES = (Plan, PlanVersion, Outcome, Target, Responsibility)


def row(number: int = 1, **cells: str) -> dict[str, str]:
    return {**EXAMPLE, "upn": upn(number), **cells}


def new_child(office: Office, number: int = 1) -> Pupil:
    office.bring(Kind.CTF, ctf_for(HAZEL, small_pupil(upn=upn(number))))
    return office.pupil(upn(number))


def versions(office: Office, pupil: Pupil) -> list[PlanVersion]:
    return list(office.rows(select(PlanVersion).where(PlanVersion.pupil_id == pupil.id).order_by(PlanVersion.number)))


def of_version(office: Office, table: type, version: PlanVersion) -> list:
    return list(office.rows(select(table).where(table.version_id == version.id).order_by(table.position, table.id)))


def child_with_plan(office: Office, *, draft: bool) -> Pupil:
    """A child of the demo that has a published plan, with or without a draft beside it."""
    drafts = select(PlanVersion.pupil_id).where(PlanVersion.state == VersionState.DRAFT)
    chosen = Pupil.id.in_(drafts) if draft else Pupil.id.not_in(drafts)
    published = select(PlanVersion.pupil_id).where(PlanVersion.state == VersionState.PUBLISHED)
    return office.rows(
        select(Pupil)
        .where(Pupil.school_id == office.actor.school_id, Pupil.id.in_(published), Pupil.left_on.is_(None), chosen)
        .order_by(Pupil.id)
    )[0]


def test_a_plan_arrives_as_a_draft(office: Office) -> None:
    pupil = new_child(office)
    second = {"target": "Sam waits for a turn.", "responsibility_school": "Plan a time for questions each day."}
    entries = office.bring(Kind.PLANS, plans_csv(row(), row(**second), row(outcome="Sam reads.", target="Ten words.")))
    assert fates(entries)[-1] == (Fate.NEW, "Zoe Ali")
    (draft,) = versions(office, pupil)
    assert (draft.state, draft.number, draft.source, draft.published_at) == (VersionState.DRAFT, 1, "csv", None)
    assert (draft.written_by, draft.people_like) == (office.actor.person_id, EXAMPLE["people_like"])
    assert [o.text for o in of_version(office, Outcome, draft)] == [EXAMPLE["outcome"], "Sam reads."]
    targets = of_version(office, Target, draft)
    assert [t.title for t in targets] == [EXAMPLE["target"], "Sam waits for a turn.", "Ten words."]
    assert (targets[0].strategies, targets[0].review_on) == (
        ["Question cards", "A partner to practise with"],
        date(2026, 12, 1),
    )
    assert (targets[0].goal, targets[0].pupil_words) == (EXAMPLE["goal"], EXAMPLE["pupil_words"])
    lines = {(line.party, line.text) for line in of_version(office, Responsibility, draft)}
    assert lines == {
        (Party.PUPIL, EXAMPLE["responsibility_pupil"]),
        (Party.PARENT, EXAMPLE["responsibility_parent"]),
        (Party.SCHOOL, EXAMPLE["responsibility_school"]),
    }


def test_the_same_plans_again_change_nothing(office: Office) -> None:
    new_child(office)
    office.bring(Kind.PLANS, plans_csv(row()))
    before = everything(office)
    page = office.page(office.upload(Kind.PLANS, plans_csv(row()) + b"\r\n"))
    assert (page.changes_nothing, page.counts[0].numbers) == (True, (0, 0, 1, 0, 0))
    assert everything(office) == before


def test_a_draft_that_staff_are_writing_stays_and_both_are_shown(office: Office) -> None:
    pupil = child_with_plan(office, draft=True)
    before = everything(office)
    entries = office.bring(Kind.PLANS, plans_csv(row(upn=str(pupil.upn))))
    (entry,) = [e for e in entries if e.fate is Fate.CONFLICT]
    assert entry.problem
    assert "There is a draft" in entry.problem.message
    assert differences(entries, Fate.CONFLICT)["What people like and admire about me"][1] == EXAMPLE["people_like"]
    assert everything(office) == before


def test_what_the_family_has_already_is_no_change(office: Office) -> None:
    pupil = child_with_plan(office, draft=False)
    published = next(v for v in versions(office, pupil) if v.state is VersionState.PUBLISHED)
    outcomes = {o.id: o.text for o in of_version(office, Outcome, published)}
    rows = [
        {"upn": str(pupil.upn), "outcome": outcomes[t.outcome_id], "target": t.title, "goal": t.goal, "now": t.now}
        for t in of_version(office, Target, published)
    ]
    before = everything(office)
    page = office.page(office.upload(Kind.PLANS, plans_csv(*rows)))
    assert page.counts[0].numbers == (0, 0, 1, 0, 0)
    assert everything(office) == before


def test_a_changed_plan_becomes_a_draft_on_top_of_what_the_family_has(office: Office) -> None:
    pupil = child_with_plan(office, draft=False)
    published = next(v for v in versions(office, pupil) if v.state is VersionState.PUBLISHED)
    old_targets = of_version(office, Target, published)
    outcomes = {o.id: o for o in of_version(office, Outcome, published)}
    first = old_targets[0]
    entries = office.bring(
        Kind.PLANS,
        plans_csv(
            {
                "upn": str(pupil.upn),
                "outcome": outcomes[first.outcome_id].text,
                "target": first.title,
                "goal": "A new goal.",
            }
        ),
    )
    assert differences(entries, Fate.CHANGED) == {"Target": (first.title, first.title)}
    *earlier, still, draft = versions(office, pupil)
    assert (still.id, still.state, draft.state) == (published.id, VersionState.PUBLISHED, VersionState.DRAFT)
    assert draft.number == max(v.number for v in (*earlier, still)) + 1
    assert (draft.people_like, draft.review_due) == (published.people_like, published.review_due)
    targets = {t.thread: t for t in of_version(office, Target, draft)}
    assert set(targets) == {t.thread for t in old_targets}
    assert (targets[first.thread].goal, targets[first.thread].now) == ("A new goal.", first.now)
    assert targets[first.thread].steps_done == first.steps_done
    assert len(of_version(office, Responsibility, draft)) == len(of_version(office, Responsibility, published))
    assert {t.goal for t in of_version(office, Target, published)} == {t.goal for t in old_targets}


def test_an_unknown_child_refuses_the_file(office: Office) -> None:
    new_child(office)
    before = office.count(*TABLES)
    page = office.page(office.upload(Kind.PLANS, plans_csv(row(), row(2))))
    assert page.job.state is ImportState.REFUSED
    assert [(e.fate, e.line, e.name) for e in page.whole_file if e.fate is Fate.REFUSED] == [(Fate.REFUSED, 3, "")]
    assert "kind and makes others laugh" not in str(page)
    assert office.count(*TABLES) == before


def test_a_school_without_any_kind_of_plan_gets_its_own(office: Office) -> None:
    new_child(office)
    for kind in office.rows(select(PlanKind).where(PlanKind.school_id == office.actor.school_id)):
        office.change(PlanKind, kind.id, in_use=False, code=f"old {kind.code}")
    office.bring(Kind.PLANS, plans_csv(row()))
    (draft,) = versions(office, office.pupil(upn(1)))
    (label,) = office.rows(
        select(PlanKind.label).join(Plan, Plan.kind_id == PlanKind.id).where(Plan.id == draft.plan_id)
    )
    assert label == "Pupil profile"
