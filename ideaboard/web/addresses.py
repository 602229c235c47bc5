"""Addresses of our own pages, as `url_for` says them: the router is asked once for each kind."""

import re
from functools import lru_cache
from secrets import randbelow
from typing import Any

from flask import request, url_for
from werkzeug.routing import BuildError

_PLAIN = {str, int, bool, type(None)}  # values of links that say all about themselves
_OF_A_SLUG = re.compile(r"[\w-]+", re.ASCII)
_ANY = 10**14 + randbelow(10**14)  # in place of a value: nobody can write it


def path_of(endpoint: str, **values) -> str:
    """url_for as templates use it, kept: the router takes 25 µs for an address, and a list has a hundred."""
    if endpoint.startswith(".") or not _PLAIN.issuperset(map(type, values.values())):
        return url_for(endpoint, **values)
    return _path(endpoint, request.script_root, *(part for item in values.items() for part in item))


@lru_cache(maxsize=8192, typed=True)
def _path(endpoint: str, root: str, *parts) -> str:
    values = dict(zip(parts[::2], parts[1::2], strict=True))
    if len(values) < 10 and all(_stands_as_it_is(*item) for item in values.items()):
        pattern = _pattern(endpoint, root, tuple((name, type(value)) for name, value in values.items()))
        if pattern is not None:
            for n, value in enumerate(values.values()):
                pattern = pattern.replace(str(_any(type(value), n)), str(value))
            return pattern
    return url_for(endpoint, **values)


def _stands_as_it_is(name: str, value: Any) -> bool:
    """Whether an address holds it as it is, and it says nothing of the address itself (_anchor, _external)."""
    return name[0] != "_" and (type(value) is int or type(value) is str and _OF_A_SLUG.fullmatch(value) is not None)


@lru_cache(maxsize=1024)
def _pattern(endpoint: str, root: str, kinds: tuple[tuple[str, type], ...]) -> str | None:
    """The address with `_any` for each value, for which the router is asked once; None where not any value will do."""
    try:
        return url_for(endpoint, **{name: _any(kind, n) for n, (name, kind) in enumerate(kinds)})
    except (BuildError, ValueError):
        return None


def _any(kind: type, n: int) -> str | int:
    """What stands for the n-th value."""
    return _ANY + n if kind is int else f"any-{_ANY + n}"
