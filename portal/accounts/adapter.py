"""allauth's mails leave through the house's own language and address."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return True

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        from django.utils.translation import get_language

        user.language = "en" if (get_language() or "ko").startswith("en") else "ko"
        user.name = form.cleaned_data.get("name", "")
        return super().save_user(request, user, form, commit)
