"""API keys are made by an institution's people with a second factor, shown once, revoked, and end with who made them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from portal.accounts import actions, second_factor, tasks
from portal.accounts.models import ApiAnswer, ApiKey
from portal.accounts.rules import KeyState, Role
from portal.celery import SWEEPS
from portal.journal.models import Event, Notice
from portal.kit import clock
from portal.kit.errors import NotAllowed, Refused
from tests.doors import as_
from tests.factories import keys, providers
from tests.factories.accounts import make_organisation

pytestmark = pytest.mark.django_db
PAGE = "/accounts/keys/"


@pytest.fixture
def owner() -> providers.Provider:
    return providers.provider()


def filled(owner: providers.Provider, **changes: Any) -> dict[str, Any]:
    return {
        "name": "야간 동기화", "scopes": ["offers:write"], "days": "90", "code": second_factor.demo_code(owner.user), **changes
    }  # fmt: skip


def test_a_key_is_shown_once_and_kept_as_a_hash(owner: providers.Provider) -> None:
    client = as_(owner.user)
    answer = client.post(PAGE, filled(owner))
    token = answer.context["token"]
    assert answer.status_code == 200 and token in answer.content.decode() and answer["Cache-Control"] == "no-store"
    key = ApiKey.objects.get()
    assert (key.organisation, key.scopes, key.state) == (owner.organisation, ["offers:write"], KeyState.ACTIVE)
    assert token.startswith(key.beginning) and key.digest != token and len(token) > 40
    again = client.get(PAGE).content.decode()
    assert token not in again and key.beginning in again
    event = Event.objects.get(name="api_key.made")
    assert token not in str(event.data) and key.digest not in str(event.data)
    assert Notice.objects.filter(template="api_key_made", user=owner.user).exists()
    assert keys.Program(token).get("/api/v1/offers/").status_code == 200
    assert "야간 동기화" in client.get(PAGE).content.decode() and ApiKey.objects.get().last_used_at


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"code": "000000"}, "code"), ({"code": ""}, "code"), ({"name": ""}, "name"), ({"scopes": []}, "scopes"),
     ({"scopes": ["everything"]}, "scopes"), ({"days": "9999"}, "days")],
)  # fmt: skip
def test_a_bad_form_makes_no_key(owner: providers.Provider, changes: dict[str, Any], field: str) -> None:
    answer = as_(owner.user).post(PAGE, filled(owner, **changes))
    assert answer.status_code == 422 and f"id_{field}_error" in answer.content.decode()
    assert not ApiKey.objects.exists()


def test_keys_are_for_managers_of_their_own_institution(owner: providers.Provider) -> None:
    key, _token = keys.key(owner)
    colleague = providers.person(Role.PROVIDER_MANAGER, owner.organisation)
    secretary = providers.person(Role.PROVIDER_DRB_SECRETARY, owner.organisation)
    stranger, company = providers.provider().user, providers.person(Role.REPRESENTATIVE, make_organisation())
    revoke = f"/accounts/keys/{key.ref}/revoke/"
    for reader, status in ((colleague, 200), (secretary, 403), (company, 403)):
        assert as_(reader).get(PAGE).status_code == status
    assert Client().get(PAGE).status_code == 302 and Client().post(revoke).status_code == 302
    assert key.name not in as_(stranger).get(PAGE).content.decode()
    assert as_(stranger).get(f"{PAGE}?org={owner.organisation.ref}").status_code == 404
    assert as_(stranger).post(revoke).status_code == 404 and as_(secretary).post(revoke).status_code == 403
    assert as_(colleague).post(revoke).status_code == 303
    assert ApiKey.objects.get().state == KeyState.REVOKED
    twice = as_(colleague).post(revoke, follow=True)
    assert "이미 끝난" in twice.content.decode() and Event.objects.filter(name="api_key.revoked").count() == 1


def test_make_key_asks_for_the_permission_and_scopes_of_its_maker(owner: providers.Provider) -> None:
    secretary = providers.person(Role.PROVIDER_DRB_SECRETARY, owner.organisation)
    code = second_factor.demo_code(secretary)
    with pytest.raises(NotAllowed):
        actions.make_key(
            organisation=owner.organisation, name="x", scopes=["offers:write"], days=1, second_factor_code=code, by=secretary
        )


def test_an_organisation_has_so_many_keys(owner: providers.Provider, settings: Any) -> None:
    settings.API_KEYS_MOST = 2
    first, _token = keys.key(owner)
    keys.key(owner)
    with pytest.raises(Refused) as refused:
        keys.key(owner)
    assert refused.value.code == "too_many_keys"
    actions.revoke_key(key_id=first.pk, by=owner.user)
    keys.key(owner)


def test_a_key_that_is_over_opens_nothing(owner: providers.Provider) -> None:
    def asked(token: str) -> tuple[int, str]:
        answer = keys.Program(token).get("/api/v1/offers/")
        return answer.status_code, answer.json()["detail"] if answer.status_code == 401 else ""

    key, token = keys.key(owner)
    assert asked(token) == (200, "")
    answer = keys.Program(token + "x").get("/api/v1/offers/")
    assert answer.status_code == 401 and answer["WWW-Authenticate"] == "Api-Key"
    assert answer["Content-Type"] == "application/problem+json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: key.expires_at)
        assert asked(token)[0] == 401 and "expired" in asked(token)[1]
    actions.revoke_key(key_id=key.pk, by=owner.user)
    assert asked(token)[0] == 401 and "revoked" in asked(token)[1]


def test_a_key_ends_with_the_membership_of_who_made_it(owner: providers.Provider) -> None:
    colleague = providers.person(Role.PROVIDER_MANAGER, owner.organisation)
    made = providers.Provider(owner.institution, owner.organisation, colleague)
    _key, token = keys.key(made)
    membership = colleague.memberships.get()
    actions.end_membership(membership_id=membership.pk, reason="moved on", by=owner.user)
    assert ApiKey.objects.get().state == KeyState.REVOKED
    assert keys.Program(token).get("/api/v1/offers/").status_code == 401


def test_a_closed_account_takes_its_keys_along(owner: providers.Provider) -> None:
    _key, token = keys.key(owner)
    actions.set_active(owner.user.pk, active=False, reason="left", by=providers.person(Role.SYSADMIN))
    assert keys.Program(token).get("/api/v1/offers/").status_code == 401


@pytest.mark.parametrize("changes", [
    {"scopes": []}, {"digest": "secret"}, {"expires_at": timezone.now() - timedelta(days=9000)},
])  # fmt: skip
def test_the_database_guards_a_new_key(owner: providers.Provider, changes: dict[str, Any]) -> None:
    now = clock.now()
    facts = {
        "organisation": owner.organisation, "name": "x", "scopes": ["offers:write"], "beginning": "hdv_", "digest": "a" * 64,
        "made_by": owner.user, "expires_at": now + timedelta(days=1), **changes,
    }  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiKey(**facts).save()


@pytest.mark.parametrize("change", [
    {"scopes": ["quotes:write"]}, {"digest": "b" * 64}, {"revoked_at": None}, {"expires_at": timezone.now() + timedelta(days=9000)},
])  # fmt: skip
def test_the_database_keeps_what_a_key_may_do(owner: providers.Provider, change: dict[str, Any]) -> None:
    key, _token = keys.key(owner, "offers:write")
    actions.revoke_key(key_id=key.pk, by=owner.user)
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiKey.objects.filter(pk=key.pk).update(**change)


def test_answers_are_kept_once_and_forgotten(owner: providers.Provider) -> None:
    key, _token = keys.key(owner)
    facts = {"api_key": key, "idempotency": "a" * 64, "fingerprint": "b" * 64, "status": 200, "body": "{}"}
    ApiAnswer(**facts, expires_at=clock.now()).save()
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiAnswer(**facts, expires_at=clock.now()).save()
    assert actions.forget_answers(now=clock.now()) == 1 and actions.forget_answers(now=clock.now()) == 0


# ── Before a key ends ────────────────────────────────────────────────────────────────────────────────
def told() -> int:
    return Notice.objects.filter(template="api_key_ending").count()


def test_its_people_are_told_before_a_key_ends_once_at_each_time(owner: providers.Provider, settings: Any) -> None:
    settings.API_KEY_REMIND_DAYS = [30, 7]
    key, token = keys.key(owner, days=90, name="야간 동기화")
    colleague = providers.person(Role.PROVIDER_MANAGER, owner.organisation)
    end = key.expires_at
    for before, tells in ((31, 0), (30, 2), (20, 0), (7, 2), (1, 0), (0, 0)):
        with clock.at(end - timedelta(days=before)):
            count = told()
            assert tasks.remind_of_keys() == (1 if tells else 0) and tasks.remind_of_keys() == 0
            assert told() - count == tells
    mail = Notice.objects.filter(template="api_key_ending", user=colleague).first()
    assert mail and "야간 동기화" in mail.body and key.beginning in mail.body and token not in mail.body
    assert f"/accounts/keys/?org={owner.organisation.ref}" in mail.body and "accounts.remind_of_keys" in SWEEPS


def test_of_two_times_that_passed_meanwhile_only_the_nearer_is_told(owner: providers.Provider) -> None:
    key, _token = keys.key(owner, days=90)
    with clock.at(key.expires_at - timedelta(days=3)):
        assert actions.remind_of_keys(now=clock.now()) == 1
    assert told() == 1


def test_a_short_key_is_not_reminded_of_at_once_and_a_revoked_one_never(owner: providers.Provider) -> None:
    short, _token = keys.key(owner, days=5)
    assert actions.remind_of_keys(now=clock.now()) == 0
    with clock.at(short.expires_at - timedelta(hours=1)):
        assert actions.remind_of_keys(now=clock.now()) == 0
    long, _token = keys.key(owner, days=90)
    actions.revoke_key(key_id=long.pk, by=owner.user)
    with clock.at(long.expires_at - timedelta(days=3)):
        assert actions.remind_of_keys(now=clock.now()) == 0
    assert told() == 0
