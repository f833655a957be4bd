"""What families of the demo asked, whatever the day on which it is filled: in order, as the actions leave it."""

from itertools import pairwise

from portal.concerns.models import Concern, ConcernReply, Consent, Referral, Sharing
from portal.concerns.rules import Standing, Step
from portal.concerns.rules_consent import ConsentState
from portal.people.rules import YesNo


def test_questions_and_their_answers_follow_each_other(made):
    replies = made[ConcernReply]
    for concern in made[Concern]:
        assert (concern.sent_at is None) == (concern.answer_by is None) == (concern.once_key is None)
        own = [reply for reply in replies if reply.concern_id == concern.id]
        assert [reply.number for reply in own] == list(range(1, concern.replies + 1))
        at = [concern.sent_at, *(reply.said_at for reply in own)] if own else []
        assert all(before <= after for before, after in pairwise(at))
        assert all(moment <= made.end_of_day for moment in at)
        assert all((reply.readers, reply.author_id) == (concern.readers, concern.author_id) for reply in own)
    assert {concern.language for concern in made[Concern]} >= {"en", "ur", "pl", "ar", "pa"}
    assert {concern.step for concern in made[Concern]} >= set(Step) - {Step.TRUSTEE}
    assert {concern.standing for concern in made[Concern]} >= {Standing.OPEN, Standing.ANSWERED}
    assert any(concern.sent_at is None for concern in made[Concern])


def test_nothing_went_out_before_somebody_agreed(made):
    consents = {consent.id: consent for consent in made[Consent]}
    assert len(made[Referral]) == 2
    assert made[Sharing]
    for sharing in made[Sharing]:
        consent = consents[sharing.consent_id]
        assert consent.state is ConsentState.GIVEN
        assert consent.asked_at <= consent.given_at <= sharing.went_at < consent.ends_at
        assert (sharing.consent_given_at, sharing.consent_ends_at) == (consent.given_at, consent.ends_at)
    responsible = {
        (child.pupil.id, link.adult_id)
        for child in made.world.children.values()
        for link in child.links
        if link.parental_responsibility is YesNo.YES
    }
    assert {(consent.pupil_id, consent.adult_id) for consent in made[Consent]} <= responsible
