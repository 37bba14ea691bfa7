"""Pages about oneself and one's organisation."""

from collections.abc import Callable, Iterable
from typing import Any, cast

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts import actions, forms, queries, rules
from portal.accounts.models import Membership, Organisation, RoleGrant, User
from portal.journal import actions as journal
from portal.journal import queries as feed
from portal.kit.access import public, signed_in
from portal.kit.errors import DomainError
from portal.kit.htmx import form_errors, page, redirect


@signed_in
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """My name and the language of my mails; ways to everything else about me."""
    user = _me(request)
    form = forms.ProfileForm(request.POST or None, initial={"name": user.name, "language": user.language})
    if request.method == "POST" and form.is_valid():
        actions.edit_profile(**form.cleaned_data, by=user)
        messages.success(request, _("Saved."))
        return redirect(request, reverse("people:account"))
    context = {"form": form, "memberships": queries.my_memberships(user), "other_role": bool(queries.roles_of(user))}
    return page(request, "accounts/account.html", context, status=422 if form.errors else 200)


@signed_in
@require_http_methods(["GET", "POST"])
def consents(request: HttpRequest) -> HttpResponse:
    """What I agreed to and refused; the refusable can be changed."""
    if request.method == "POST":
        given = request.POST.get("given") == "yes"
        actions.change_consent(kind=request.POST.get("kind", ""), given=given, by=_me(request))
        messages.success(request, _("Your consent was recorded.") if given else _("Your consent was withdrawn."))
        return redirect(request, reverse("people:consents"))
    context = {"consents": queries.consents_of(request.user), "others": queries.other_consents_of(request.user)}
    return page(request, "accounts/consents.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def notices(request: HttpRequest) -> HttpResponse:
    """Which notices also come by e-mail, and which do so whatever one chooses."""
    kinds, chosen = queries.notice_kinds(request.user), feed.mail_choices(request.user)
    free = [(kind.template, kind.words) for kind in kinds if not kind.why]
    on = [template for template, _words in free if chosen.get(template, True)]
    form = forms.NoticeChoicesForm(request.POST if request.method == "POST" else None, choices=free, initial={"by_mail": on})
    if request.method == "POST" and form.is_valid():
        for template, _words in free:
            journal.choose_mail(template=template, by_mail=template in form.cleaned_data["by_mail"], by=_me(request))
        messages.success(request, _("Saved."))
        return redirect(request, reverse("people:notices"))
    return page(
        request,
        "accounts/notices.html",
        {"form": form, "kinds": kinds, "fixed": _by_reason(kinds)},
        status=422 if form.errors else 200,
    )


def _by_reason(kinds: list[queries.NoticeKind]) -> dict[str, list[str]]:
    """Why a notice cannot be switched off → the notices of which that is true."""
    found: dict[str, list[str]] = {}
    for kind in kinds:
        if kind.why:
            found.setdefault(kind.why, []).append(kind.words)
    return found


@signed_in
@require_http_methods(["GET"])
def organisation(request: HttpRequest) -> HttpResponse:
    """My organisation: members, invitations, requests to join."""
    return _organisation(request, request.GET.get("org", ""))


def _organisation(
    request: HttpRequest, ref: str, form: forms.InviteForm | None = None, refused: tuple[str, Form] | None = None
) -> HttpResponse:
    """refused: the membership whose verb was sent back, and its form, which stands open with what was typed."""
    mine = list(queries.my_memberships(request.user))
    chosen = next((m.organisation for m in mine if m.organisation.ref == ref), mine[0].organisation if mine else None)
    if ref and (chosen is None or chosen.ref != ref):
        raise Http404
    context = {
        "memberships": mine,
        "organisation": chosen,
        "other_role": bool(queries.roles_of(request.user)),
        "members": _asked(_with_roles(chosen, request.user) if chosen else [], refused),
        "has_roles": bool(chosen and rules.roles_within(chosen.kind)),
        "requests": _asked(queries.requests_of(chosen) if chosen else [], refused),
        "may_manage": bool(chosen and request.user.has_perm("accounts.manage_members", chosen)),
        "form": form or _invite_form(chosen),
    }
    return page(request, "accounts/organisation.html", context, status=422 if form or refused else 200)


def _invite_form(organisation: Organisation | None, data: QueryDict | None = None) -> forms.InviteForm:
    within = organisation is not None and rules.roles_within(organisation.kind)
    return forms.ProviderInviteForm(data) if within else forms.InviteForm(data)


def _with_roles(organisation: Organisation, reader: Any) -> list[Membership]:
    """The members; those of an institution with their roles and the form for one more."""
    members, within = list(queries.members_of(organisation)), rules.roles_within(organisation.kind)
    held = queries.roles_in(organisation) if within else {}
    for member in members:
        roles = held.get(member.user_id or 0, [])
        left = [role for role in within if role not in {grant.role for grant in roles}]
        may = bool(left) and member.user_id not in (None, reader.pk)
        member.roles = roles  # type: ignore[attr-defined]
        member.role_form = forms.MemberRoleForm(offered=left, auto_id=f"id_%s_{member.ref}") if may else None  # type: ignore[attr-defined]
    return members


def _asked(rows: Iterable[Membership], refused: tuple[str, Form] | None) -> list[Membership]:
    """The memberships, each with its form for a reason."""
    found = list(rows)
    for row in found:
        sent = refused is not None and refused[0] == row.ref
        row.reason_form = refused[1] if sent and refused else forms.ReasonForm(auto_id=f"id_%s_{row.ref}")  # type: ignore[attr-defined]
    return found


@signed_in
@require_POST
def invite(request: HttpRequest, ref: str) -> HttpResponse:
    mine = queries.my_memberships(request.user).values("organisation_id")
    organisation = get_object_or_404(Organisation, ref=ref, pk__in=mine)
    form = _invite_form(organisation, request.POST)
    if form.is_valid():
        try:
            actions.invite(organisation=organisation, by=_me(request), **form.cleaned_data)
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("The invitation was sent to %(email)s.") % {"email": form.cleaned_data["email"]})
            return redirect(request, _home(organisation))
    return _organisation(request, ref, form)


@signed_in
@require_POST
def approve(request: HttpRequest, ref: str) -> HttpResponse:
    found = _membership(request, ref)
    actions.decide_membership(membership_id=found.pk, approve=True, by=_me(request))
    messages.success(request, _("%(person)s is a member now.") % {"person": found.user or found.email})
    return redirect(request, _home(found.organisation))


@signed_in
@require_POST
def refuse(request: HttpRequest, ref: str) -> HttpResponse:
    found, form = _membership(request, ref), _reason(request, ref)
    if not form.is_valid():
        return _organisation(request, found.organisation.ref, refused=(ref, form))
    actions.decide_membership(membership_id=found.pk, approve=False, reason=form.cleaned_data["reason"], by=_me(request))
    messages.success(request, _("The request was refused."))
    return redirect(request, _home(found.organisation))


@signed_in
@require_POST
def end(request: HttpRequest, ref: str) -> HttpResponse:
    found, form = _membership(request, ref), _reason(request, ref)
    if not form.is_valid():
        return _organisation(request, found.organisation.ref, refused=(ref, form))
    actions.end_membership(membership_id=found.pk, reason=form.cleaned_data["reason"], by=_me(request))
    messages.success(request, _("The membership ended."))
    return redirect(request, reverse("people:account") if found.user_id == request.user.pk else _home(found.organisation))


@signed_in
@require_POST
def give_role(request: HttpRequest, ref: str) -> HttpResponse:
    found = _membership(request, ref)
    return _role_step(
        request, found.organisation,
        lambda: actions.give_member_role(membership_id=found.pk, role=request.POST.get("role", ""), by=_me(request)),
    )  # fmt: skip


@signed_in
@require_POST
def end_role(request: HttpRequest, ref: str) -> HttpResponse:
    mine = queries.my_memberships(request.user).values("organisation_id")
    grant = get_object_or_404(RoleGrant.objects.select_related("organisation"), ref=ref, organisation_id__in=mine)
    assert grant.organisation is not None
    return _role_step(request, grant.organisation, lambda: actions.end_member_role(grant_id=grant.pk, by=_me(request)))


def _role_step(request: HttpRequest, organisation: Organisation, step: Callable[[], RoleGrant]) -> HttpResponse:
    try:
        grant = step()
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        told = _("%(role)s: ended.") if grant.revoked_at else _("%(role)s: given.")
        messages.success(request, told % {"role": grant.get_role_display()})
    return redirect(request, _home(organisation))


def _reason(request: HttpRequest, ref: str) -> forms.ReasonForm:
    return forms.ReasonForm(request.POST, auto_id=f"id_%s_{ref}")


def _me(request: HttpRequest) -> User:
    return cast(User, request.user)  # the decorator let nobody else in


def _membership(request: HttpRequest, ref: str) -> Membership:
    return get_object_or_404(queries.memberships_visible_to(request.user), ref=ref)


def _home(organisation: Organisation) -> str:
    return f"{reverse('people:organisation')}?org={organisation.ref}"


@public
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """The link of an invitation: says who invites; joining asks to be signed in with the invited address."""
    found = actions.find_invitation(token=token)
    if request.method == "POST" and request.user.is_authenticated:
        membership = actions.accept_invitation(token=token, by=_me(request))
        messages.success(request, _("You joined %(organisation)s.") % {"organisation": membership.organisation})
        return redirect(request, reverse("desk:home"))
    # the house's Referrer-Policy (same-origin) keeps the secret in the house; no-referrer would make the browser send
    # "Origin: null" with the form, which the check against forged forms refuses
    return page(request, "accounts/join.html", {"invitation": found}, status=200 if found else 404)
