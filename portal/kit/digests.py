"""What must be recognised again without being kept: a digest under a key of this portal alone."""

import hashlib
import hmac
from functools import lru_cache
from ipaddress import ip_address, ip_network

from django.conf import settings


def keyed(text: str, purpose: str) -> str:
    """64 hexadecimal digits, HMAC-SHA-256; "" for nothing. purpose: digests of two purposes cannot be compared."""
    if not text:
        return ""
    key = hashlib.sha256(f"{purpose}:{settings.SECRET_KEY}".encode()).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


@lru_cache(maxsize=10_000)
def network(address: str) -> str:
    """The digest of the network of an address: itself, of IPv6 its first 64 bits, which a house has alone; "" for none and for this
    very machine, whose address says nothing."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    mapped = getattr(found, "ipv4_mapped", None)
    found = mapped or found
    if found.is_loopback or found.is_unspecified:
        return ""
    return keyed(str(found) if found.version == 4 else str(ip_network(f"{found}/64", strict=False)), "network")
