"""Who a program is: the key that it sends. Apart from `api`, since every view of the framework reads these classes."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from portal.accounts import actions, queries, rules
from portal.accounts.actions.keys import digest_of
from portal.accounts.backends import may_sign_in
from portal.accounts.models import ApiKey
from portal.kit import clock

KEYWORD = "Api-Key"


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Api-Key <token>`. Without the header everybody is anonymous; a key that opens nothing is a 401."""

    def authenticate(self, request: Request) -> tuple[Any, ApiKey] | None:
        kind, _space, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != KEYWORD.lower():
            return None
        key, now = queries.key_of(digest_of(token.strip())), clock.now()
        if key is None:
            raise exceptions.AuthenticationFailed(_("This key is unknown. Check that it was copied whole."))
        if key.state == rules.KeyState.REVOKED:
            raise exceptions.AuthenticationFailed(_("This key was revoked. Ask your institution's people for a new one."))
        if key.state == rules.KeyState.EXPIRED:
            raise exceptions.AuthenticationFailed(_("This key has expired. Ask your institution's people for a new one."))
        if not may_sign_in(key.made_by):
            raise exceptions.AuthenticationFailed(_("Who made this key has no account any more. Ask for a new one."))
        actions.note_use(key=key, now=now)
        return queries.acting(key), key

    def authenticate_header(self, request: Request) -> str:
        return KEYWORD


class KeyRateThrottle(SimpleRateThrottle):
    """A key has a limit of its own, above that of an address."""

    scope = "key"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        return f"throttle-key-{request.auth.pk}" if isinstance(request.auth, ApiKey) else None
