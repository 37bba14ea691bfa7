"""People, organisations and roles for the administrator. Roles are given and ended by verbs; nothing is edited by hand."""

from datetime import date

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from portal.accounts import actions, forms
from portal.accounts.models import Absence, ApiAnswer, ApiKey, Consent, Membership, Organisation, RoleGrant, User
from portal.kit import clock
from portal.kit.admin import ReadOnlyInline, ReasonForm, Verb, VerbAdmin, bilingual


def _grant(pk: int, *, by: User, role: str, organisation: Organisation | None, expires_on: date | None, reason: str) -> None:
    expires_at = clock.end_of_day(expires_on) if expires_on else None
    user = User.objects.get(pk=pk)
    actions.grant_role(user=user, role=role, organisation=organisation, expires_at=expires_at, reason=reason, by=by)


def _close(pk: int, *, by: User, reason: str) -> None:
    actions.set_active(pk, active=False, reason=reason, by=by)


def _reopen(pk: int, *, by: User, reason: str) -> None:
    actions.set_active(pk, active=True, reason=reason, by=by)


def _revoke(pk: int, *, by: User, reason: str) -> None:
    actions.revoke_role(grant_id=pk, reason=reason, by=by)


def _away(pk: int, *, by: User, from_on: date, to_on: date, deputy: User | None) -> None:
    actions.record_absence(user=User.objects.get(pk=pk), from_on=from_on, to_on=to_on, deputy=deputy, by=by)


def _back(pk: int, *, by: User) -> None:
    actions.end_absence(absence_id=pk, by=by)


def _end(pk: int, *, by: User, reason: str) -> None:
    actions.end_membership(membership_id=pk, reason=reason, by=by)


class GrantInline(ReadOnlyInline, TabularInline):
    model = RoleGrant
    fk_name = "user"
    fields = ("role", "organisation", "expires_at", "revoked_at", "reason")
    readonly_fields = fields
    verbose_name_plural = _("Roles")


class MembershipInline(ReadOnlyInline, TabularInline):
    model = Membership
    fk_name = "user"
    fields = ("organisation", "status", "is_representative", "created_at")
    readonly_fields = fields


class MemberInline(ReadOnlyInline, TabularInline):
    model = Membership
    fields = ("user", "email", "status", "is_representative", "created_at")
    readonly_fields = fields


@admin.register(User)
class UserAdmin(VerbAdmin):
    lists_persons = True
    list_display = ("email", "name", "language", "is_active", "is_demo", "date_joined")
    list_filter = ("is_active", "is_demo", "language")
    search_fields = ("email", "name", "ref")
    ordering = ("-date_joined",)
    fields = ("ref", "email", "name", "language", "is_active", "is_demo", "date_joined", "last_login")
    readonly_fields = fields
    inlines = (GrantInline, MembershipInline)
    verbs = (
        Verb(
            "grant_role", _("Give a role"), _grant, "accounts.grant_role", lambda user: user.is_active,
            form=forms.GrantForm, consequence=lambda user: _("The person may do everything that the role allows, from now on."),
        ),
        Verb(
            "reset_second_factor", _("Reset the second factor"), actions.reset_second_factor, "accounts.grant_role",
            lambda user: not user.is_demo, form=ReasonForm, danger=True,
            consequence=lambda user: _(
                "The person is signed out everywhere and sets up a new second factor at the next sign-in."
            ),
        ),
        Verb(
            "record_absence", _("Enter an absence"), _away, "accounts.manage_absences", lambda user: user.is_active,
            form=forms.OthersAbsenceForm,
            consequence=lambda user: _("Who stands in looks after what this person looks after, and is told so."),
        ),
        Verb(
            "close", _("Close the account"), _close, "accounts.grant_role", lambda user: user.is_active,
            form=ReasonForm, danger=True, consequence=lambda user: _("The person can no longer sign in."),
        ),
        Verb(
            "reopen", _("Open the account again"), _reopen, "accounts.grant_role", lambda user: not user.is_active,
            form=ReasonForm,
        ),
    )  # fmt: skip


@admin.register(Organisation)
class OrganisationAdmin(VerbAdmin):
    list_display = (bilingual("name", _("Name")), "kind", "is_demo", "created_at")
    list_filter = ("kind", "is_demo")
    search_fields = ("name_ko", "name_en", "ref")
    fields = ("ref", "kind", "name_ko", "name_en", "is_demo", "created_at")
    readonly_fields = fields
    inlines = (MemberInline,)


@admin.register(Membership)
class MembershipAdmin(VerbAdmin):
    lists_persons = True
    list_display = ("organisation", "user", "email", "status", "is_representative", "created_at")
    list_filter = ("status", "is_representative")
    search_fields = ("organisation__name_ko", "organisation__name_en", "user__email", "email", "ref")
    list_select_related = ("organisation", "user")
    fields = ("ref", "organisation", "user", "email", "status", "is_representative", "invited_by", "decided_by", "expires_at")
    readonly_fields = fields

    def headline(self, obj: Membership) -> str:
        return f"{obj.user or obj.email} · {obj.organisation}"

    verbs = (
        Verb(
            "end", _("End the membership"), _end, "accounts.manage_members", lambda m: m.status in {"ACTIVE", "INVITED"},
            form=ReasonForm, danger=True, consequence=lambda m: _("The person's roles in this organisation end with it."),
        ),
    )  # fmt: skip


@admin.register(RoleGrant)
class RoleGrantAdmin(VerbAdmin):
    lists_persons = True
    list_display = ("user", "role", "organisation", "expires_at", "revoked_at", "granted_by", "created_at")
    list_filter = ("role", ("revoked_at", admin.EmptyFieldListFilter))
    search_fields = ("user__email", "user__name", "organisation__name_ko", "organisation__name_en", "ref")
    list_select_related = ("user", "organisation", "granted_by")
    fields = ("ref", "user", "role", "organisation", "granted_by", "expires_at", "revoked_at", "reason", "created_at")
    readonly_fields = fields

    def headline(self, obj: RoleGrant) -> str:
        return f"{obj.user} · {obj.get_role_display()}"

    verbs = (
        Verb(
            "revoke", _("End the role"), _revoke, "accounts.grant_role", lambda grant: grant.revoked_at is None,
            form=ReasonForm, danger=True, consequence=lambda grant: _("The person loses what this role allows, at once."),
        ),
    )  # fmt: skip


@admin.register(Absence)
class AbsenceAdmin(VerbAdmin):
    lists_persons = True
    list_display = ("user", "deputy", "from_on", "to_on", "ended_at")
    list_filter = (("ended_at", admin.EmptyFieldListFilter), ("deputy", admin.EmptyFieldListFilter))
    search_fields = ("user__email", "user__name", "deputy__email", "deputy__name", "ref")
    list_select_related = ("user", "deputy")
    ordering = ("-from_on", "-id")
    fields = ("ref", "user", "deputy", "from_on", "to_on", "entered_by", "created_at", "ended_at", "ended_by")
    readonly_fields = fields
    verbs = (
        Verb(
            "end", _("End it"), _back, "accounts.manage_absences",
            lambda row: row.ended_at is None and row.to_on >= clock.today(),
            consequence=lambda row: _("Everything comes to the person again, and who stood in is told."),
        ),
    )  # fmt: skip

    def headline(self, obj: Absence) -> str:
        return f"{obj.user} · {obj.from_on:%Y-%m-%d} – {obj.to_on:%Y-%m-%d}"


@admin.register(Consent)
class ConsentAdmin(VerbAdmin):
    lists_persons = True
    list_display = ("user", "kind", "given", "text_version", "organisation", "created_at")
    list_filter = ("kind", "given")
    search_fields = ("user__email", "ref", "organisation__name_ko")
    list_select_related = ("user", "organisation")
    fields = ("ref", "user", "organisation", "kind", "given", "text_version", "context", "address", "created_at")
    readonly_fields = fields


@admin.register(ApiKey)
class ApiKeyAdmin(VerbAdmin):
    lists_persons = True
    list_display = ("name", "organisation", "beginning", "made_by", "expires_at", "revoked_at", "last_used_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    search_fields = ("name", "ref", "beginning", "organisation__name_ko", "organisation__name_en", "made_by__email")
    list_select_related = ("organisation", "made_by")
    fields = (
        "ref", "organisation", "name", "scopes", "beginning", "made_by", "created_at", "expires_at", "revoked_at", "last_used_at",
    )  # fmt: skip
    readonly_fields = fields

    def headline(self, obj: ApiKey) -> str:
        return f"{obj.name} · {obj.organisation}"


@admin.register(ApiAnswer)
class ApiAnswerAdmin(VerbAdmin):
    shows_persons = False
    list_display = ("api_key", "status", "created_at", "expires_at")
    list_select_related = ("api_key",)
    fields = ("ref", "api_key", "status", "created_at", "expires_at")
    readonly_fields = fields
