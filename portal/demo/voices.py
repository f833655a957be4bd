"""What some pupils of the demo want of their own meeting, in words, or by pictures with somebody's help."""

from portal.demo.reviews import Round, words_of_rounds
from portal.demo.world import World
from portal.meetings.models import Participation
from portal.meetings.rules import Attendance, Part
from portal.meetings.rules_pupil import with_card


def make_voices(world: World, rounds: list[Round]) -> None:
    """One row for each pupil in the text file, about the review in the open round."""
    reviews = {child.told["key"]: (child, review) for made in rounds if made.is_open for child, review in made.reviews}
    for facts in words_of_rounds["says"]:
        child, review = reviews[facts["child"]]
        row = Participation(**child.about, review_id=review.id, adult_id=child.pupil.person_id)
        row.part, row.who_there, row.attendance = Part(facts["part"]), facts["who_there"], Attendance.UNKNOWN
        for name in ("which_part", "who_words", "first_topic", "first_words"):
            setattr(row, name, facts.get(name, ""))
        row.message = with_card(facts.get("message_card", ""), facts.get("message", ""))
        row.helped_by = with_card(facts.get("helped_card", ""), facts.get("helped_by", ""))
        row.said_at = review.views_in_at = world.at(2, 13, 25)
        world.keep(row)
