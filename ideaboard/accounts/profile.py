"""What people say about themselves: name, face, language, time zone."""

from zoneinfo import available_timezones

from ideaboard.accounts.names import new_seed
from ideaboard.extensions import gettext
from ideaboard.foundation.database import transaction
from ideaboard.foundation.markdown import clean_line
from ideaboard.foundation.refusals import Refusal
from ideaboard.models import Person

SHORTEST, LONGEST = 2, 60


class BadName(Refusal):
    """Too short, too long, or an address; `field` is 'display_name'."""


class BadChoice(Refusal):
    """No language or time zone of ours; `field` says which."""


def good_name(typed: str) -> str:
    """The name as it is stored: one line of 2 to 60 characters, no address in it. Raises BadName."""
    name = clean_line(typed)
    if len(name) < SHORTEST:
        raise BadName(gettext("A name has at least 2 characters. It need not be your real one."), field="display_name")
    if len(name) > LONGEST:
        raise BadName(gettext("A name has at most 60 characters. Shorten it."), field="display_name")
    if "@" in name:
        raise BadName(
            gettext("Everybody sees this name, so it cannot hold an e-mail address. Leave out the @."),
            field="display_name",
        )
    return name


def set_name(person: Person, typed: str) -> None:
    """Choose a display name. Raises BadName."""
    name = good_name(typed)
    with transaction() as session:
        session.get(Person, person.id, with_for_update=True, populate_existing=True).display_name = name


def new_face(person: Person) -> None:
    """Draw another generated face."""
    with transaction() as session:
        session.get(Person, person.id, with_for_update=True, populate_existing=True).avatar_seed = new_seed()


def zones() -> list[str]:
    """The names of all time zones: 'Africa/Abidjan', …, with UTC first."""
    places = {
        z for z in available_timezones() if "/" in z and not z.startswith(("Etc/", "SystemV/", "posix/", "right/"))
    }
    return ["UTC", *sorted(places)]


def zone_named(typed: str) -> str:
    """The zone that somebody means: its name in any case, or its city alone ('amsterdam'); '' when there is none."""
    wanted = typed.strip().replace(" ", "_").casefold()
    named = {zone.casefold(): zone for zone in zones()}
    cities = (zone for name, zone in named.items() if name.rpartition("/")[2] == wanted)
    return named.get(wanted) or next(cities, "")


def save_profile(person: Person, *, display_name: str, locale: str, time_zone: str, languages: dict) -> None:
    """Save name, language ('' as the browser asks) and time zone ('' as the site). Raises BadName, BadChoice."""
    name = good_name(display_name)
    if locale and locale not in languages:
        raise BadChoice(gettext("This language is not there. Choose one of the list."), field="locale")
    if time_zone and not zone_named(time_zone):
        raise BadChoice(
            gettext("This time zone is not known. Type a city of the list, like Amsterdam."), field="time_zone"
        )
    with transaction() as session:
        row = session.get(Person, person.id, with_for_update=True, populate_existing=True)
        row.display_name, row.locale, row.time_zone = name, locale or None, zone_named(time_zone) or None


def set_language(person: Person, locale: str) -> None:
    """Choose the language of pages and mails; `locale` is one of ours."""
    with transaction() as session:
        session.get(Person, person.id, with_for_update=True, populate_existing=True).locale = locale
