"""Random tokens, their hashes, and signed tokens with one purpose each."""

import hashlib
import hmac
import secrets

from itsdangerous import BadSignature, URLSafeSerializer

from ideaboard.foundation.settings import settings


def new_token() -> str:
    """43 characters of URL-safe randomness (256 bits)."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """What is stored of a random token: SHA-256 in hex. (Random tokens need no slow hash.)"""
    return hashlib.sha256(token.encode()).hexdigest()


def derive(purpose: str, *parts: object) -> bytes:
    """32 bytes that only this site can compute again: HMAC-SHA256 under the secret key."""
    message = "\x1f".join([purpose, *map(str, parts)]).encode()
    return hmac.digest(settings.secret_key.encode(), message, "sha256")


def sign(purpose: str, payload: list | dict) -> str:
    """A repeatable, unexpiring, URL-safe token for one purpose."""
    return URLSafeSerializer(settings.secret_key, salt=f"ideaboard.{purpose}").dumps(payload)


def unsign(purpose: str, token: str) -> list | dict | None:
    """The payload, or None when the token is not ours or for another purpose."""
    try:
        return URLSafeSerializer(settings.secret_key, salt=f"ideaboard.{purpose}").loads(token)
    except BadSignature:
        return None
