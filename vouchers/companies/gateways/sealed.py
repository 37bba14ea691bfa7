"""A representative's name waits for the tax service encrypted, under a key derived from SECRET_KEY, and is then erased."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


def seal(text: str) -> str:
    """→ a token that only this portal can read."""
    return _box().encrypt(text.encode()).decode()


def unseal(token: str) -> str:
    """→ the text; "" when the token is empty or the key has changed since."""
    if not token:
        return ""
    try:
        return _box().decrypt(token.encode()).decode()
    except InvalidToken:
        return ""


def _box() -> Fernet:
    key = hashlib.sha256(b"companies.representative:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
