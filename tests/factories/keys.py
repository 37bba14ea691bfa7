"""API keys of a provider, and programs that use them."""

import json
from typing import Any

from django.test import Client

from portal.accounts import actions, second_factor
from portal.accounts.models import ApiKey
from tests.factories.providers import Provider

SCOPES = ("offers:write", "datasets:write", "quotes:write")


def key(owner: Provider, *scopes: str, days: int = 30, name: str = "nightly") -> tuple[ApiKey, str]:
    """A key that the institution's manager made, and its token."""
    return actions.make_key(
        organisation=owner.organisation, name=name, scopes=scopes or SCOPES, days=days,
        second_factor_code=second_factor.demo_code(owner.user), by=owner.user,
    )  # fmt: skip


class Program:
    """Speaks JSON with a key; without a token: anonymous."""

    def __init__(self, token: str = "", language: str = "en") -> None:
        self.client = Client()
        self.headers = {"Accept-Language": language} | ({"Authorization": f"Api-Key {token}"} if token else {})

    def get(self, address: str, **headers: str) -> Any:
        return self.client.get(address, headers=self.headers | _named(headers))

    def send(self, method: str, address: str, body: Any, **headers: str) -> Any:
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.client.generic(method, address, text, "application/json", headers=self.headers | _named(headers))

    def put(self, address: str, body: Any, **headers: str) -> Any:
        return self.send("PUT", address, body, **headers)

    def post(self, address: str, body: Any, **headers: str) -> Any:
        return self.send("POST", address, body, **headers)


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
