"""The sentence that Under review offers: who looks at it, and by when one hears. In the site's language, as a text."""

from datetime import date, datetime

from ideaboard.extensions import force_locale, gettext
from ideaboard.foundation.clock import day_in
from ideaboard.foundation.markdown import clean_line
from ideaboard.foundation.markdown_escape import escape_markdown
from ideaboard.models import Person, Site
from ideaboard.workflow.words import day_words


def ready_sentence(by: Person, hear_by: date, now: datetime, site: Site) -> str:
    """'Maria, Store Design, is looking at this; you hear by 14 June', as Markdown that shows exactly these words."""
    with force_locale(site.locale):
        day = day_words(hear_by, this_year=day_in(now, site.time_zone).year)
        name = clean_line(by.display_name or "") or gettext("Our team")
        department = clean_line(by.department or "")
        if department:
            words = gettext(
                "%(name)s, %(department)s, is looking at this; you hear by %(day)s.",
                name=name,
                department=department,
                day=day,
            )
        else:
            words = gettext("%(name)s is looking at this; you hear by %(day)s.", name=name, day=day)
    return escape_markdown(words, links=False)
