"""What must be recognised again without being kept: a digest under a key of this portal alone."""

import hashlib
import hmac

from django.conf import settings


def keyed(text: str, purpose: str) -> str:
    """64 hexadecimal digits, HMAC-SHA-256; "" for nothing. purpose: digests of two purposes cannot be compared."""
    if not text:
        return ""
    key = hashlib.sha256(f"{purpose}:{settings.SECRET_KEY}".encode()).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
