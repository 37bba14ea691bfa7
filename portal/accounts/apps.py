from typing import Any

from django.apps import AppConfig

from portal.kit.columns import name_columns


class AccountsConfig(AppConfig):
    name = "portal.accounts"
    label = "accounts"

    def ready(self) -> None:
        """allauth says by a signal that a phone was enrolled."""
        name_columns(self.get_models())
        from allauth.mfa.signals import authenticator_added

        authenticator_added.connect(_factor_added, dispatch_uid="accounts.factor_added")


def _factor_added(request: Any, user: Any, authenticator: Any, **_more: Any) -> None:
    from portal.accounts import actions

    if authenticator.type == authenticator.Type.TOTP:
        actions.end_other_sessions(user=user, keep=request.session.session_key or "")
