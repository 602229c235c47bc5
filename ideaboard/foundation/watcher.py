"""Has anything changed since? One connection of the process that never writes is asked, in some microseconds."""

import threading
from collections.abc import Callable

from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError

from ideaboard.foundation import dialects


class Watcher:
    """`snapshot()` gives equal words exactly while the data is the same for whoever reads after it.

    The words are this watcher's own: another connection, or a watcher opened anew, counts otherwise.
    """

    def __init__(self, engine: Callable[[], Engine]):
        self._engine = engine  # asked when it is first needed: a server forks before
        self._one_at_a_time = threading.Lock()
        self._driver = None
        self._opened = 0

    def snapshot(self) -> str | None:
        """None when the database does not answer."""
        with self._one_at_a_time:
            try:
                if self._driver is None:
                    self._open()
                return f"{self._opened}:{dialects.snapshot_of(self._driver)}"
            except (DBAPIError, self._engine().dialect.loaded_dbapi.Error):
                self._driver = None
                return None

    def close(self, _engine: Engine | None = None) -> None:
        """Let the connection go, as all of the engine's; it is opened anew when it is needed."""
        with self._one_at_a_time:
            if self._driver is not None:
                self._driver.close()
                self._driver = None

    def _open(self) -> None:
        engine = self._engine()
        if not event.contains(engine, "engine_disposed", self.close):
            event.listen(engine, "engine_disposed", self.close)
        connection = engine.raw_connection()
        driver = connection.driver_connection
        connection.detach()  # it is no connection for anybody else
        dialects.read_only(driver)
        self._driver = driver
        self._opened += 1
