"""The season board and what opens a round: real pages, real databases."""

import pytest
from sqlalchemy import select

from portal.reviews.models import ReviewRound
from portal.reviews.rules import RoundState
from tests.pages import words


@pytest.fixture
def open_round(ids, system_session):
    found = system_session.scalars(
        select(ReviewRound.id).where(
            ReviewRound.school_id == ids.school_of("Zara"), ReviewRound.state == RoundState.OPEN
        )
    ).one()
    system_session.rollback()
    return found


def test_smoke(sqlite_app, as_persona, open_round):
    client = as_persona("sendco")
    for path in ("/staff/rounds", "/staff/rounds/new", f"/staff/rounds/{open_round}", f"/staff/rounds/{open_round}/children", f"/staff/rounds/{open_round}/open", f"/staff/rounds/{open_round}/close", f"/staff/rounds/{open_round}/change"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        print(path, words(answer)[:1500])
    print(words(as_persona("class-teacher").get("/staff/rounds/my-children"))[:800])
    assert 0
