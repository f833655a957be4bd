"""The round in which families of the demo choose now: about half of them have, and some said something else."""

from collections import defaultdict

from portal.demo.bookings import Desk, Invitee, Taken
from portal.demo.calendar import school_days_before
from portal.demo.diary import Busy, Diary
from portal.demo.messages import tell
from portal.demo.reviews import Round, words_of_rounds
from portal.demo.world import Child, World
from portal.kernel.clock import LONDON
from portal.kernel.outbox import OutboxItem, OutboxState
from portal.meetings.actions_invite import LAST_CALL_BEFORE, REMIND_AT, REMIND_BEFORE
from portal.meetings.rules import Answer, instant
from portal.meetings.rules_booking import told_on_the_day_before
from portal.meetings.rules_messages import Message
from portal.reviews.models import Review

EVENING = 19


def make_open_round(world: World, made: Round, diary: Diary, busy: Busy) -> None:
    """Invites the family of each review and writes down what it has done since."""
    desk = Desk(world, made, diary, busy)
    for place, (child, review) in enumerate(made.reviews):
        _Family(world, desk, child, review).act(place)


class _Family:
    """One child's adults, and the reminders that wait for them."""

    def __init__(self, world: World, desk: Desk, child: Child, review: Review) -> None:
        self.world, self.desk, self.review, self.key = world, desk, review, child.told["key"]
        self.adults = desk.invite(child, review)
        self.waiting: dict[str, list[OutboxItem]] = defaultdict(list)
        for who in (who for who in self.adults if who.reads):
            self.announce(who)

    def act(self, place: int) -> None:
        """What one of them has said or chosen, if any."""
        said, wish = words_of_rounds["answer"].get(self.key), words_of_rounds["wish"].get(self.key)
        able = [who for who in self.adults if who.books]
        if self.key in words_of_rounds["free"]["children"] or not able:
            return
        who = next((one for one in able if wish and one.person.full_name == wish.get("by")), able[0])
        at = self.world.at(1 + place % 5, EVENING, 5 + place % 50)
        if said is not None:
            row = who.invitation
            row.answer, row.answer_words, row.answered_at = Answer(said["says"]), said.get("words", ""), at
            self.ask_no_more(who)
        elif wish is not None or place % 3 == 0:
            taken = self.desk.book(place, self.review, who, wish or {}, at)
            if taken is not None:
                self.desk.hold(taken)
                self.confirm(taken)

    def announce(self, who: Invitee) -> None:
        """That times can be chosen, and two reminders for later."""
        row = self.desk.made.row
        opened, closes = row.booking_opens_at, row.booking_closes_at.astimezone(LONDON).date()
        tell(self.world, Message.BOOKING_OPEN, self.review, who.person.id, "first", opened)
        for message, before in ((Message.REMINDER, REMIND_BEFORE), (Message.LAST_CALL, LAST_CALL_BEFORE)):
            due = instant(school_days_before(closes, before), REMIND_AT)
            waits = tell(self.world, message, self.review, who.person.id, "first", opened, due)
            self.waiting[who.invitation.uid].append(waits)

    def confirm(self, taken: Taken) -> None:
        """That the time is theirs, and once more on the day before."""
        meeting, booking, who = taken.meeting, taken.booking, taken.who
        told = {"meeting_id": str(meeting.id), "starts_at": meeting.starts_at.isoformat(), "mode": meeting.mode.value}
        event, later = f"{booking.id}:{who.invitation.sequence}", told_on_the_day_before(meeting.starts_at)
        for message, due in ((Message.BOOKED, None), (Message.TOMORROW, later)):
            tell(self.world, message, self.review, who.person.id, event, booking.made_at, due, **told)
        self.ask_no_more(who)

    def ask_no_more(self, who: Invitee) -> None:
        """Reminders to whoever has answered never leave."""
        for row in self.waiting[who.invitation.uid]:
            row.state = OutboxState.WITHHELD
