"""May-do is answered here and nowhere else: role grants × the role table of the roof."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import BaseBackend

from portal.accounts.queries import grants_of


def _permissions(role: str) -> frozenset[str]:
    """The role table is the roof's (settings.ROLE_TABLE names it), so that the cellar need not import upwards."""
    table: dict[str, frozenset[str]] = import_module(settings.ROLE_TABLE).ROLE_PERMISSIONS
    return table.get(role, frozenset())


class RoleGrantBackend(BaseBackend):
    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """A grant without organisation holds everywhere; one with an organisation only for rows that it owns."""
        if not user_obj.is_active:
            return False
        for role, organisation_id in grants_of(user_obj):
            if perm in _permissions(role) and (
                obj is None or organisation_id is None or organisation_id in obj.organisation_ids()
            ):
                return True
        return False

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return any(
            perm.startswith(f"{app_label}.") for role, _org in grants_of(user_obj) for perm in _permissions(role)
        )
