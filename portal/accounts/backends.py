"""May-do is answered here and nowhere else: role grants × the role table of the roof."""

from importlib import import_module
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings

from portal.accounts import rules
from portal.accounts.queries import grants_of, signed_in_user


def _permissions(role: str) -> frozenset[str]:
    """The role table is the roof's (settings.ROLE_TABLE names it), so that the cellar need not import upwards."""
    table: dict[str, frozenset[str]] = import_module(settings.ROLE_TABLE).ROLE_PERMISSIONS
    return table.get(role, frozenset())


def may_sign_in(user: Any) -> bool:
    """Demo people exist only in a demonstration: elsewhere their password opens nothing and their session ends."""
    return bool(user.is_active and (settings.DEMO or not user.is_demo))


class RoleGrantBackend(AuthenticationBackend):  # type: ignore[misc]
    """Who somebody is comes from allauth (e-mail and password); what they may do only from role grants."""

    def user_can_authenticate(self, user: Any) -> bool:
        return may_sign_in(user)

    def get_user(self, user_id: Any) -> Any:
        """The person of a session, fetched with their grants."""
        found = signed_in_user(user_id)
        return found if found is not None and self.user_can_authenticate(found) else None

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """A grant without organisation, or of a role that works everywhere, holds anywhere; else for rows it owns."""
        if not user_obj.is_active:
            return False
        scoped = getattr(user_obj, "scoped", None)  # who acts through an API key
        if scoped is not None and perm not in scoped:
            return False
        for role, organisation_id in grants_of(user_obj):
            if perm in _permissions(role) and (
                obj is None
                or organisation_id is None
                or role in rules.EVERYWHERE_ROLES
                or organisation_id in obj.organisation_ids()
            ):
                return True
        return False

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return any(perm.startswith(f"{app_label}.") for role, _org in grants_of(user_obj) for perm in _permissions(role))

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return set()

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return set()

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return {perm for role, _org in grants_of(user_obj) for perm in _permissions(role)}
