"""The key that seals are signed with: Ed25519, made once, readable by its owner alone; and its public half for everybody."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from event_logs.errors import UnusableKey

_SIGNED = b"qiangji seal 1\n"  # a signature under this key means a seal and nothing else


@dataclass(frozen=True)
class PublicKey:
    """32 bytes that check signatures; `fingerprint` is what people compare."""

    raw: bytes

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()[:16]

    def signed(self, content: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, _SIGNED + content)
        except InvalidSignature:
            return False
        return True

    def pem(self) -> str:
        key = Ed25519PublicKey.from_public_bytes(self.raw)
        kind = serialization.PublicFormat.SubjectPublicKeyInfo
        return key.public_bytes(serialization.Encoding.PEM, kind).decode("ascii")


@dataclass(frozen=True)
class SigningKey:
    """The private half; it never leaves this object but for its file."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> PublicKey:
        raw = serialization.Encoding.Raw, serialization.PublicFormat.Raw
        return PublicKey(self.private.public_key().public_bytes(*raw))

    def sign(self, content: bytes) -> bytes:
        return self.private.sign(_SIGNED + content)


def new_key() -> SigningKey:
    return SigningKey(Ed25519PrivateKey.generate())


def signing_key(path: Path) -> SigningKey:
    """The key in that file, made where there is none; raises UnusableKey."""
    if not path.exists():
        write_key(path, new_key())
    try:
        found = serialization.load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise UnusableKey(str(path)) from error
    if not isinstance(found, Ed25519PrivateKey):
        raise UnusableKey(str(path))
    return SigningKey(found)


def write_key(path: Path, key: SigningKey) -> None:
    """Keep a key, with mode 0600 from its first byte; leaves one that another process made in the same moment."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    text = key.private.private_bytes(serialization.Encoding.PEM, *form)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(part, path)
    except FileExistsError:
        pass
    finally:
        part.unlink()


def read_public_key(text: bytes) -> PublicKey:
    """A public key from its PEM text; raises UnusableKey."""
    try:
        found = serialization.load_pem_public_key(text)
    except (ValueError, TypeError) as error:
        raise UnusableKey("the public key") from error
    if not isinstance(found, Ed25519PublicKey):
        raise UnusableKey("the public key")
    return PublicKey(found.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw))
