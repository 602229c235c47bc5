"""The request of this application: a plain form is read in one step."""

from urllib.parse import parse_qsl

from flask import Flask
from htmx_flask.requests import HtmxAwareRequest
from werkzeug.exceptions import ClientDisconnected

_PLAIN = "application/x-www-form-urlencoded"
_SMALL = 64 * 1024  # bytes; what is larger goes werkzeug's way, with its limits


class Request(HtmxAwareRequest):
    """werkzeug makes a parser, a guarded stream and a reader for it: 0.1 ms for the word "list"."""

    def _load_form_data(self) -> None:
        environ = self.environ
        length = environ.get("CONTENT_LENGTH", "")
        plain = environ.get("CONTENT_TYPE") == _PLAIN and length.isdecimal() and int(length) <= _SMALL
        if not plain or "form" in self.__dict__ or "stream" in self.__dict__ or hasattr(self, "_cached_data"):
            return super()._load_form_data()
        said = environ["wsgi.input"].read(int(length))
        if len(said) < int(length):
            raise ClientDisconnected()
        try:
            pairs = parse_qsl(said.decode(), keep_blank_values=True, errors="werkzeug.url_quote")
        except ValueError:  # bytes that are no text: werkzeug takes such a form for an empty one
            pairs = []
        known = self.__dict__
        known["form"], known["files"] = self.parameter_storage_class(pairs), self.parameter_storage_class()
        known["stream"] = environ["wsgi.input"]
        return None


def install(app: Flask) -> None:
    """After the extension of htmx, which has a request of its own."""
    app.request_class = Request
