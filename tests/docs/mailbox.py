"""A mail server on 127.0.0.1 that keeps what it is given."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage


class Mailbox(socketserver.ThreadingTCPServer):
    """Takes every mail, from anybody to anybody, unless it ``refuses``."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.mails: list[EmailMessage] = []
        self.refuses = False
        self.refused = 0

    @property
    def connection(self) -> str:
        """The Airflow connection that sends here, as JSON."""
        host, port = self.server_address
        extra = {"disable_tls": True, "disable_ssl": True, "from_email": "airflow@example.com"}
        return json.dumps({"conn_type": "smtp", "host": host, "port": port, "extra": extra})

    @property
    def subjects(self) -> list[str]:
        """What the mails are about, in the order in which they came."""
        return [str(mail["subject"]) for mail in self.mails]

    @property
    def receivers(self) -> list[str]:
        """Whom the mails are to, in the order in which they came."""
        return [str(mail["to"]) for mail in self.mails]

    @property
    def texts(self) -> list[str]:
        """What the mails say, in the order in which they came."""
        return ["".join(part.get_content() for part in mail.walk() if _is_text(part)) for mail in self.mails]


def _is_text(part: EmailMessage) -> bool:
    return part.get_content_maintype() == "text"


class _Conversation(socketserver.StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        if self.server.refuses:
            self.server.refused += 1
            self._say("554 no mail today")
            return
        self._say("220 ready")
        while line := self.rfile.readline():
            match line.split()[0].upper():
                case b"DATA":
                    self._say("354 go on")
                    self._keep()
                    self._say("250 kept")
                case b"QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 fine")

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())

    def _keep(self) -> None:
        mail = b"".join(iter(self.rfile.readline, b".\r\n"))
        self.server.mails.append(message_from_bytes(mail, _class=EmailMessage, policy=policy.default))


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """Run a mail server for a while."""
    with Mailbox() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
