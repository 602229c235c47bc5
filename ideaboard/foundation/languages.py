"""How dates and numbers are written in the reader's language."""

from ideaboard.extensions import get_locale


def date_locale() -> str:
    """English is written "3 March", as most of its readers in the world do; other languages have one way."""
    language = str(get_locale())
    return "en_GB" if language == "en" else language
