"""Codes and formats: the vectors are those of the standards, so that nobody can tune them to the code."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.intake.codes import (
    BroadArea,
    NeedType,
    PortalUse,
    Relationship,
    is_ambiguous_language,
    language_named,
    language_of,
)
from portal.intake.formats.text import Findings
from portal.intake.rules import (
    CHECK_LETTERS,
    Laestab,
    Severity,
    can_receive_texts,
    email,
    laestab,
    need_type,
    normal_upn,
    phone,
    postcode,
    sen_problems,
    sen_provision,
    shown,
    upn_check_letter,
    upn_problem,
    year_group,
)
from portal.profiles.rules import SenProvision


@pytest.mark.parametrize(
    "upn",
    [
        "B801200005001",
        "R674123101121",
        "E330200024001",
        "E332300125042",
        "D940412323007",
        "A93300012500A",
        "T33020002401B",
        "L885211122034",
        "P207000016049",
    ],
)
def test_upn_that_is_right(upn: str) -> None:
    assert upn_problem(upn) is None


@pytest.mark.parametrize(
    "upn",
    [
        "A801200005001",
        "B207000016049",  # printed as right in vendors' help pages: their sum is 267, the true one 266
        "X80120000A001",
        "I801200005001",
        "B80120000500",
        "B8012000050011",
        "b801200005001",
        "B80120000500I",
        "B８01200005001",
        "",
        "B801200005001\n",
    ],
)
def test_upn_that_is_wrong(upn: str) -> None:
    problem = upn_problem(upn)
    assert problem is not None
    assert problem.severity is Severity.REFUSED


def test_upn_of_an_unknown_authority_is_only_a_warning() -> None:
    body = "999200024001"
    problem = upn_problem(upn_check_letter(body) + body)
    assert problem is not None
    assert problem.severity is Severity.WARNING
    assert "999" in problem.said(str)


@given(
    body=st.from_regex(rf"[0-9]{{11}}[0-9{CHECK_LETTERS}]", fullmatch=True),
    place=st.integers(0, 11),
    step=st.integers(1, 9),
)
def test_upn_check_letter_finds_any_one_wrong_digit(body: str, place: int, step: int) -> None:
    if not body[place].isdigit():
        return
    wrong = body[:place] + str((int(body[place]) + step) % 10) + body[place + 1 :]
    assert upn_check_letter(wrong) != upn_check_letter(body)


def test_upn_is_read_with_spaces_and_small_letters() -> None:
    assert normal_upn(" l885 2111 22034 ") == "L885211122034"


@pytest.mark.parametrize("text", ["330/2001", "330-2001", "330 2001", "3302001", " 3302001 "])
def test_laestab(text: str) -> None:
    assert laestab(text) == Laestab("330", "2001")
    assert str(laestab(text)) == "3302001"


@pytest.mark.parametrize("text", ["XXXXXXX", "330LLLL", "33020011", "330//2001", ""])
def test_laestab_of_a_placeholder_is_none(text: str) -> None:
    assert laestab(text) is None


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("K", (SenProvision.SUPPORT, False)),
        ("e", (SenProvision.PLAN, False)),
        ("N", (SenProvision.NONE, False)),
        ("S", (SenProvision.PLAN, True)),
        ("A", (SenProvision.SUPPORT, True)),
        ("P", (SenProvision.SUPPORT, True)),
        ("Z", None),
        ("", None),
    ],
)
def test_sen_provision(code: str, expected: object) -> None:
    assert sen_provision(code) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("SpLD", (NeedType.SPLD, False)),
        ("NSA*", (NeedType.NSA, False)),
        ("BESD", (NeedType.SEMH, True)),
        ("PLD", None),
        ("", None),
    ],
)
def test_need_type(code: str, expected: object) -> None:
    assert need_type(code) == expected


def test_broad_areas() -> None:
    assert NeedType.ASD.broad_area is BroadArea.COMMUNICATION
    assert NeedType.PMLD.broad_area is BroadArea.COGNITION
    assert NeedType.MSI.broad_area is BroadArea.SENSORY
    assert {need for need in NeedType if need.broad_area is None} == {NeedType.DS, NeedType.OTH, NeedType.NSA}


@pytest.mark.parametrize(
    ("provision", "needs", "said"),
    [
        (SenProvision.NONE, [(NeedType.ASD, 1)], "no SEN support and no plan"),
        (SenProvision.PLAN, [], "no type of need"),
        (SenProvision.PLAN, [(NeedType.NSA, 1)], "only with SEN support"),
        (SenProvision.SUPPORT, [(NeedType.ASD, 2)], "ranked"),
        (SenProvision.SUPPORT, [(NeedType.ASD, 1), (NeedType.HI, 1)], "ranked"),
        (SenProvision.SUPPORT, [(NeedType.ASD, None)], "ranked"),
    ],
)
def test_sen_rules(provision: SenProvision, needs: list[tuple[NeedType, int | None]], said: str) -> None:
    (problem,) = sen_problems(provision, needs)
    assert problem.severity is Severity.WARNING
    assert said in problem.said(str)


def test_sen_rules_are_content() -> None:
    assert sen_problems(SenProvision.SUPPORT, [(NeedType.NSA, 1)]) == ()
    assert sen_problems(SenProvision.PLAN, [(NeedType.ASD, 2), (NeedType.HI, 1)]) == ()
    assert sen_problems(SenProvision.NONE, []) == ()
    assert sen_problems(None, []) == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("01", "1"),
        ("Year 2", "2"),
        ("Y10", "10"),
        ("yr 7", "7"),
        ("Reception", "R"),
        ("R", "R"),
        ("YR", "R"),
        ("n2", "N2"),
        ("E1", "E1"),
        ("14", "14"),
        ("M", "M"),
        ("x", "X"),
        ("15", None),
        ("0", None),
        ("-1", None),
        ("Dolphins", None),
        ("", None),
    ],
)
def test_year_group(text: str, code: str | None) -> None:
    assert year_group(text) == code


@pytest.mark.parametrize(
    ("code", "tag"),
    [("URD", "ur"), ("PNJ", "pa"), ("PNJG", "pa"), ("ENG", "en"), ("rmn", "ro"), ("BSL", "bfi"), ("PHR", "phr")],
)
def test_language_of_a_census_code(code: str, tag: str) -> None:
    assert language_of(code) == tag


@pytest.mark.parametrize("code", ["ENB", "OTB", "OTH", "OTL", "NOT", "REF", "ZZZ", "", "QQQ"])
def test_codes_that_are_no_language(code: str) -> None:
    assert language_of(code) is None


def test_ambiguous_languages() -> None:
    assert [code for code in ("PNJ", "KUR", "CHIC", "BNG", "URD", "POL") if is_ambiguous_language(code)] == [
        "PNJ",
        "KUR",
        "CHIC",
        "BNG",
    ]


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("Urdu", "ur"),
        ("PANJABI", "pa"),
        ("Punjabi", "pa"),
        ("pa-Guru", "pa-Guru"),
        ("so", "so"),
        ("SOM", "so"),
        ("PNJG", "pa"),
        ("Farsi", "fa"),
        ("Dari", "fa-AF"),
        ("English", "en"),
        ("en-GB", "en-GB"),
        ("Klingonese", None),
        ("", None),
    ],
)
def test_language_as_an_office_writes_it(text: str, tag: str | None) -> None:
    assert language_named(text) == tag


def test_who_may_become_a_portal_adult() -> None:
    proposed = {kind.value for kind in Relationship if kind.portal_use is PortalUse.PROPOSED}
    assert proposed == {"PAM", "PAF", "STM", "STF", "FOM", "FOF", "CAR"}
    assert {kind.value for kind in Relationship if kind.portal_use is PortalUse.STAFF_DECIDE} == {"FAM", "REL"}
    assert Relationship("SWR").portal_use is PortalUse.NEVER


def test_every_code_has_words() -> None:
    for codes in (NeedType, Relationship, BroadArea):
        labels = [code.label for code in codes]
        assert all(labels)
        assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("07700 900123", "+447700900123"),
        ("7700900123", "+447700900123"),
        ("+44 (0)7700 900123", "+447700900123"),
        ("0121 496 0123", "+441214960123"),
        ("01632 960123", "+441632960123"),
        ("0092 300 1234567", "+923001234567"),
        ("4.47701E+11", None),
        ("07700 90012", None),
        ("none", None),
        ("", None),
        ("0" * 5000, None),
    ],
)
def test_phone(text: str, number: str | None) -> None:
    assert phone(text) == number


def test_only_mobiles_get_texts() -> None:
    assert can_receive_texts("+447700900123")
    assert can_receive_texts("+447911123456")
    assert not can_receive_texts("+441214960123")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" Hodan@Example.ORG ", "Hodan@example.org"),
        ("o'neill+school@mail.example.org", "o'neill+school@mail.example.org"),
        ("hodan@example", None),
        ("hodan.example.org", None),
        ("a@b@example.org", None),
        ("a..b@example.org", None),
        ("a@example.org, b@example.org", None),
        ("a\r\nBcc: b@example.org", None),
        ("a\u202eb@example.org", None),
        ("a" * 250 + "@example.org", None),
        ("", None),
    ],
)
def test_email(text: str, address: str | None) -> None:
    assert email(text) == address


@pytest.mark.parametrize(
    ("text", "code"), [("b11aa", "B1 1AA"), (" SW1A  1AA", "SW1A 1AA"), ("B1 1A", None), ("", None)]
)
def test_postcode(text: str, code: str | None) -> None:
    assert postcode(text) == code


def test_a_quoted_value_cannot_turn_the_sentence_around() -> None:
    assert shown("a\u202e\x00b") == "a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}b"
    assert len(shown("x" * 500)) == 60


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("O'Neill", "O'Neill"),
        ("O\u2019Neill", "O\u2019Neill"),
        ("  van   der\tBerg ", "van der Berg"),
        ("Zoe\u0308", "Zoë"),
        ("محمد", "محمد"),
        ("محمد\u200f", "محمد"),
        ("نور\u200cالدین", "نور\u200cالدین"),
        ("Ali\ufeff", "Ali"),
        ("x" * 200, "x" * 200),
        ("<b>Bo</b>", "<b>Bo</b>"),
    ],
)
def test_names_are_kept(typed: str, kept: str) -> None:
    found = Findings(7)
    assert found.single_line(typed, "Surname") == kept
    assert found.problems == []


@pytest.mark.parametrize("typed", ["x" * 201, "ع" * 201, "Al\u202ei", "Al\u2066i", "Al\x00i", "Al\ud800i"])
def test_names_that_are_refused(typed: str) -> None:
    found = Findings(7)
    assert found.single_line(typed, "Surname") == ""
    (problem,) = found.problems
    assert (problem.severity, problem.line, problem.column) == (Severity.REFUSED, 7, "Surname")


def test_longer_texts_keep_their_lines() -> None:
    found = Findings(1)
    assert found.paragraphs(" One  two \r\n\r\n\r\n\r\nthree\vfour\u2028five ", "now") == "One two\n\nthree\nfour\nfive"
    assert found.paragraphs("<3 \N{SMILING FACE WITH SMILING EYES}", "now") == "<3 \N{SMILING FACE WITH SMILING EYES}"
    assert found.problems == []
    assert found.paragraphs("x" * 4001, "now") == ""
    assert len(found.problems) == 1


@pytest.mark.parametrize(
    ("text", "british", "day"),
    [
        ("2026-12-01", False, date(2026, 12, 1)),
        ("2026-12-01", True, date(2026, 12, 1)),
        ("01/12/2026", True, date(2026, 12, 1)),
        ("1/2/2026", True, date(2026, 2, 1)),
        ("01/12/2026", False, None),
        ("2026-02-29", False, None),
        ("31/04/2026", True, None),
        ("12/31/2026", True, None),
        ("01/12/26", True, None),
        ("2026-12-01T00:00:00", False, None),
        ("46357", True, None),
        ("0000-01-01", False, None),
    ],
)
def test_dates(text: str, british: bool, day: date | None) -> None:
    found = Findings(3)
    assert found.day(text, "DOB", british=british) == day
    assert bool(found.problems) == (day is None)
