"""The words of special educational needs, explained as one would to a friend; an adult who meets them first in a letter
should find each of them here."""

from dataclasses import dataclass

from portal.kernel.words import N_


@dataclass(frozen=True, slots=True)
class Word:
    """One word and what it means (message ids); `key` is its place on the page."""

    key: str
    term: str
    meaning: str


WORDS = (
    Word(
        "send", N_("SEND"), N_("Special educational needs and disabilities. A child needs more or other help to learn.")
    ),
    Word("sendco", N_("SENDCO"), N_("The teacher who leads on extra help in a school. Some schools say SENCO.")),
    Word(
        "sen-support",
        N_("SEN support"),
        N_("Extra help that the school plans and gives. It does not need an EHC plan."),
    ),
    Word(
        "register",
        N_("SEN register"),
        N_("The school's list of children who get extra help. School tells you when your child joins or leaves it."),
    ),
    Word(
        "profile",
        N_("Pupil profile"),
        N_("One page about your child: what people like, what matters to your child, and what helps."),
    ),
    Word("outcome", N_("Outcome"), N_("What we want your child to be able to do in a year or more.")),
    Word("target", N_("Target"), N_("A small next step that we work on now. We look at it three times a year.")),
    Word("provision", N_("Provision"), N_("The help itself: what is done, who does it, how often and for how long.")),
    Word(
        "apdr",
        N_("Assess, plan, do, review"),
        N_("The four steps of help. We find out, plan, help, and look together if it worked."),
    ),
    Word(
        "review",
        N_("Review meeting"),
        N_("You and school talk about what is going well and what comes next. It is at least three times a year."),
    ),
    Word(
        "needs-assessment",
        N_("EHC needs assessment"),
        N_("The council finds out if a child needs an EHC plan. You can ask for it yourself."),
    ),
    Word(
        "ehc-plan",
        N_("EHC plan"),
        N_("A legal paper from the council: education, health and care. It says what help a child must get."),
    ),
    Word(
        "annual-review",
        N_("Annual review"),
        N_("A meeting about the EHC plan. The council must look at it every year."),
    ),
    Word(
        "areas",
        N_("Four areas of need"),
        N_("Talking and listening; learning; feelings and friends; body and senses. Many children have more than one."),
    ),
    Word(
        "psychologist",
        N_("Educational psychologist"),
        N_("A specialist for how children learn and feel. School asks you before they work with your child."),
    ),
    Word(
        "speech-therapist",
        N_("Speech and language therapist"),
        N_("A specialist who helps with talking and understanding."),
    ),
    Word(
        "occupational-therapist",
        N_("Occupational therapist"),
        N_("A specialist who helps with everyday things, such as writing, dressing and noise."),
    ),
    Word(
        "adjustment",
        N_("Reasonable adjustment"),
        N_("A change that school must make so that a disabled child can take part."),
    ),
    Word(
        "local-offer",
        N_("Local offer"),
        N_("The council's list of help near you: clubs, advice, health, schools. It is for every family."),
    ),
    Word(
        "sendiass",
        N_("SENDIASS"),
        N_("People who give free advice near you. They do not work for the school or the council."),
    ),
    Word(
        "responsibility",
        N_("Parental responsibility"),
        N_("The right in law to decide about a child. More than one adult can have it."),
    ),
    Word("consent", N_("Consent"), N_("Your yes before something is done. You can take it back.")),
    Word(
        "disagreement",
        N_("Disagreement resolution"),
        N_("Somebody from outside helps you, school and council to agree. It is free."),
    ),
    Word(
        "mediation",
        N_("Mediation"),
        N_("A talk with the council and a person in between, before an appeal. It is free."),
    ),
    Word("tribunal", N_("Tribunal"), N_("Judges who decide when you and the council do not agree about an EHC plan.")),
    Word(
        "adulthood",
        N_("Preparing for adulthood"),
        N_("From Year 9 we talk about work, home, friends and health later on."),
    ),
    Word(
        "young-person",
        N_("Young person"),
        N_("From the end of Year 11 many rights belong to the young person, and no longer to the parents."),
    ),
)
