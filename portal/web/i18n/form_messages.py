"""WTForms speaks few of our languages and curt English, so what its validators say is said in our words."""

from typing import Final

from portal.kernel.words import N_
from portal.web.i18n.messages import say, translated_plural

_OURS: Final = {
    "This field is required.": N_("Fill in this box."),
    "Invalid input.": N_("Check what you wrote in this box."),
    "Invalid email address.": N_("Write an email address like name@example.com."),
    "Invalid URL.": N_("Write a web address like https://www.example.com."),
    "Number must be at least %(min)s.": N_("The number must be %(min)s or more."),
    "Number must be at most %(max)s.": N_("The number must be %(max)s or less."),
    "Number must be between %(min)s and %(max)s.": N_("The number must be from %(min)s to %(max)s."),
    "Date must be at least %(min)s.": N_("The date must be %(min)s or later."),
    "Date must be at most %(max)s.": N_("The date must be %(max)s or earlier."),
    "Date must be between %(min)s and %(max)s.": N_("The date must be from %(min)s to %(max)s."),
    "Field must be between %(min)d and %(max)d characters long.": N_("Write from %(min)d to %(max)d characters."),
    "Not a valid choice.": N_("Choose one of the answers."),
    "Invalid Choice: could not coerce.": N_("Choose one of the answers."),
    "Invalid choice(s): one or more data inputs could not be coerced.": N_("Choose from the answers on the page."),
    "Not a valid datetime value.": N_("Write a real date and time."),
    "Not a valid date value.": N_("Write a real date, such as 27 3 2026."),
    "Not a valid time value.": N_("Write a real time, such as 15:40."),
    "Not a valid week value.": N_("Choose a real week."),
    "Not a valid integer value.": N_("Write a whole number."),
    "Not a valid decimal value.": N_("Write a number."),
    "Not a valid float value.": N_("Write a number."),
    "This field cannot be edited.": N_("This box cannot be changed."),
    "This field is disabled and cannot have a value.": N_("This box cannot be changed."),
}


class FormTranslations:
    """What `Meta.get_translations` of a form returns. WTForms fills in the placeholders itself."""

    def gettext(self, string: str) -> str:
        """Translate a message of WTForms."""
        return say(_OURS.get(string, string))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """Translate a message of WTForms in the plural form for n."""
        match singular:
            case "Field must be at least %(min)d character long.":
                return translated_plural("Write at least %(min)d character.", "Write at least %(min)d characters.", n)
            case "Field cannot be longer than %(max)d character.":
                return translated_plural("Write %(max)d character at most.", "Write %(max)d characters at most.", n)
            case "Field must be exactly %(max)d character long.":
                return translated_plural("Write exactly %(max)d character.", "Write exactly %(max)d characters.", n)
            case "'%(value)s' is not a valid choice for this field.":
                return say(N_("Choose from the answers on the page."))
        return translated_plural(singular, plural, n)
