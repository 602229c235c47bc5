"""How long a title and a text may be, said in the same words wherever somebody writes one."""

from ideaboard.extensions import gettext
from ideaboard.foundation.refusals import Refusal


def short_enough(kind: type[Refusal], field: str, words: str, most: int) -> str:
    """`words` as they are when they have at most `most` characters. Raises `kind` about `field` ('title' or 'body')."""
    if len(words) <= most:
        return words
    sentence = (
        gettext(
            "This is %(num)s characters long; a title has at most %(most)s. Move the rest into the text below.",
            num=len(words),
            most=most,
        )
        if field == "title"
        else gettext(
            "This is %(num)s characters long; there is room for %(most)s. Shorten it, and send it again.",
            num=len(words),
            most=most,
        )
    )
    raise kind(sentence, field=field)
