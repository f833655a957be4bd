"""A notice on a page, in its own language and direction: the one place that hands its clean HTML to a template."""

from dataclasses import dataclass

from markupsafe import Markup

from portal.profiles.queries_texts import SchoolText
from portal.web.i18n.languages import LANGUAGES


@dataclass(frozen=True, slots=True)
class Wording:
    """One notice in one language (tag). `html` has passed the sanitiser when it was saved."""

    title: str
    html: str
    tag: str
    translated_by: str = ""

    @property
    def heading(self) -> SchoolText:
        """The title, for a line of any page."""
        language = LANGUAGES[self.tag]
        return SchoolText(self.title, language.html_tag, language.direction)

    @property
    def language_name(self) -> str:
        """What the language calls itself."""
        return LANGUAGES[self.tag].name

    @property
    def html_tag(self) -> str:
        """What stands in `lang=`."""
        return LANGUAGES[self.tag].html_tag

    def __html__(self) -> Markup:
        """The words under the title."""
        language = LANGUAGES[self.tag]
        words = Markup(self.html)  # noqa: S704 - cleaned by portal.kernel.text when it was saved
        return Markup('<div class="school-text" lang="{}" dir="{}">{}</div>').format(
            language.html_tag, language.direction, words
        )
