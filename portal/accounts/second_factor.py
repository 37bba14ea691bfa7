"""The second factor at the moment of a signature or a payment: a code from the phone, asked again each time.

A demo person has no phone: the page shows the code that a phone would show, made from a secret of that person alone.
"""

import base64
import hashlib
import hmac
import time
from typing import Any

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, validate_totp_code
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from portal.accounts.queries import has_second_factor
from portal.kit.errors import Refused

PERIOD_SECONDS = 30
DEMO_PERIODS = 20  # a reader of the demo may take ten minutes over the page
TRIES, TRIES_SECONDS = 5, 300


def demo_code(user: Any) -> str:
    """Six digits for a demo person now; empty for everybody else."""
    return _code(user, _counter()) if _is_demo(user) else ""


def is_ready(user: Any) -> bool:
    """Whether this person can give a code at all: a phone is set up, or a demo person's is played."""
    return _is_demo(user) or has_second_factor(user)


def check(user: Any, code: str, *, spend: bool = True) -> None:
    """Raises Refused unless `code` is this person's code of now. Counts wrong tries for five minutes.

    spend: a right code is used up with it; False: only to say beside other errors of a form that it is wrong.
    """
    key = f"second-factor-tries:{user.pk}"
    if cache.get(key, 0) >= TRIES:
        raise Refused(_("Too many wrong codes. Wait five minutes, then try again."), "too_many_codes", "code")
    if _is_demo(user):
        good = any(compare_user_code(actual=code, expected=_code(user, _counter() - i)) for i in range(-1, DEMO_PERIODS))
    else:
        held = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).first()
        if held is None:
            raise Refused(_("This step asks for a second factor. Set one up in your account first."), "no_second_factor", "code")
        good = bool(code) and (TOTP(held).validate_code(code) if spend else _fits(held, code))
    if not good:
        cache.add(key, 0, TRIES_SECONDS)
        cache.incr(key)
        raise Refused(_("This code is not right or has expired. Enter the six digits that are shown now."), "wrong_code", "code")
    if spend:
        cache.delete(key)


def _fits(held: Authenticator, code: str) -> bool:
    return bool(validate_totp_code(decrypt(held.data["secret"]), code))


def _is_demo(user: Any) -> bool:
    return bool(settings.DEMO and user.is_demo)


def _counter() -> int:
    return int(time.time()) // PERIOD_SECONDS


def _code(user: Any, counter: int) -> str:
    secret = hmac.new(settings.SECRET_KEY.encode(), f"demo-phone:{user.ref}".encode(), hashlib.sha256).digest()[:20]
    return str(format_hotp_value(hotp_value(base64.b32encode(secret).decode(), counter)))
