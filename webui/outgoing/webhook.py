"""Messages to another system: an HTTP POST with a key by which it knows a message that comes twice, and a signature.

The signature is HMAC-SHA256 of `<timestamp>.<body>`, in hexadecimal digits, as `Qiangji-Signature: v1=…`; the timestamp (seconds
since 1970) is in `Qiangji-Timestamp`, so that an old message cannot be replayed as a new one. A receiver that answers byte by byte
is cut off when its time is over: others wait behind it.
"""

from __future__ import annotations

import hmac
import json
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPHandler, HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from webui.answers import plain
from webui.errors import NotDelivered
from webui.outgoing.channel import MOST_SECONDS, PATIENCE_SECONDS, Letter

GONE = 410


class _CutOff(HTTPConnection):
    """A connection whose answer has to be there as a whole within so many seconds."""

    def __init__(self, host: str, *, seconds: float, **more: Any) -> None:
        super().__init__(host, **more)
        self.seconds, self.over = seconds, threading.Event()

    def getresponse(self) -> HTTPResponse:
        ending = threading.Timer(self.seconds, self._end)
        ending.daemon = True
        ending.start()
        try:
            response = super().getresponse()
        finally:
            ending.cancel()
        if self.over.is_set():  # what had come by then may look like an answer
            raise TimeoutError(f"timed out: the answer was not complete within {self.seconds:g} seconds")
        return response

    def _end(self) -> None:
        """Whoever reads sees the end of what comes. (Of the socket itself: a TLS one would be taken from under its reader.)"""
        self.over.set()
        with suppress(OSError):
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


class _CutOffTls(_CutOff, HTTPSConnection):
    """The same with TLS."""


class _Http(HTTPHandler):
    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds

    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(partial(_CutOff, seconds=self.seconds), req)


class _Https(HTTPSHandler):
    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds

    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(partial(_CutOffTls, seconds=self.seconds), req)


class _NoRedirects(HTTPRedirectHandler):
    """What is signed for one address is not sent to another."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Webhook:
    """One address; `key` signs. `patience` is for a connection and each silence, `most` for the whole answer, in seconds."""

    address: str
    key: str
    patience: float = PATIENCE_SECONDS
    most: float = MOST_SECONDS

    def deliver(self, letter: Letter, now: datetime) -> None:
        """Any answer 2xx is a receipt; 410 says that nobody wants such messages any more, all others are tried again."""
        try:
            opener = build_opener(_NoRedirects, _Http(self.most), _Https(self.most))
            with opener.open(self.request(letter, now), timeout=self.patience):
                return
        except HTTPError as error:
            said = f"{self.address} answered {error.code} {error.reason}."
            raise NotDelivered(said, final=error.code == GONE) from error
        except (OSError, HTTPException) as error:
            raise NotDelivered(f"{self.address} could not be reached: {error}.") from error

    def request(self, letter: Letter, now: datetime) -> Request:
        body = json.dumps(plain(letter), ensure_ascii=False).encode()
        stamp = str(int(now.timestamp()))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": letter.key,
            "Qiangji-Timestamp": stamp,
            "Qiangji-Signature": f"v1={signature(self.key, stamp, body)}",
        }
        return Request(self.address, data=body, headers=headers, method="POST")


def signature(key: str, stamp: str, body: bytes) -> str:
    return hmac.new(key.encode(), f"{stamp}.".encode() + body, "sha256").hexdigest()
