"""What the demo would write on one day, before it is written: quick enough for a whole year of days."""

from collections import defaultdict
from datetime import date, datetime, time

from portal.demo.fill import made_on
from portal.kernel import clock
from portal.kernel.clock import LONDON
from portal.meetings.models import Invitation
from portal.reviews.models import Review, ReviewRound
from portal.reviews.rules import RoundState
from tests.conftest import PEPPER

DAYS = (  # terms and holidays, first and last days, both clock-change weekends, a leap day
    clock.today(),
    *(date(2026, 8, 15), date(2026, 9, 1), date(2026, 10, 24), date(2026, 10, 25), date(2026, 12, 18)),
    *(date(2027, 1, 1), date(2027, 2, 20), date(2027, 3, 28), date(2027, 5, 31), date(2027, 7, 18), date(2028, 2, 29)),
)


class Made:
    """The rows of one demo by their class, before they are written."""

    def __init__(self, day):
        self.day, self.world = day, made_on(day, PEPPER)
        self.end_of_day = datetime.combine(day, time(23, 59), LONDON)
        self.keys = {child.pupil.id: key for key, child in self.world.children.items()}
        self._rows = defaultdict(list)
        for row in self.world.rows:
            self._rows[type(row)].append(row)

    def __getitem__(self, model):
        return self._rows[model]

    def open_round(self, school_key):
        school = self.world.schools[school_key]
        return next(r for r in self[ReviewRound] if r.school_id == school.id and r.state is RoundState.OPEN)

    def reviews_of(self, round_):
        return {self.keys[review.pupil_id]: review for review in self[Review] if review.round_id == round_.id}

    def invitations_to(self, review):
        return {row.adult_id: row for row in self[Invitation] if row.review_id == review.id}
