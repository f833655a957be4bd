"""Short ways to do in a test what a person does at the door."""

import itertools
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import LetterCode, MailedCode, Sitting
from portal.accounts.rules import LETTERS, mailed_code, peppered
from portal.kernel import clock
from portal.kernel.scope import PortalSession, system
from portal.people.models import ContactPoint, PupilContact
from portal.people.rules import ContactKind
from tests.conftest import PEPPER

_finders = ("".join(letters) for letters in itertools.product("TVW", LETTERS, LETTERS))  # none twice, none the demo's


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Callable[[], PortalSession]:
    """A new session of the portal's own scope, for a look between two requests: `with database() as session`."""
    name = "app" if "app" in request.fixturenames else "sqlite_app"
    app: Flask = request.getfixturevalue(name)
    return lambda: PortalSession(app.extensions["writing_engine"], scope=system("test"))


@pytest.fixture
def new_letter(database: Any) -> Callable[..., str]:
    """`new_letter(adult_id, pupil_id)` is a letter's code as it stands on the paper."""

    def make(adult_id: uuid.UUID, pupil_id: uuid.UUID, *, finder: str = "", made_at: datetime | None = None) -> str:
        secret = "".join(LETTERS[byte & 31] for byte in uuid.uuid4().bytes[:8])
        code = (finder or next(_finders)) + secret
        with database() as session:
            contact = session.scalars(
                select(PupilContact).where(PupilContact.adult_id == adult_id, PupilContact.pupil_id == pupil_id)
            ).one()
            session.add(
                LetterCode(
                    school_id=contact.school_id,
                    pupil_id=pupil_id,
                    adult_id=adult_id,
                    contact_id=contact.id,
                    batch="TEST",
                    finder=code[:3],
                    secret_hash=peppered(code[3:], PEPPER),
                    made_at=made_at or clock.now(),
                    expires_at=(made_at or clock.now()) + clock.minutes(28 * 24 * 60),
                )
            )
            session.commit()
        return f"{code[:3]}-{code[3:7]}-{code[7:]}"

    return make


@pytest.fixture
def email_of(database: Any) -> Callable[[uuid.UUID], str]:
    """An adult's e-mail address."""

    def look(person_id: uuid.UUID) -> str:
        with database() as session:
            return session.scalars(
                select(ContactPoint.value)
                .where(ContactPoint.adult_id == person_id, ContactPoint.kind == ContactKind.EMAIL)
                .order_by(ContactPoint.id)
            ).first()

    return look


@pytest.fixture
def code_for(database: Any) -> Callable[[uuid.UUID], str]:
    """The newest code that was mailed to somebody, as the mail would have it."""

    def look(person_id: uuid.UUID) -> str:
        with database() as session:
            newest = session.scalars(
                select(MailedCode.id).where(MailedCode.person_id == person_id).order_by(MailedCode.made_at.desc())
            ).first()
        return mailed_code(newest, PEPPER)

    return look


@pytest.fixture
def sittings_of(database: Any) -> Callable[[uuid.UUID], list[Sitting]]:
    """Every sitting a person ever had, the oldest first."""

    def look(person_id: uuid.UUID) -> list[Sitting]:
        with database() as session:
            found = select(Sitting).where(Sitting.person_id == person_id).order_by(Sitting.started_at)
            return list(session.scalars(found))

    return look
