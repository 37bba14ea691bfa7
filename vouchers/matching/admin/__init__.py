"""The room's doors in the admin: needs, requests, quotes, counts and matches to read; offers of a round to allocate."""

from vouchers.matching.admin import allocating, needs

__all__ = ["allocating", "needs"]
