"""allauth in the house's dress: its mails leave through the outbox, demo people stay in the demo, a factor stays on."""

import time
from typing import Any, ClassVar

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from portal.accounts import rules
from portal.accounts.backends import may_sign_in
from portal.accounts.queries import roles_of
from portal.journal import actions as journal


def _language() -> str:
    return "en" if (get_language() or "ko").startswith("en") else "ko"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        user.language = _language()
        user.name = form.cleaned_data.get("name", "")
        return super().save_user(request, user, form, commit)

    def format_email_subject(self, subject: str) -> str:
        return subject

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Into the outbox, in the person's language: a sleeping mail server neither breaks the page nor loses the mail."""
        language = getattr(context.get("user"), "language", "") or _language()
        with override(language):
            message = self.render_mail(template_prefix, email, {"email": email, **context})
        journal.post(
            app="account",
            template=template_prefix.rpartition("/")[2],
            address=email,
            language=language,
            title=str(message.subject),
            body=str(message.body),
        )

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever signed in within the last minutes has just proved who they are, and is not asked for it a second time."""
        records = get_authentication_records(self.request, self.request.user)
        last = max((float(record["at"]) for record in records), default=0.0)
        return time.time() - last >= app_settings.REAUTHENTICATION_TIMEOUT

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        if not may_sign_in(user):
            from allauth.account.internal.stagekit import clear_login

            clear_login(request)
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _(
            "Your role needs a second factor, so it stays on. If you lost your phone, ask a system administrator to reset it."
        ),
    }

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Whoever must have a second factor cannot switch it off; an administrator can reset it."""
        return not roles_of(authenticator.user) & rules.SECOND_FACTOR_ROLES
