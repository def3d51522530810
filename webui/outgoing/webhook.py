"""Messages to another system: an HTTP POST with a key by which it knows a message that comes twice, and a signature.

The signature is HMAC-SHA256 of `<timestamp>.<body>`, in hexadecimal digits, as `Qiangji-Signature: v1=…`; the timestamp (seconds
since 1970) is in `Qiangji-Timestamp`, so that an old message cannot be replayed as a new one.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from webui.answers import plain
from webui.errors import NotDelivered
from webui.outgoing.channel import PATIENCE_SECONDS, Letter

GONE = 410


class _NoRedirects(HTTPRedirectHandler):
    """What is signed for one address is not sent to another."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Webhook:
    """One address; `key` signs."""

    address: str
    key: str
    patience: float = PATIENCE_SECONDS

    def deliver(self, letter: Letter, now: datetime) -> None:
        """Any answer 2xx is a receipt; 410 says that nobody wants such messages any more, all others are tried again."""
        try:
            with build_opener(_NoRedirects).open(self.request(letter, now), timeout=self.patience):
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
