"""The pictures that young pupils know themselves by. Names are those of static/icons.json."""

import random
import uuid

from portal.accounts.rules import peppered
from portal.kernel.words import N_

PICTURES = {
    "cat": N_("Cat"),
    "dog": N_("Dog"),
    "fish": N_("Fish"),
    "butterfly": N_("Butterfly"),
    "owl": N_("Owl"),
    "sun": N_("Sun"),
    "moon": N_("Moon"),
    "rainbow": N_("Rainbow"),
    "tree": N_("Tree"),
    "seedling": N_("Seedling"),
    "rocket": N_("Rocket"),
    "boat": N_("Boat"),
    "train": N_("Train"),
    "bus": N_("Bus"),
    "kite": N_("Kite"),
    "balloon": N_("Balloon"),
    "cake": N_("Cake"),
    "apple": N_("Apple"),
    "umbrella": N_("Umbrella"),
    "teddy": N_("Teddy bear"),
    "football": N_("Football"),
    "music": N_("Music"),
    "paint": N_("Paint"),
    "puzzle": N_("Puzzle"),
    "computer": N_("Computer"),
    "book": N_("Book"),
    "pencil": N_("Pencil"),
    "star": N_("Star"),
    "heart": N_("Heart"),
    "house": N_("House"),
    "key": N_("Key"),
    "clock": N_("Clock"),
    "envelope": N_("Envelope"),
    "magnifier": N_("Magnifying glass"),
    "idea": N_("Light bulb"),
    "door": N_("Door"),
}
SHOWN = 9


def nine_pictures(card_id: uuid.UUID, secret: str, pepper: str) -> tuple[str, ...]:
    """The secret picture among eight others: always the same nine, or the one that stays would tell."""
    chance = random.Random(peppered(f"pictures {card_id}", pepper))  # noqa: S311 - the seed is a keyed hash
    others = chance.sample([name for name in PICTURES if name != secret], SHOWN - 1)
    nine = [secret, *others]
    chance.shuffle(nine)
    return tuple(nine)
