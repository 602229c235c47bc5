"""Bare extension objects. Imports nothing of ours, so that everything may import it."""

from functools import lru_cache
from typing import TYPE_CHECKING

from babel import Locale
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from flask import g
from flask_babel import Babel, force_locale, gettext, lazy_gettext
from flask_babel import get_locale as _get_locale
from flask_babel import get_translations as _get_translations
from flask_babel import ngettext as _ngettext
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from htmx_flask import Htmx
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

__all__ = [
    "Model",
    "babel",
    "db",
    "force_locale",
    "get_locale",
    "gettext",
    "htmx",
    "date_locale",
    "lazy_gettext",
    "login_manager",
    "migrate",
    "ngettext",
    "translations",
]


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


# Loaded rows stay readable after the commit: the answer is rendered outside the transaction.
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model
login_manager = LoginManager()
htmx = Htmx()
babel = Babel()
migrate = Migrate()


def get_locale() -> Locale | None:
    """The reader's locale, as it is known already: Flask-Babel looks for its context ten times a sentence."""
    try:
        locale = g._get_current_object()._flask_babel.babel_locale
    except (AttributeError, RuntimeError):
        return _get_locale()
    return _get_locale() if locale is None else locale


def translations() -> Translations | NullTranslations:
    """The sentences of `get_locale()`; remembered beside it, so that `force_locale` is heard."""
    try:
        context = g._get_current_object()._flask_babel
        locale, found = context.spoken
        if locale is context.babel_locale:
            return found
    except (AttributeError, RuntimeError):
        pass
    locale = get_locale()
    if locale is None:
        return _get_translations()
    found = _catalogues.get(locale)
    if found is None:
        found = _catalogues[locale] = _get_translations()
    g._flask_babel.spoken = locale, found
    return found


_catalogues: dict[Locale, Translations | NullTranslations] = {}  # of the few languages of this site


# Made once: a Locale takes 0.1 ms to make, and a list of ideas asks for it a hundred times.
_BRITISH = Locale("en", "GB")


def date_locale() -> Locale:
    """The locale in which days are written: our English says "3 March", not "March 3"."""
    locale = get_locale()
    return _BRITISH if locale is None or (locale.language == "en" and not locale.territory) else locale


class Count(int):
    """A number that writes itself as the reader does: '13,204', '13.204'."""

    def __str__(self) -> str:
        return _written(int(self), date_locale())


@lru_cache(maxsize=4096)
def _written(number: int, locale: Locale) -> str:
    return format_decimal(number, locale=locale)


def ngettext(singular: str, plural: str, num: int, **variables) -> str:
    """The form that goes with `num`; %(num)s in it is written as the reader writes numbers."""
    return _ngettext(singular, plural, Count(num), **variables)
