"""A real mail server in a thread, that counts what arrives raw."""

import asyncio
import socket
import threading
from collections import Counter
from email import message_from_bytes
from email.policy import SMTP

from aiosmtpd.smtp import SMTP as Protocol


class _Sticky(Protocol):
    async def smtp_DATA(self, arg):  # noqa: N802
        if self.event_handler.stuck:
            self.event_handler.stuck -= 1
            await asyncio.sleep(3600)
        await super().smtp_DATA(arg)


class Relay:
    """`arrived`: [(recipient, Message-ID, message)] as they came; `answers`: {recipient: '550 5.1.1 …'} at RCPT;
    `after_data`: {recipient: answer after the message}; `breaks_ack_for`: recipients whose acceptance is never said.

    For a while: `deaf` connections to come are never greeted, `stuck` DATA commands never answered, `silent` messages
    read and never answered; `first_says` answers as many RCPTs, in its order. `slow`: seconds that a message takes.
    """

    def __init__(self):
        self.arrived = []
        self.answers = {}
        self.after_data = {}
        self.breaks_ack_for = set()
        self.hangs = False
        self.deaf = self.stuck = self.silent = 0
        self.first_says = []
        self.slow = 0.0
        self.connections = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self):
        asyncio.set_event_loop(self._loop)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._server = self._loop.run_until_complete(self._loop.create_server(self._protocol, sock=self._socket))
        self._ready.set()
        self._loop.run_forever()
        self._server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def _protocol(self):
        self.connections += 1
        if self.deaf:
            self.deaf -= 1
            return asyncio.Protocol()
        return _Sticky(self, hostname="relay.test", loop=self._loop)

    def __enter__(self):
        self._thread.start()
        assert self._ready.wait(5)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def by_recipient(self):
        return Counter(recipient for recipient, _, _ in self.arrived)

    # What aiosmtpd asks.

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.first_says:
            return self.first_says.pop(0)
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.hangs or self.silent:
            self.silent = max(self.silent - 1, 0)
            await asyncio.sleep(3600)
        await asyncio.sleep(self.slow)
        (recipient,) = envelope.rcpt_tos
        if recipient in self.after_data:
            return self.after_data[recipient]
        message = message_from_bytes(envelope.content, policy=SMTP)
        self.arrived.append((recipient, message["Message-ID"], message))
        if recipient in self.breaks_ack_for:
            self.breaks_ack_for.discard(recipient)
            server.transport.abort()
        return "250 taken"
