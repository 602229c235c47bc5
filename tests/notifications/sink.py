"""A mail server of its own process that counts raw arrivals: `python -m tests.notifications.sink PORT FILE`.

Each message is one line in FILE, `seconds recipient Message-ID`, written before it is acknowledged.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from aiosmtpd.smtp import SMTP

_ID = re.compile(rb"(?im)^message-id:[ \t]*(<[^>\r\n]+>)")


class Sink:
    """aiosmtpd's handler."""

    def __init__(self, path: str):
        self.file = open(path, "ab", buffering=0)  # noqa: SIM115 (as long as the process)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        (recipient,) = envelope.rcpt_tos
        head = envelope.original_content.split(b"\r\n\r\n", 1)[0]
        self.file.write(b"%.3f %s %s\n" % (time.time(), recipient.encode(), _ID.search(head)[1]))
        return "250 taken"


@dataclass
class Arrivals:
    """What stands in a sink's file so far."""

    times: list[float] = field(default_factory=list)
    ids_of: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Arrivals:
        found = cls()
        for line in path.read_text().splitlines() if path.exists() else ():
            moment, recipient, message_id = line.split(" ", 2)
            found.times.append(float(moment))
            found.ids_of.setdefault(recipient, set()).add(message_id)
        return found

    @property
    def people(self) -> int:
        return len(self.ids_of)

    @property
    def repeats(self) -> int:
        """Arrivals beyond the first of each Message-ID."""
        return len(self.times) - sum(map(len, self.ids_of.values()))

    @property
    def told_twice(self) -> int:
        """People who got more than one Message-ID."""
        return sum(len(ids) > 1 for ids in self.ids_of.values())

    @property
    def shared_ids(self) -> int:
        """Message-IDs that went to more than one person."""
        return sum(count > 1 for count in Counter(i for ids in self.ids_of.values() for i in ids).values())


async def serve(port: int, path: str) -> None:
    sink, loop = Sink(path), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(sink, hostname="sink.test", loop=loop), "127.0.0.1", port)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2]))
