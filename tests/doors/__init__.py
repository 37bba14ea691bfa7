"""Doors tried as owner, colleague, stranger, anonymous."""

from typing import Any

from django.test import Client


def as_(user: Any = None, **facts: Any) -> Client:
    """A browser in which this person is signed in; without one: anonymous. facts: of every request (REMOTE_ADDR …)."""
    client = Client(**facts)
    if user is not None:
        client.force_login(user)
    return client
