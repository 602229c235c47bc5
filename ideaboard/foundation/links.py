"""Absolute links under the configured public address, whatever a request says. `registry.py` fills the map."""

from urllib.parse import SplitResult, urlsplit

from ideaboard.foundation.settings import settings


def split(address: str) -> SplitResult:
    """The parts of an address that a browser sent; all of them '' where it is none ('http://[')."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


class _Links:
    def __init__(self):
        self._url_map = None

    def fill(self, url_map) -> None:
        self._url_map = url_map

    def public(self, endpoint: str, **values) -> str:
        """The absolute address of an endpoint, e.g. public('ideas.show', idea_id=1, slug='oat-milk')."""
        parts = urlsplit(settings.public_url)
        adapter = self._url_map.bind(parts.netloc, script_name=settings.sub_path or "/", url_scheme=parts.scheme)
        return adapter.build(endpoint, {k: v for k, v in values.items() if v is not None}, force_external=True)

    def path(self, endpoint: str, **values) -> str:
        """The same without scheme and host, with the sub-path."""
        whole = urlsplit(self.public(endpoint, **values))
        return whole.path + (f"?{whole.query}" if whole.query else "")


links = _Links()
