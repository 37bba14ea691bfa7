"""Who hears of something. The journal points to people by settings.AUTH_USER_MODEL and asks the app registry."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Q

from portal.kit import clock, prepared


@dataclass(frozen=True)
class Person:
    """by_mail: what they chose about the notice that was asked about; None: they never chose, or it was not asked."""

    user_id: int | None
    address: str
    language: str
    name: str
    by_mail: bool | None = None


def roles_of(user: Any) -> list[str]:
    """Roles with which somebody acts, as far as the user object already knows them or can find them."""
    return sorted({role for role, _organisation in _grants_of(user)}) if user is not None else []


def organisations_of(user: Any) -> set[int]:
    """Ids of the organisations for which somebody acts now."""
    return {organisation for _role, organisation in _grants_of(user) if organisation is not None}


def _grants_of(user: Any) -> list[tuple[str, int | None]]:
    grants: list[tuple[str, int | None]] | None = getattr(user, "_grants", None)
    if grants is None:
        grants = user._grants = list(_grants().filter(user_id=user.pk).values_list("role", "organisation_id"))
    return grants


def standing_in_for(user: Any) -> list[int]:
    """Ids of the people who are away now and for whom somebody stands in; remembered on the user object for the request."""
    found: list[int] | None = getattr(user, "_stands_in_for", None)
    if found is None:
        found = user._stands_in_for = list(_away().filter(deputy_id=user.pk).values_list("user_id", flat=True))
    return found


def in_charge(duty: Any, barred: frozenset[int]) -> tuple[list[Any], str]:
    """Who looks after a duty that was handed to somebody, and the name of whom they stand in for ("": nobody).

    While the holder is away it is the deputy, if the deputy may do it. Nobody: everybody who owes it. barred: ids of the people who
    may not do it."""
    holder = duty.holder
    if holder is None or not holder.is_active:
        return [], ""
    away = _away().filter(user_id=holder.pk).select_related("deputy").first()
    one = holder if away is None else away.deputy
    if one is None or one.pk in barred or not may_do(one, duty):
        return [], ""
    return [one], "" if away is None else holder.get_full_name()


def may_do(user: Any, duty: Any) -> bool:
    """Whether a person is among those who owe a duty, by their roles."""
    if not user.is_active:
        return False
    if duty.organisation_id is None:
        return any(role == duty.role for role, _there in _grants_of(user))
    return any(there == duty.organisation_id and duty.role in ("", role) for role, there in _grants_of(user))


def _away() -> Any:
    today = clock.today()
    found = apps.get_model("accounts", "Absence")._default_manager
    return found.filter(ended_at__isnull=True, from_on__lte=today, to_on__gte=today)


def audience(
    *, to: Sequence[Any], organisation: Any, role: str, addresses: Sequence[str], language: str = "ko", template: str = ""
) -> list[Person]:
    """Each person once. An organisation without a role hears through those who do its business (a provider's review boards
    do not); with a role that nobody holds there, all of its members hear. template: the notice about which wishes are asked."""
    found = list({u.pk: Person(u.pk, u.email, u.language, u.get_full_name()) for u in to}.values())
    role = role or (organisation.business_role if organisation is not None else "")
    if not found and role:
        held = {"template": template, "role": role, "now": clock.now()}
        found = _asked(_BY_ROLE, held) if organisation is None else _asked(_BY_ROLE_THERE, {**held, "at": organisation.pk})
    if not found and organisation is not None:
        found = _asked(_MEMBERS, {"template": template, "at": organisation.pk})
    return [*found, *(Person(None, address, language, address) for address in addresses)]


def audiences(organisations: Iterable[Any], role: str = "") -> dict[int, list[Person]]:
    """Organisation id → whom `audience` finds there. Three queries, however many organisations."""
    wanted = {one.pk: role or one.business_role for one in organisations}
    grants = _grants().filter(organisation__in=wanted, role__in={*wanted.values()} - {""})
    pairs = [(pk, user) for pk, held, user in grants.values_list("organisation", "role", "user") if wanted[pk] == held]
    holders = _people(pairs)
    silent = [pk for pk in wanted if not holders.get(pk)]
    members = apps.get_model("accounts", "Membership")._default_manager.filter(organisation__in=silent, status="ACTIVE")
    return holders | _people(list(members.values_list("organisation", "user")) if silent else [])


def _people(pairs: Sequence[tuple[int, int]]) -> dict[int, list[Person]]:
    users = _users().filter(is_active=True).in_bulk({user for _pk, user in pairs}) if pairs else {}
    found: dict[int, dict[int, Person]] = {}
    for pk, user in pairs:
        if one := users.get(user):
            found.setdefault(pk, {})[user] = Person(one.pk, one.email, one.language, one.get_full_name())
    return {pk: list(people.values()) for pk, people in found.items()}


def _users() -> Any:
    return apps.get_model("accounts", "User")._default_manager


def _asked(sql: str, given: dict[str, Any]) -> list[Person]:
    return [Person(*row) for row in prepared.rows(sql, given)]


_WHO = """
SELECT u.id, u.email, u.language, coalesce(nullif(u.name, ''), u.email), w.by_mail
FROM accounts_user u LEFT JOIN journal_noticechoice w ON w.user_id = u.id AND w.template = %(template)s
WHERE """
_HELD = """u.is_active AND u.id IN (
  SELECT g.user_id FROM accounts_rolegrant g WHERE g.role = %(role)s AND g.revoked_at IS NULL
    AND (g.expires_at IS NULL OR g.expires_at > %(now)s)"""
_BY_ROLE = f"{_WHO} {_HELD}) ORDER BY u.id"
_BY_ROLE_THERE = f"{_WHO} {_HELD} AND g.organisation_id = %(at)s) ORDER BY u.id"
_MEMBERS = f"""{_WHO} u.is_active AND u.id IN (
  SELECT m.user_id FROM accounts_membership m WHERE m.organisation_id = %(at)s AND m.status = 'ACTIVE')
ORDER BY u.id"""


def _grants() -> Any:
    grants = apps.get_model("accounts", "RoleGrant")._default_manager
    return grants.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=clock.now()), revoked_at__isnull=True)
