"""A small IMAP server in a thread: one user, one folder, the words that reading returned mail needs."""

import re
import socketserver
import threading
import time


class Mailbox(socketserver.ThreadingTCPServer):
    """`mails`: [bytes]; `seen`: their UIDs (from 1) that are flagged; `breaks_at`: the word at which it hangs up;
    `drips_at`: the word that it answers a byte at a time, without an end."""

    daemon_threads = allow_reuse_address = True

    def __init__(self, mails=(), tls=None):
        super().__init__(("127.0.0.1", 0), _Talk)
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.mails, self.seen = list(mails), set()
        self.password, self.breaks_at, self.drips_at = "pass word", "", ""

    @property
    def url(self):
        return f"imap://noreply%40example.org:pass%20word@127.0.0.1:{self.server_address[1]}/INBOX/Returned"

    def handle_error(self, request, client_address):
        """A client that does not trust us hangs up: no matter."""

    def __enter__(self):
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class _Talk(socketserver.StreamRequestHandler):
    def handle(self):
        box = self.server
        while box.drips_at == "greeting":
            try:
                self.wfile.write(b"*")
                time.sleep(0.02)
            except OSError:
                return
        self.say("* OK ready")
        for raw in self.rfile:
            tag, _, rest = raw.decode().strip().partition(" ")
            word = re.match(r"(UID )?\w+", rest)[0].upper()
            if word == box.breaks_at:
                return
            while word == box.drips_at:
                try:
                    self.wfile.write(b"*")
                    time.sleep(0.02)
                except OSError:
                    return
            self.answer(tag, word, rest)
            if word == "LOGOUT":
                return

    def answer(self, tag, word, rest):
        box = self.server
        if word == "CAPABILITY":
            self.say("* CAPABILITY IMAP4rev1")
        elif word == "LOGIN" and rest.split(" ", 2)[2] != f'"{box.password}"':
            self.say(f"{tag} NO wrong user or {box.password}")
            return
        elif word == "SELECT":
            if rest != 'SELECT "INBOX/Returned"':
                self.say(f"{tag} NO no such folder")
                return
            self.say(f"* {len(box.mails)} EXISTS")
        elif word == "UID SEARCH":
            unseen = [str(uid) for uid in range(1, len(box.mails) + 1) if uid not in box.seen]
            self.say("* SEARCH " + " ".join(unseen))
        elif word == "UID FETCH":
            uid = int(rest.split()[2])
            assert "BODY.PEEK" in rest  # a mail that is read and not dealt with stays unread
            data = box.mails[uid - 1]
            self.wfile.write(b"* %d FETCH (UID %d BODY[]<0> {%d}\r\n" % (uid, uid, len(data)) + data + b")\r\n")
        elif word == "UID STORE":
            box.seen.add(int(rest.split()[2]))
        self.say(f"{tag} OK done")

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")
