"""Keys by which programs of an organisation write, and what their writes were answered."""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries, rules, second_factor
from portal.accounts.models import ApiAnswer, ApiKey, Organisation, User
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import DomainError, Refused

MARK = "hdv_"  # by it a token that leaked is recognised
LIVE = Q(revoked_at__isnull=True)


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


@transaction.atomic
def make_key(
    *, organisation: Organisation, name: str, scopes: Iterable[str], days: int, second_factor_code: str, by: User
) -> tuple[ApiKey, str]:
    """A new key, and its token, which is never seen again. scopes: those that the person may allow; days: until it expires.

    Writes: ApiKey, Event api_key.made, Notice to the organisation. Raises Refused for no scope, too many days or keys, a wrong code.
    """
    require(by, "accounts.manage_keys", organisation)
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    wanted, offered = sorted(set(scopes)), [scope for scope, _words in queries.scopes_for(by, organisation)]
    if not wanted or not set(wanted) <= set(offered):
        raise Refused(
            _("Choose at least one thing that the key may do, of those that you may do yourself."), "no_scope", "scopes"
        )
    if not name.strip():
        raise Refused(_("Say what the key is for."), "no_name", "name")
    if not 1 <= days <= settings.API_KEY_MAX_DAYS:
        longest = _("A key is valid for %(n)d days at most.") % {"n": settings.API_KEY_MAX_DAYS}
        raise Refused(longest, "too_long", "days")
    now = clock.now()
    if ApiKey.objects.filter(LIVE, organisation=organisation, expires_at__gt=now).count() >= settings.API_KEYS_MOST:
        told = _("Your organisation has %(n)d keys, which is as many as it may. Revoke one first.")
        raise Refused(told % {"n": settings.API_KEYS_MOST}, "too_many_keys")
    second_factor.check(by, second_factor_code)
    token = MARK + secrets.token_urlsafe(32)
    key = ApiKey(
        organisation=organisation, name=name.strip(), scopes=wanted, beginning=token[:10], digest=digest_of(token), made_by=by,
        expires_at=now + timedelta(days=days),
    )  # fmt: skip
    key.save()
    data = {"scopes": wanted, "beginning": key.beginning, "expires_at": key.expires_at.isoformat()}
    journal.record("api_key.made", key, by=by, to=rules.KeyState.ACTIVE, organisations=[organisation.pk], data=data)
    _tell("api_key_made", key, by)
    return key, token


@transaction.atomic
def revoke_key(*, key_id: int, by: User) -> ApiKey:
    """The key opens nothing from now on. Writes: revoked_at, Event api_key.revoked, Notice. Raises Refused when it is over already."""
    key = ApiKey.objects.select_for_update(of=("self",)).select_related("organisation", "made_by").get(pk=key_id)
    require(by, "accounts.manage_keys", key)
    if key.state != rules.KeyState.ACTIVE:
        raise Refused(_("This key is over already."), "key_over")
    _revoke(key, by)
    _tell("api_key_revoked", key, by)
    return key


def revoke_keys_of(user_id: int, organisation: Organisation, by: User | None) -> None:
    """Who leaves an organisation leaves no key behind. Inside the leaving's transaction. Writes: revoked_at, Events."""
    rows = ApiKey.objects.select_for_update().filter(LIVE, made_by_id=user_id, organisation=organisation).order_by("pk")
    for key in rows:
        _revoke(key, by)


def _revoke(key: ApiKey, by: User | None) -> None:
    key.revoked_at = clock.now()
    key.save()
    journal.record("api_key.revoked", key, by=by, to=rules.KeyState.REVOKED, organisations=[key.organisation_id])


def _tell(template: str, key: ApiKey, by: User, *, once: str = "", **more: Any) -> None:
    journal.tell(
        template, app="accounts", subject=key, organisation=key.organisation, role=rules.Role.PROVIDER_MANAGER,
        url=f"/accounts/keys/?org={key.organisation.ref}",
        context={"name": key.name, "beginning": key.beginning, "person": by.get_full_name(), **more}, once=once,
    )  # fmt: skip


def remind_of_keys(*, now: datetime) -> int:
    """Tells an institution's people that a key of theirs ends soon (settings.API_KEY_REMIND_DAYS), so that their programs go on.

    Writes: reminded_days, Notice. Idempotent. Returns: keys told of.
    """
    soon = now + timedelta(days=max(settings.API_KEY_REMIND_DAYS, default=0))
    ending = ApiKey.objects.filter(LIVE, expires_at__gt=now, expires_at__lte=soon).order_by("pk").values_list("pk", flat=True)
    return journal.each("accounts.remind_of_keys", ending, lambda pk: _remind(pk, now))


@transaction.atomic
def _remind(key_id: int, now: datetime) -> bool:
    key = ApiKey.objects.select_for_update(of=("self",)).select_related("organisation", "made_by").get(pk=key_id)
    days = rules.key_reminder(
        created_at=key.created_at, expires_at=key.expires_at, now=now, days=settings.API_KEY_REMIND_DAYS, told=key.reminded_days
    )
    if days is None or key.revoked_at is not None:
        return False
    key.reminded_days = days
    key.save(update_fields=["reminded_days"])
    _tell("api_key_ending", key, key.made_by, expires_at=key.expires_at, once=f"{key.ref}:{days}")
    return True


def note_use(*, key: ApiKey, now: datetime) -> None:
    """When a key was used last, to the minute. Writes: last_used_at."""
    before = now - timedelta(minutes=1)
    ApiKey.objects.filter(Q(last_used_at__isnull=True) | Q(last_used_at__lt=before), pk=key.pk).update(last_used_at=now)


# ── Writes ───────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Answer:
    """status: of HTTP; body: JSON; replayed: it was given before."""

    status: int
    body: dict[str, Any] = field(default_factory=dict)
    etag: str = ""
    replayed: bool = False


class KeyReused(DomainError):
    """An Idempotency-Key came again with another request."""

    status = 422


@transaction.atomic
def perform(
    *,
    key: ApiKey,
    idempotency: str,
    fingerprint: str,
    what: str,
    work: Callable[[], Answer],
    refused: Callable[[DomainError], Answer],
    now: datetime,
) -> Answer:
    """One write of a program: `work` runs once for an idempotency key, and its answer is kept; the writes of one API key wait for
    each other. What a rule refused is an answer too; what could not be read or was not allowed changes nothing and is not kept.

    idempotency: the header, "" for none. Writes: ApiAnswer, Event api_key.wrote, and what `work` writes. Raises KeyReused, Refused
    while another write goes on.
    """
    held = _locked(key)
    if held.state != rules.KeyState.ACTIVE:
        raise Refused(_("This key is over already."), "key_over")
    place = digest_of(idempotency) if idempotency else ""
    kept = ApiAnswer.objects.filter(api_key=held, idempotency=place).first() if place else None
    if kept is not None and kept.expires_at > now:
        if kept.fingerprint != fingerprint:
            told = _("This Idempotency-Key was used with another request. Take a new one for a new request.")
            raise KeyReused(told, "idempotency_key_reused")
        return Answer(kept.status, json.loads(kept.body), kept.etag, replayed=True)
    try:
        with transaction.atomic():
            answer = work()
    except DomainError as error:
        if error.status != DomainError.status:
            raise
        answer = refused(error)
    if place:
        row = kept or ApiAnswer(api_key=held, idempotency=place)
        row.fingerprint, row.status, row.etag = fingerprint, answer.status, answer.etag
        row.body = json.dumps(answer.body, ensure_ascii=False)
        row.expires_at = now + timedelta(hours=settings.API_ANSWER_HOURS)
        row.save()
    if answer.status < 400:
        data = {"what": what, "status": answer.status}
        journal.record("api_key.wrote", held, by=key.made_by, organisations=[held.organisation_id], data=data)
    return answer


def _locked(key: ApiKey) -> ApiKey:
    """The key's row, for which another write of the same key is awaited a while."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{settings.API_WAIT_SECONDS}s"])
        try:
            with transaction.atomic():
                found = ApiKey.objects.select_for_update().get(pk=key.pk)
        except OperationalError:
            told = _("Another write of this key is still going on. Ask again in a moment.")
            raise Refused(told, "in_progress") from None
        cursor.execute("SELECT set_config('lock_timeout', '0', true)")
    return found


def forget_answers(*, now: datetime) -> int:
    """Answers whose time is over. Idempotent. Returns: how many."""
    return ApiAnswer.objects.filter(expires_at__lte=now).delete()[0]
