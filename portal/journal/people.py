"""Who hears of something. The journal points to people by settings.AUTH_USER_MODEL and asks the app registry."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Q

from portal.kit import clock


@dataclass(frozen=True)
class Person:
    user_id: int | None
    address: str
    language: str
    name: str


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


def audience(*, to: Sequence[Any], organisation: Any, role: str, addresses: Sequence[str], language: str = "ko") -> list[Person]:
    """Each person once. An organisation without a role hears through those who do its business (a provider's review boards
    do not); with a role that nobody holds there, all of its members hear."""
    users = list(to)
    role = role or (organisation.business_role if organisation is not None else "")
    if not users and role:
        grants = _grants().filter(role=role)
        if organisation is not None:
            grants = grants.filter(organisation=organisation)
        users = list(_users().filter(pk__in=grants.values("user_id"), is_active=True))
    if not users and organisation is not None:
        users = list(
            _users().filter(memberships__organisation=organisation, memberships__status="ACTIVE", is_active=True).distinct()
        )
    people = {u.pk: Person(u.pk, u.email, u.language, u.get_full_name()) for u in users}
    return [*people.values(), *(Person(None, address, language, address) for address in addresses)]


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


def _grants() -> Any:
    grants = apps.get_model("accounts", "RoleGrant")._default_manager
    return grants.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=clock.now()), revoked_at__isnull=True)
