"""Receivers of what leaves the office: a real SMTP server and a real HTTP server, which may refuse, hang and be told twice."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Post:
    """What came, and how the next ones are answered: the statuses of `answers` first, then 200. 0 hangs, 1 says a sign at a time."""

    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    address: str = ""
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def keys(self) -> list[str]:
        return [headers["Idempotency-Key"] for headers, _ in self.came]


@contextmanager
def http_receiver() -> Iterator[Post]:
    post = Post()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            post.came.append((dict(self.headers), body))
            status = post.answers.pop(0) if post.answers else 200
            if status == 0:
                post.released.wait(30)
                return
            if status == 1:
                self._drip()
                return
            self.send_response(status)
            self.end_headers()

        def _drip(self) -> None:
            with suppress(OSError):
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
                while not post.released.wait(0.02):
                    self.wfile.write(b"x")

        def log_message(self, *_: object) -> None:
            """The test says what matters."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    post.address = f"http://127.0.0.1:{server.server_port}/in"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield post
    post.released.set()
    server.shutdown()
    server.server_close()


@dataclass
class MailBox:
    """The mails that came; recipients in `refused` are refused with that code."""

    mails: list[bytes] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    address: str = ""


@contextmanager
def smtp_receiver() -> Iterator[MailBox]:
    """Speaks as much SMTP (RFC 5321) as a client needs to hand in a mail."""
    box = MailBox()

    class Receiver(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            self.say("220 test")
            while line := self.rfile.readline():
                word = line.decode().strip().upper()
                if word.startswith("RCPT"):
                    who = line.decode().partition("<")[2].partition(">")[0]
                    code = box.refused.get(who)
                    self.say(f"{code} not here" if code else "250 ok")
                elif word == "DATA":
                    self.say("354 go on")
                    box.mails.append(self.text())
                    self.say("250 taken")
                elif word == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")

        def text(self) -> bytes:
            lines = []
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(line)
            return b"".join(lines)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Receiver) as server:
        box.address = f"smtp://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield box
        server.shutdown()
