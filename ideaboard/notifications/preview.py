"""The mail that a status change would send, before it is sent: staff's form shows it."""

from dataclasses import dataclass
from datetime import date, datetime

from ideaboard.extensions import force_locale, get_locale, gettext
from ideaboard.foundation.links import links
from ideaboard.foundation.mail import Mail
from ideaboard.foundation.markdown import render
from ideaboard.models import Idea, Person, Site, Status
from ideaboard.notifications import words
from ideaboard.notifications.letters import Group, Letter, Link, Section
from ideaboard.notifications.pieces import byline, face_of, idea_url, open_link
from ideaboard.notifications.rendering import renderer
from ideaboard.workflow.words import badge_kind


@dataclass(frozen=True)
class Intended:
    """A change as the form has it so far."""

    status: Status
    text: str
    outcome: str | None = None
    promised_on: date | None = None
    is_ready_sentence: bool = False
    linked_url: str | None = None
    linked_idea: Idea | None = None


def preview_of_change(idea: Idea, by: Person, now: datetime, intended: Intended) -> Mail:
    """Subject, text and HTML as a voter will get them, in the language in force. Reads only; writes nothing."""
    site = Site.current()
    zone = by.time_zone or site.time_zone
    stage, label = intended.status.stage, intended.status.label
    outcome = intended.outcome or None
    stands = (idea.status_id, idea.outcome) == (intended.status.id, outcome)
    subject = words.subject_of_change(idea.title, stage, outcome, intended.promised_on, label=label)
    found = ()
    if intended.linked_idea is not None:
        found = (Link(intended.linked_idea.title, idea_url(intended.linked_idea)),)
    elif intended.linked_url:
        found = (Link(gettext("See it there"), intended.linked_url),)
    # Each reader's own links are signed for them; a preview has none.
    nowhere = links.public("notifications.preferences")
    section = Section(
        title=words.status_line(stage, outcome, intended.promised_on, label=label),
        tone=badge_kind(intended.status, outcome),
        byline=byline(by, now, zone),
        face=face_of(by),
        text=intended.text,
        html=render(intended.text),
        links=found,
        promise=words.promise_words(stage, outcome, intended.promised_on, intended.is_ready_sentence),
    )
    letter = Letter(
        subject=words.subject_of_further_word(idea.title) if stands else subject,
        title=idea.title,
        lead=gettext("An answer on this idea:"),
        groups=(
            Group((section,), button=open_link(idea), links=(Link(gettext("Mute this idea"), nowhere, personal=True),)),
        ),
        why=words.why_words("voter"),
        stop=Link(gettext("Stop with one click"), nowhere, personal=True),
        manage=Link(gettext("Choose what you hear"), nowhere),
    )
    language = str(get_locale() or site.locale)
    with force_locale(language):
        return renderer.mail(letter, site, language)
