"""What every template may use, and how a reader's language and zone are found."""

from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton
from babel.numbers import format_decimal
from flask import Flask, g, has_request_context, request
from jinja2 import pass_context
from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from ideaboard.accounts.called import author_of, name_of
from ideaboard.extensions import Count, date_locale, get_locale, translations
from ideaboard.foundation.clock import now
from ideaboard.foundation.markdown import excerpt, render
from ideaboard.models import Site
from ideaboard.permissions import allows
from ideaboard.web.addresses import path_of
from ideaboard.web.gate import door_of_request, viewer

LANGUAGES = {"en": "English", "de": "Deutsch"}  # docs/translating.md
DEFAULT_LANGUAGE = "en"
THEMES = ("light", "dark")


def reader_locale() -> str:
    """The person's choice, else the `lang` cookie, else what the browser asks for, else the site's."""
    if not has_request_context():
        return DEFAULT_LANGUAGE  # commands and the worker say whose language they speak (force_locale)
    person = viewer()
    if person is not None and person.locale in LANGUAGES:
        return person.locale
    if request.cookies.get("lang") in LANGUAGES:
        return request.cookies["lang"]
    return asked_for(request.environ.get("HTTP_ACCEPT_LANGUAGE", "")) or current_site().locale


@lru_cache(maxsize=1024)
def asked_for(accept_language: str) -> str:
    """The language of ours that a browser's header asks for, or ''."""
    return parse_accept_header(accept_language, LanguageAccept).best_match(list(LANGUAGES)) or ""


def selected_locale() -> Locale:
    """The same for Flask-Babel, which would make a Locale anew for each request."""
    return _locale(reader_locale())


_locale = lru_cache(maxsize=100)(Locale.parse)


def reader_zone() -> str:
    """The person's time zone, else the site's."""
    if not has_request_context():
        return "UTC"
    person = viewer()
    return (person.time_zone if person is not None else None) or current_site().time_zone


class Reader(NamedTuple):
    """What the frame of a page shows of a signed-in person."""

    display_name: str | None
    avatar_seed: str
    site_role: str
    is_staff: bool


def reader() -> Reader | None:
    person = viewer()
    if person is None:
        return None
    return Reader(person.display_name, person.avatar_seed, str(person.site_role), allows(person, "staff.read"))


def current_site() -> Site:
    if "site" not in g:
        g.site = Site.current()
    return g.site


def request_now() -> datetime:
    """The one "now" of this request."""
    if "now" not in g:
        g.now = now()
    return g.now


def day(moment: datetime | date | None) -> str:
    """'3 March', with the year when it is not this one."""
    if moment is None:
        return ""
    zone = ZoneInfo(reader_zone())
    value = moment.astimezone(zone).date() if isinstance(moment, datetime) else moment
    this_year = request_now().astimezone(zone).year
    return _written("MMMMd" if value.year == this_year else "yMMMMd", value, date_locale())


# Babel takes 0.1 ms for a day and 0.2 ms for a moment, and a page has dozens of them.
@lru_cache(maxsize=4096)
def _written(skeleton: str, value: date, locale: Locale) -> str:
    return format_skeleton(skeleton, value, locale=locale)


@lru_cache(maxsize=4096)
def _written_whole(moment: datetime, zone: str, locale: Locale) -> str:
    return format_datetime(moment.astimezone(ZoneInfo(zone)), "long", locale=locale)


@lru_cache(maxsize=4096)
def _counted(value: int | float, form: str | None, locale: Locale) -> str:
    return format_decimal(value, form, locale=locale)


def month(value: date | None) -> str:
    """'June', with the year when it is not this one."""
    if value is None:
        return ""
    if value.year == request_now().year:
        return format_date(value, "LLLL", locale=date_locale())
    return format_skeleton("yMMMM", value, locale=date_locale())


def time_tag(moment: datetime | None) -> Markup:
    """<time> with the day to read, the exact moment in title and datetime; guests' zone is put right by script."""
    if moment is None:
        return Markup("")
    whole = _written_whole(moment, reader_zone(), date_locale())
    stamp = moment.isoformat(timespec="seconds")
    local = Markup("") if viewer() else Markup(" data-local")
    return Markup('<time datetime="{}" title="{}"{}>{}</time>').format(stamp, whole, local, day(moment))


@lru_cache(maxsize=1024)
def markdown(text: str) -> Markup:
    """Safe HTML of a short Markdown text that is stored as source only (a brief)."""
    return Markup(render(text))


@lru_cache(maxsize=4096)
def first_words(text: str, length: int = 200) -> str:
    """The first words of a Markdown text, plain, at most `length` characters."""
    return excerpt(text, length)


def number(value: int | float, form: str | None = None) -> str:
    """13204 as the reader writes it: '13,204'; 4.5 in the form '0.0': '4.5', '4,5'."""
    return _counted(value, form, date_locale())


@lru_cache(maxsize=4096)
def _so_many_of(said, _locale: Locale, is_html: bool, singular: str, plural: str, num: int) -> str:
    """'12 votes': a sentence with a number, of which each row of a list has two or three."""
    words = said.ngettext(singular, plural, num)
    return (Markup(words) if is_html else words) % {"num": Count(num)}  # noqa: S704 - of our translations


def so_many(value: int, most: int = 1_000) -> str:
    """A count that was counted up to `most` + 1: '1,000+'."""
    return number(value) if value <= most else f"{number(most)}+"


def install(app: Flask) -> None:
    app.jinja_env.install_gettext_callables(
        gettext=lambda s: translations().gettext(s),
        ngettext=lambda s, p, n: translations().ngettext(s, p, n),
        pgettext=lambda c, s: translations().pgettext(c, s),
        npgettext=lambda c, s, p, n: translations().npgettext(c, s, p, n),
        newstyle=True,
    )
    ngettext = app.jinja_env.globals["ngettext"]

    @pass_context
    def counted(context, singular: str, plural: str, num: int, **variables):
        if variables or type(num) is not int:
            return ngettext(context, singular, plural, Count(num), **variables)
        return _so_many_of(translations(), date_locale(), context.eval_ctx.autoescape, singular, plural, num)

    app.jinja_env.globals["ngettext"] = counted
    app.jinja_env.globals.update(
        name_of=name_of,
        author_of=author_of,
        get_locale=get_locale,
        request_now=request_now,
        site_languages=tuple(LANGUAGES.items()),
        url_for=path_of,
    )
    app.jinja_env.filters.update(
        number=number,
        so_many=so_many,
        day=day,
        month=month,
        time_tag=time_tag,
        markdown=markdown,
        first_words=first_words,
    )

    @app.before_request
    def know_the_reader():
        """Site, person and language are read once, at the start: a sentence worded later opens no transaction.

        A door whose verb reads the idea (a vote) answers without the site, where nobody asks for its language.
        """
        if request.blueprint not in ("assets", "machines"):
            if not door_of_request().glances:
                current_site()
            viewer(), get_locale()

    @app.context_processor
    def common():
        theme = request.cookies.get("theme", "")
        return {
            "site": current_site(),
            "viewer": viewer(),
            "reader": reader(),
            "may": lambda permission, thing=None: allows(viewer(), permission, thing),
            "page_theme": theme if theme in THEMES else "",
            "locale": str(get_locale()),
            "written_in": str(date_locale()).replace("_", "-"),
        }
