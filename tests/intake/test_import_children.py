"""What a Common Transfer File does to the children a school has: adds, changes, asks; never overwrites or deletes."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.intake.models import ImportState
from portal.intake.rules_changes import Fate, Kind
from portal.intake.rules_sen import usual_year
from portal.kernel import clock
from portal.kernel.audit import AuditEvent
from portal.kernel.db import Base
from portal.kernel.scope import PortalSession, system
from portal.people.models import Pupil
from portal.people.rules import leaving_date
from portal.profiles.models_register import SenNeed, SenStatusPeriod
from portal.profiles.rules import SenProvision
from tests.intake.importing import HAZEL, Office, ctf_for, differences, fates
from tests.intake.make_ctf import small_pupil, upn

Story = list[tuple[str, str, str | None]]


def _need(kind: str, rank: int, end: str = "") -> str:
    return f"<SENneed>{end}<SENtypeRank>{rank}</SENtypeRank><SENtype>{kind}</SENtype></SENneed>"


def sen(*starts: tuple[str, str], needs: tuple[tuple[str, int], ...] = (), ended: tuple[str, str] | None = None) -> str:
    periods = "".join(
        f"<SEN><StartDate>{day}</StartDate><SENprovision>{code}</SENprovision></SEN>" for day, code in starts
    )
    told = "".join(_need(kind, rank) for kind, rank in needs)
    if ended:
        told += _need(ended[0], 9, f"<NeedEndDate>{ended[1]}</NeedEndDate>")
    return f"<SENhistory>{periods}<SENneeds>{told}</SENneeds></SENhistory>"


def basic(inside: str) -> str:
    return f"<BasicDetails>{inside}</BasicDetails>"


def one(inside: str = "", **facts: str) -> bytes:
    return ctf_for(HAZEL, small_pupil(inside, **facts))


def periods(office: Office) -> Story:
    rows = office.rows(
        select(SenStatusPeriod)
        .where(SenStatusPeriod.pupil_id == office.pupil(upn(1)).id)
        .order_by(SenStatusPeriod.starts_on)
    )
    return [(row.provision.value, str(row.starts_on), row.ends_on and str(row.ends_on)) for row in rows]


def needs(office: Office) -> list[tuple[int, str]]:
    rows = office.rows(
        select(SenNeed)
        .where(SenNeed.pupil_id == office.pupil(upn(1)).id, SenNeed.ends_on.is_(None))
        .order_by(SenNeed.rank)
    )
    return [(row.rank, row.need_type) for row in rows]


def everything(office: Office) -> dict[str, list[str]]:
    """Every row of every table that an import may touch, as text."""
    skipped = {"import_job", "audit_event", "sitting"}
    with PortalSession(office.app.extensions["engine"], scope=system("test"), read_only=True) as session:
        return {
            table.name: sorted(map(str, session.connection().execute(select(table)).all()))
            for table in Base.metadata.sorted_tables
            if table.name not in skipped
        }


def test_a_new_child_comes_with_everything_that_is_kept(office: Office) -> None:
    office.bring(
        Kind.CTF,
        one(
            basic(
                "<FormerUPN>" + upn(7) + "</FormerUPN><PreferredForename>Zo</PreferredForename>"
                "<NCyearActual>3</NCyearActual><Languages><Type><LanguageType>F</LanguageType>"
                "<Language>URD</Language></Type></Languages>"
            )
            + "<LookedAfter><InCare>true</InCare></LookedAfter>"
            + sen(("2020-09-01", "N"), ("2022-01-10", "A"), ("2023-02-01", "K"), needs=(("SLCN", 1), ("ASD", 2)))
        ),
    )
    child = office.pupil(upn(1))
    assert (child.forename, child.surname, child.known_as, child.born_on) == ("Zoe", "Ali", "Zo", date(2016, 2, 29))
    assert (child.nc_year, child.home_language_code, child.looked_after) == ("3", "URD", True)
    assert (child.former_upns, child.source, child.staff_confirmed) == ([upn(7)], "ctf", False)
    assert child.rights_pass_on == leaving_date(date(2016, 2, 29))
    assert (child.person_id, child.class_id) == (None, None)
    assert periods(office) == [
        ("N", "2020-09-01", "2022-01-09"),
        ("K", "2022-01-10", "2023-01-31"),
        ("K", "2023-02-01", None),
    ]
    codes = office.rows(select(SenStatusPeriod.legacy_code).where(SenStatusPeriod.pupil_id == child.id))
    assert sorted(codes) == ["", "", "A"]
    assert needs(office) == [(1, "SLCN"), (2, "ASD")]
    assert office.rows(select(AuditEvent.action).where(AuditEvent.about_pupil_id == child.id)) == ["imported"]


def test_old_codes_and_missing_years_are_pointed_out(office: Office) -> None:
    entries = office.dry(Kind.CTF, one(sen(("2012-09-01", "S"), needs=(("SLCN", 1),))))
    reasons = [entry.problem.message for entry in entries if entry.problem]
    assert any("no longer in use" in reason for reason in reasons)
    assert any("By the date of birth it is" in reason for reason in reasons)


def test_the_same_file_again_changes_nothing_at_all(office: Office) -> None:
    file = one(sen(("2023-02-01", "K"), needs=(("SLCN", 1), ("ASD", 1))))
    office.bring(Kind.CTF, file)
    before = everything(office)
    page = office.page(office.upload(Kind.CTF, file + b"\n"))
    assert (page.changes_nothing, page.counts[0].numbers) == (True, (0, 0, 1, 0, 0))
    assert office.confirm(page.job.job_id, page.digest) is ImportState.DONE
    assert everything(office) == before


def test_a_changed_surname_is_shown_and_taken(office: Office) -> None:
    office.bring(Kind.CTF, one())
    entries = office.bring(Kind.CTF, one(surname="Khan"))
    assert differences(entries, Fate.CHANGED) == {"Surname": ("Ali", "Khan")}
    assert office.pupil(upn(1)).surname == "Khan"


def test_what_staff_confirmed_stays_and_both_values_are_shown(office: Office) -> None:
    office.bring(Kind.CTF, one(sen(("2023-02-01", "K"), needs=(("SLCN", 1),))))
    office.change(Pupil, office.pupil(upn(1)).id, staff_confirmed=True)
    before = everything(office)
    entries = office.bring(
        Kind.CTF, one(sen(("2024-02-01", "E"), needs=(("ASD", 1),)), surname="Khan", dob="2015-01-01")
    )
    assert differences(entries, Fate.CONFLICT) == {
        "Surname": ("Ali", "Khan"),
        "Date of birth": ("2016-02-29", "2015-01-01"),
        "SEN history": ("2023-02-01 K", "2023-02-01 K, 2024-02-01 E"),
        "Needs by rank": ("1 SLCN", "1 ASD, 2 SLCN"),
    }
    assert not differences(entries, Fate.CHANGED)
    assert everything(office) == before


def test_the_demo_children_are_all_confirmed_so_nothing_of_theirs_moves(office: Office) -> None:
    child = office.rows(select(Pupil).where(Pupil.school_id == office.actor.school_id).order_by(Pupil.id))[0]
    before = everything(office)
    entries = office.bring(
        Kind.CTF, one(sen(("2024-09-02", "N")), upn=child.upn, surname="Somebody", forename="Else", dob="2019-01-01")
    )
    assert set(differences(entries, Fate.CONFLICT)) >= {"Surname", "Forename", "Date of birth", "SEN history"}
    assert everything(office) == before


def test_a_child_is_found_by_the_upn_it_had_before(office: Office) -> None:
    office.bring(Kind.CTF, one())
    key = office.pupil(upn(1)).id
    entries = office.bring(Kind.CTF, one(basic(f"<FormerUPN>{upn(1)}</FormerUPN>"), upn=upn(2)))
    assert differences(entries, Fate.CHANGED) == {"UPN": (upn(1), upn(2))}
    child = office.pupil(upn(2))
    assert (child.id, child.former_upns) == (key, [upn(1)])
    # an old file with the former UPN finds the child, and does not turn the number back
    assert office.page(office.upload(Kind.CTF, one() + b"\n")).changes_nothing


def test_two_children_of_a_file_cannot_become_one(office: Office) -> None:
    office.bring(Kind.CTF, one())
    file = ctf_for(HAZEL, small_pupil(), small_pupil(basic(f"<FormerUPN>{upn(1)}</FormerUPN>"), upn=upn(2)))
    entries = office.dry(Kind.CTF, file)
    (told,) = entries
    assert (told.fate, told.line, "former UPN" in told.problem.message) == (Fate.REFUSED, 14, True)  # type: ignore[union-attr]


def test_one_refused_child_does_not_keep_the_others_out(office: Office) -> None:
    file = ctf_for(HAZEL, small_pupil(upn="X1"), small_pupil(upn=upn(2), forename="Bo"))
    before = office.count(Pupil)[0]
    entries = office.bring(Kind.CTF, file)
    assert (Fate.REFUSED, "Zoe Ali") in fates(entries)
    assert office.count(Pupil)[0] == before + 1


def test_a_new_stretch_of_support_closes_the_one_before(office: Office) -> None:
    office.bring(Kind.CTF, one(sen(("2023-02-01", "K"))))
    entries = office.bring(Kind.CTF, one(sen(("2024-03-04", "E"))))
    assert differences(entries, Fate.CHANGED)["SEN history"] == ("2023-02-01 K", "2023-02-01 K, 2024-03-04 E")
    assert periods(office) == [("K", "2023-02-01", "2024-03-03"), ("E", "2024-03-04", None)]


def test_what_is_only_planned_is_not_support_yet(office: Office) -> None:
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    office.bring(Kind.CTF, one(sen(("2023-02-01", "K"), (tomorrow, "N"))))
    assert periods(office) == [("K", "2023-02-01", None)]


def test_support_that_staff_recorded_is_theirs(office: Office) -> None:
    office.bring(Kind.CTF, one(sen(("2023-02-01", "K"))))
    (row,) = office.rows(select(SenStatusPeriod).where(SenStatusPeriod.pupil_id == office.pupil(upn(1)).id))
    office.change(SenStatusPeriod, row.id, source="staff", provision=SenProvision.PLAN)
    entries = office.bring(Kind.CTF, one(sen(("2024-03-04", "N")), surname="Khan"))
    assert set(differences(entries, Fate.CONFLICT)) == {"SEN history"}
    assert set(differences(entries, Fate.CHANGED)) == {"Surname"}
    assert periods(office) == [("E", "2023-02-01", None)]


@pytest.mark.parametrize(
    ("second", "then"),
    [
        ((("ASD", 1), ("SLCN", 2)), [(1, "ASD"), (2, "SLCN")]),
        ((("ASD", 1),), [(1, "ASD"), (2, "SLCN")]),
        ((("SEMH", 1), ("ASD", 3)), [(1, "SEMH"), (2, "ASD"), (3, "SLCN")]),
        ((), [(1, "SLCN"), (2, "ASD")]),
    ],
)
def test_ranks_move_and_no_need_is_lost(
    office: Office, second: tuple[tuple[str, int], ...], then: list[tuple[int, str]]
) -> None:
    support = ("2023-02-01", "K")
    office.bring(Kind.CTF, one(sen(support, needs=(("SLCN", 1), ("ASD", 2)))))
    office.bring(Kind.CTF, one(sen(support, needs=second) + "<!-- two -->"))
    assert needs(office) == then


def test_a_need_ends_when_the_file_says_so_or_the_support_is_over(office: Office) -> None:
    support = ("2023-02-01", "K")
    office.bring(Kind.CTF, one(sen(support, needs=(("SLCN", 1), ("ASD", 2)))))
    office.bring(Kind.CTF, one(sen(support, needs=(("ASD", 1),), ended=("SLCN", "2024-01-01"))))
    assert needs(office) == [(1, "ASD")]
    office.bring(Kind.CTF, one(sen(support, ("2024-09-01", "N"))))
    assert needs(office) == []
    assert len(office.rows(select(SenNeed).where(SenNeed.pupil_id == office.pupil(upn(1)).id))) == 2


def test_needs_without_support_are_left_out_and_said(office: Office) -> None:
    entries = office.bring(Kind.CTF, one(sen(("2023-02-01", "N"), needs=(("SLCN", 1),))))
    assert any(e.problem and "left out" in e.problem.message for e in entries)
    assert needs(office) == []


def test_who_left_does_not_come_back_by_a_file(office: Office) -> None:
    office.bring(Kind.CTF, one())
    office.change(Pupil, office.pupil(upn(1)).id, left_on=date(2024, 7, 19))
    entries = office.bring(Kind.CTF, one(surname="Khan"))
    assert any(e.problem and "has left the school" in e.problem.message for e in entries)
    assert office.pupil(upn(1)).left_on == date(2024, 7, 19)


@pytest.mark.parametrize(
    ("born", "today", "year"),
    [
        (date(2016, 2, 29), date(2026, 11, 21), "6"),
        (date(2016, 8, 31), date(2026, 11, 21), "6"),
        (date(2016, 9, 1), date(2026, 11, 21), "5"),
        (date(2022, 8, 31), date(2026, 9, 1), "R"),
        (date(2022, 9, 1), date(2026, 9, 1), "N2"),
        (date(2016, 2, 29), date(2026, 8, 31), "5"),
        (date(2004, 1, 1), date(2026, 11, 21), "14"),
    ],
)
def test_the_usual_year_group(born: date, today: date, year: str) -> None:
    assert usual_year(born, today) == year
