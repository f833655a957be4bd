"""Writes Common Transfer Files of any size about invented children, so that no real file is ever needed for a test."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from xml.sax.saxutils import escape

from portal.intake.rules import upn_check_letter

FORENAMES = (
    "Amina",
    "Zaynab",
    "Noah",
    "Łucja",
    "D'Arcy",
    "Jean-Luc",
    "Ștefan",
    "Hodan",
    "محمد",
    "Gurleen",
    "Olu",
    "Mia",
)
SURNAMES = (
    "O'Neill",
    "Okonkwo-Ali",
    "Nowak",
    "van der Berg",
    "Iqbal",
    "ਸਿੰਘ",
    "Popescu",
    "Ní Bhriain",
    "Warsame",
    "Begum",
)
HEADER = """<?xml version="1.0" encoding="UTF-8"?>
<CTfile>
  <Header>
    <DocumentName>Common Transfer File</DocumentName>
    <CTFversion>{version}</CTFversion>
    <DateTime>2026-09-03T09:30:00</DateTime>
    <DocumentQualifier>full</DocumentQualifier>
    <SourceSchool><LEA>330</LEA><Estab>2999</Estab><SchoolName>Invented Primary School</SchoolName>
      <AcademicYear>2026</AcademicYear></SourceSchool>
    <DestSchool><LEA>330</LEA><Estab>4998</Estab></DestSchool>
  </Header>
  <CTFpupilData>
"""
FOOTER = "  </CTFpupilData>\n</CTfile>\n"


def upn(number: int) -> str:
    """The number-th UPN of an invented school."""
    body = f"3302999{number // 1000:02d}{number % 1000:03d}"
    return upn_check_letter(body) + body


def contact(order: int, relationship: str, surname: str, forename: str) -> str:
    return f"""        <Contact><Order>{order}</Order><Title>Ms</Title><Surname>{escape(surname)}</Surname>
          <Forename>{escape(forename)}</Forename><Relationship>{relationship}</Relationship>
          <Responsibility>true</Responsibility><Address><AddressAsPupil>true</AddressAsPupil></Address>
          <Phones><Phone><TelephoneType>M</TelephoneType><PhoneNo>07700 900{order:03d}</PhoneNo></Phone></Phones>
          <Email>family{order}@example.org</Email></Contact>
"""


def pupil(number: int, chance: random.Random) -> str:
    """One child with everything that a big school's file has, also what the portal does not read."""
    surname, born = chance.choice(SURNAMES), date(2010, 9, 1) + timedelta(days=chance.randrange(4000))
    attendance = "".join(f"<Session><Date>2026-09-{day:02d}</Date><Mark>/</Mark></Session>" for day in range(1, 29))
    results = "".join(
        f"<StageAssessment><Locale>ENG</Locale><Year>2025</Year><Subject>S{n}</Subject><Result>{n}</Result></StageAssessment>"
        for n in range(20)
    )
    return f"""    <Pupil>
      <UPN>{upn(number)}</UPN><Surname>{escape(surname)}</Surname><Forename>{escape(chance.choice(FORENAMES))}</Forename>
      <DOB>{born}</DOB><Sex>{chance.choice("FM")}</Sex>
      <BasicDetails><MiddleNames>Bo</MiddleNames><NCyearActual>{chance.randint(1, 11)}</NCyearActual>
        <Languages><Type><LanguageType>F</LanguageType><Language>URD</Language></Type></Languages></BasicDetails>
      <SENhistory><SEN><StartDate>2024-01-08</StartDate><SENprovision>K</SENprovision></SEN>
        <SENneeds><SENneed><NeedStartDate>2024-01-08</NeedStartDate><SENtypeRank>1</SENtypeRank>
          <SENtype>SLCN</SENtype></SENneed></SENneeds></SENhistory>
      <Address><BS7666Address><PAON>{number}</PAON><Street>Invented Road</Street><Town>Birmingham</Town></BS7666Address>
        <PostCode>B1 1AA</PostCode></Address>
      <Contacts>
{contact(1, "PAM", surname, "Ada")}{contact(2, "PAF", surname, "Ben")}      </Contacts>
      <Attendance>{attendance}</Attendance>
      <StageAssessments><KeyStage><Stage>KS2</Stage>{results}</KeyStage></StageAssessments>
    </Pupil>
"""


def pieces(count: int, version: str = "25.0") -> Iterator[str]:
    chance = random.Random(2026)
    yield HEADER.format(version=version)
    yield from islice((pupil(number, chance) for number in range(1, count + 1)), count)
    yield FOOTER


def write_ctf(path: Path, count: int) -> Path:
    """A whole file with so many children, the same each time."""
    with path.open("w", encoding="utf-8") as out:
        out.writelines(pieces(count))
    return path


def ctf(*pupils: str, version: str = "25.0") -> str:
    """A small file with exactly the given `Pupil` elements."""
    return HEADER.format(version=version) + "\n".join(pupils) + FOOTER


def small_pupil(
    inside: str = "", *, upn: str = upn(1), surname: str = "Ali", forename: str = "Zoe", dob: str = "2016-02-29"
) -> str:
    """The least a child needs, and whatever else a test puts inside."""
    return (
        f"<Pupil><UPN>{upn}</UPN><Surname>{surname}</Surname><Forename>{forename}</Forename>"
        f"<DOB>{dob}</DOB>{inside}</Pupil>"
    )
