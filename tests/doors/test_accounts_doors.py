"""Sign-up to signing out, the second factor, one's organisation: as owner, colleague, stranger, anonymous."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.utils import timezone

from portal.accounts import actions
from portal.accounts.models import Consent, Membership, User
from portal.accounts.tasks import forget_sign_ins
from portal.journal import tasks
from portal.journal.models import AccessLog, MailboxMessage
from portal.kit.errors import DomainError
from tests.factories.accounts import PASSWORD, make_member, make_organisation, make_person, make_staff

pytestmark = pytest.mark.django_db
FORM = {"name": "시연 가입자", "email": "new@test.example", "password1": "tidy-Otter-2931", "password2": "tidy-Otter-2931"}


@pytest.fixture(autouse=True)
def _mailbox(settings):
    settings.EMAIL_BACKEND = "portal.journal.mailbox.MailboxBackend"


def mails():
    tasks.deliver_notices()
    return list(MailboxMessage.objects.order_by("id"))


def sign_in(client, user, password=PASSWORD, **more):
    return client.post("/accounts/login/", {"login": user.email, "password": password, **more})


def code_for(user):
    secret = Authenticator.objects.get(user=user, type="totp").wrap().instance.data["secret"]
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


# ── Sign-up, verification, reset ─────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("language", ["ko", "en"])
def test_sign_up_verify_and_sign_in(client, language):
    prefix = "/en" if language == "en" else ""
    page = client.get(f"{prefix}/accounts/signup/")
    assert page.status_code == 200 and b"consent_privacy" in page.content
    assert client.post(f"{prefix}/accounts/signup/", {**FORM, "consent_privacy": "on"}).status_code == 302
    user = User.objects.get(email=FORM["email"])
    assert (user.name, user.language, user.is_demo) == ("시연 가입자", language, False)
    assert {(c.kind, c.given, c.context) for c in Consent.objects.all()} == {
        ("PRIVACY", True, "signup"),
        ("NEWS", False, "signup"),
    }
    mail = mails()[0]
    assert mail.subject == {"ko": "이메일 주소를 인증해 주십시오", "en": "Please confirm your e-mail address"}[language]
    assert client.get("/home/").status_code == 302, "not before the address is confirmed"
    link = re.search(r"https?://[^/\s]+(/\S+)", mail.body).group(1)
    assert link.startswith(f"{prefix}/accounts/confirm-email/")
    assert client.get(link).status_code == 200
    one_word = {"ko": "인증", "en": "onfirm"}[language]  # the mail, the page behind its link and the list of addresses
    assert one_word in mail.body and "이메일 주소를 확인" not in mail.body
    assert one_word in client.get(link).content.decode()
    client.post(link)
    assert user.emailaddress_set.get().verified
    client.post("/accounts/logout/")
    assert sign_in(client, user, FORM["password1"]).status_code == 302
    assert client.get("/accounts/").status_code == 200


@pytest.mark.parametrize(("change", "words"), [
    ({}, "이 동의가 없으면"), ({"password1": "password123", "password2": "password123"}, "흔"),
    ({"password1": "short", "password2": "short"}, "10"), ({"email": "no-address"}, "이메일"), ({"name": ""}, "꼭 입력"),
    ({"name": "가" * 81}, "80"), ({"password2": "something-else-1"}, "비밀번호"),
])  # fmt: skip
def test_sign_up_refuses_with_a_sentence(client, change, words):
    data = {**FORM, "consent_privacy": "on", **change} if change else FORM
    answer = client.post("/accounts/signup/", data)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not User.objects.exists()


def test_sign_up_with_a_known_address_says_so_only_by_mail(client):
    known = make_person(FORM["email"])
    assert client.post("/accounts/signup/", {**FORM, "consent_privacy": "on"}).status_code == 302
    assert User.objects.get() == known
    assert mails()[0].subject == "이미 계정이 있습니다"


def test_password_reset(client):
    user = make_person()
    client.post("/accounts/password/reset/", {"email": user.email})
    link = re.search(r"https?://[^/\s]+(/\S+)", mails()[0].body).group(1)
    page = client.get(link, follow=True)
    answer = client.post(page.redirect_chain[-1][0], {"password1": "brand-New-5521", "password2": "brand-New-5521"})
    assert answer.status_code == 302
    assert sign_in(client, user, "brand-New-5521").status_code == 302


def test_wrong_password_is_422_and_limited(client, settings):
    # a cache of its own: another worker's cache.clear() empties the shared one
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "limits"}}
    user = make_person()
    assert sign_in(client, user, "wrong").status_code == 422
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/m/key"}
    cache.clear()
    for _ in range(3):
        sign_in(client, user, "wrong")
    answer = sign_in(client, user)
    assert answer.status_code in {422, 429}, "the right password too must wait now"
    settings.ACCOUNT_RATE_LIMITS = False
    cache.clear()
    assert sign_in(client, user).status_code == 302


def test_closed_account_and_demo_people_outside_the_demo(client, settings):
    closed, demo = make_person(), make_person(demo=True)
    User.objects.filter(pk=closed.pk).update(is_active=False)
    assert sign_in(client, closed)["Location"] == "/accounts/inactive/"
    assert sign_in(client, demo).status_code == 302 and client.get("/accounts/").status_code == 200
    settings.DEMO = False
    assert client.get("/accounts/").status_code == 302, "the session of a demo person ends with the demo"
    client.cookies.clear()
    assert sign_in(client, demo)["Location"] == "/accounts/inactive/"


# ── Second factor ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("role", ["MINISTRY_OFFICER", "PROVIDER_MANAGER", "EVALUATOR", "SYSADMIN"])
def test_real_accounts_of_staff_providers_evaluators_are_sent_to_enrolment(client, role):
    client.force_login(make_staff(role, demo=False))
    for path in ("/home/", "/accounts/", "/admin/", "/en/rounds/"):
        answer = client.get(path)
        assert answer.status_code == 302 and answer["Location"].endswith("/accounts/2fa/totp/activate/"), path
    client.get("/rounds/?status=OPEN&page=2")
    assert client.session["after_second_factor"] == "/rounds/?status=OPEN&page=2"
    assert client.get("/accounts/2fa/totp/activate/").status_code in {200, 302}
    client.force_login(make_staff(role, demo=True))
    assert client.get("/accounts/").status_code == 200
    client.force_login(make_member(make_organisation(), demo=False))
    assert client.get("/accounts/").status_code == 200


def test_enrol_sign_in_with_code_and_recovery_code(client, django_capture_on_commit_callbacks):
    officer = make_staff("MINISTRY_OFFICER", demo=False)
    sign_in(client, officer)
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200, "the password was typed a moment ago"
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6)):
        assert "/accounts/reauthenticate/" in client.get("/accounts/2fa/totp/activate/")["Location"]
        assert client.post("/accounts/reauthenticate/", {"password": "wrong"}).status_code == 422
        assert client.get("/accounts/2fa/totp/activate/").status_code == 302
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.get("/accounts/2fa/totp/activate/?next=https://elsewhere.example/")
    assert "after_second_factor" not in client.session
    page = client.get("/accounts/2fa/totp/activate/?next=/agreements/agr-1/sign/%3Fa%3D1%26b%3D2")
    assert page.status_code == 200 and "placeholder" not in page.content.decode()
    assert 'href="/agreements/agr-1/sign/?' not in client.get("/accounts/2fa/").content.decode(), "nothing is set up yet"
    secret = page.context["form"].secret
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    assert client.post("/accounts/2fa/totp/activate/", {"code": "000000"}).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/accounts/2fa/totp/activate/", {"code": code}).status_code == 302
    assert 'href="/agreements/agr-1/sign/?a=1&amp;b=2"' in client.get("/accounts/2fa/recovery-codes/").content.decode()
    client.get("/agreements/agr-1/sign/?a=1&b=2")
    assert "after_second_factor" not in client.session, "the way was gone back"
    assert client.get("/accounts/").status_code == 200
    assert "2단계 인증을 설정했습니다" in [m.subject for m in mails()]
    assert client.post("/accounts/2fa/totp/deactivate/").status_code in {302, 403, 404, 422}
    assert Authenticator.objects.filter(user=officer, type="totp").exists(), "whoever needs it cannot switch it off"
    codes = Authenticator.objects.get(user=officer, type="recovery_codes").wrap().get_unused_codes()
    client.post("/accounts/logout/")
    cache.clear()  # a code counts once; the next one would come in 30 seconds
    assert sign_in(client, officer)["Location"].startswith("/accounts/2fa/authenticate/")
    assert client.get("/accounts/").status_code == 302, "half signed in is not signed in"
    assert client.post("/accounts/2fa/authenticate/", {"code": "999999"}).status_code == 422
    assert client.post("/accounts/2fa/authenticate/", {"code": code_for(officer)}).status_code == 302
    assert client.get("/accounts/").status_code == 200
    client.post("/accounts/logout/")
    sign_in(client, officer)
    assert client.post("/accounts/2fa/authenticate/", {"code": codes[0]}).status_code == 302
    assert client.get("/accounts/").status_code == 200


def test_a_factor_that_is_removed_is_missed_at_the_very_next_request(client):
    officer = make_staff("MINISTRY_OFFICER", demo=False)
    factor = Authenticator.objects.create(user=officer, type="totp", data={"secret": "x"})
    client.force_login(officer)
    assert client.get("/accounts/").status_code == 200
    factor.delete()
    for path in ("/accounts/", "/admin/", "/en/home/"):
        assert client.get(path)["Location"].endswith("/accounts/2fa/totp/activate/"), path


def test_setting_a_factor_up_ends_sessions_that_came_in_by_the_password_alone(client, django_capture_on_commit_callbacks):
    from django.test import Client

    officer, elsewhere = make_staff("MINISTRY_OFFICER", demo=False), Client()
    sign_in(elsewhere, officer)
    sign_in(client, officer)
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/accounts/2fa/totp/activate/", {"code": code}).status_code == 302
    assert client.get("/accounts/").status_code == 200
    assert elsewhere.get("/accounts/")["Location"].startswith("/accounts/login/")


def test_admin_sign_in_goes_through_the_house(client):
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert client.get("/admin/login/?next=/admin/")["Location"] == "/accounts/login/?next=%2Fadmin%2F"
    assert client.post("/admin/login/", {"username": "x", "password": "y"})["Location"].startswith("/accounts/login/")
    officer = make_staff("MINISTRY_OFFICER", demo=False)
    TOTP.activate(officer, "JBSWY3DPEHPK3PXP")
    assert sign_in(client, officer)["Location"].startswith("/accounts/2fa/authenticate/")


# ── My pages ─────────────────────────────────────────────────────────────────────────────────────────
PAGES = ("/accounts/", "/accounts/consents/", "/accounts/notices/", "/accounts/organisation/", "/home/notices/",
         "/accounts/sessions/", "/accounts/2fa/", "/accounts/email/", "/accounts/password/change/")  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_pages_open_for_people_and_not_for_anonymous(client, path, prefix):
    assert client.get(prefix + path).status_code == 302
    client.force_login(make_person())
    assert client.get(prefix + path).status_code == 200


def test_the_page_of_addresses_offers_what_can_be_done(client):
    person = make_person()
    own = EmailAddress.objects.get_or_create(user=person, email=person.email, defaults={"primary": True, "verified": True})[0]
    client.force_login(person)
    page = client.get("/accounts/email/").content.decode()
    assert person.email in page and "action_add" in page
    assert not any(name in page for name in ("action_primary", "action_send", "action_remove"))
    EmailAddress.objects.filter(pk=own.pk).update(verified=False)
    page = client.get("/accounts/email/").content.decode()
    assert "action_send" in page and "action_remove" not in page
    EmailAddress.objects.create(user=person, email="zweite@house.example", verified=True)
    page = client.get("/accounts/email/").content.decode()
    assert all(name in page for name in ("action_primary", "action_send", "action_remove"))


def test_profile_language_and_bad_input(client):
    person = make_person()
    client.force_login(person)
    assert client.post("/accounts/", {"name": "새 이름", "language": "en"}).status_code == 303
    person.refresh_from_db()
    assert (person.name, person.language) == ("새 이름", "en")
    for bad in ({"name": "", "language": "ko"}, {"name": "x", "language": "fr"}, {"name": "x" * 81, "language": "ko"}):
        assert client.post("/accounts/", bad).status_code == 422


def test_consents_withdraw_and_refuse_the_required(client):
    client.force_login(make_person())
    assert client.post("/accounts/consents/", {"kind": "NEWS", "given": "yes"}).status_code == 303
    assert Consent.objects.get().given
    assert client.post("/accounts/consents/", {"kind": "PRIVACY", "given": "no"}).status_code == 409
    assert client.post("/accounts/consents/", {"kind": "NONSENSE"}).status_code == 409


def test_notice_choices(client):
    from portal.journal import actions as journal

    person = make_person()
    journal.tell("membership_ended", app="accounts", subject=make_organisation(), to=[person], context={"reason": "x"})
    client.force_login(person)
    assert client.post("/accounts/notices/", {"by_mail": []}).status_code == 303
    from portal.journal.queries import mail_choices

    assert mail_choices(person) == {"membership_ended": False}
    assert client.post("/accounts/notices/", {"by_mail": ["other"]}).status_code == 422
    assert "구성원 자격이 끝났습니다" in client.get("/home/notices/").content.decode()
    assert client.post("/home/notices/read/").status_code == 303
    assert client.get("/home/notices/read/").status_code == 302


def test_what_is_served_or_ends_a_right_cannot_be_switched_off(client):
    from portal.journal import actions as journal
    from portal.journal.models import Notice
    from portal.journal.queries import mail_choices

    org = make_organisation()
    person = make_member(org, "REPRESENTATIVE", representative=True)
    client.force_login(person)
    page = client.get("/accounts/notices/").content.decode()
    assert "항상 이메일로도" in page and "송달로서" in page and "기한이 지나면" in page
    assert 'value="objection_decided"' not in page and 'value="quote_received"' in page
    assert client.post("/accounts/notices/", {"by_mail": ["objection_decided"]}).status_code == 422
    assert client.post("/accounts/notices/", {"by_mail": []}).status_code == 303
    assert mail_choices(person)["quote_received"] is False and "objection_decided" not in mail_choices(person)
    with pytest.raises(DomainError):
        journal.choose_mail(template="objection_decided", by_mail=False, by=person)
    words = {"reason": "x"}
    journal.tell("membership_ended", app="accounts", subject=org, to=[person], context=words, once="a")
    journal.choose_mail(template="membership_ended", by_mail=False, by=person)
    journal.tell("membership_ended", app="accounts", subject=org, to=[person], context=words, once="b")
    journal.tell("membership_ended", app="accounts", subject=org, to=[person], context=words, once="c", always=True)
    states = list(Notice.objects.filter(template="membership_ended").order_by("pk").values_list("state", flat=True))
    assert states == ["WAITING", "SKIPPED", "WAITING"]


def test_organisation_owner_colleague_stranger_anonymous(client):
    org = make_organisation()
    boss, staff = make_member(org, "REPRESENTATIVE", representative=True), make_member(org)
    asking = actions.request_membership(organisation=org, user=make_person())
    approve, home = f"/accounts/members/{asking.ref}/approve/", f"/accounts/organisation/?org={org.ref}"
    invite = f"/accounts/organisation/{org.ref}/invite/"
    assert client.post(approve).status_code == 302 and client.post(invite).status_code == 302
    client.force_login(make_member(make_organisation(), "REPRESENTATIVE", representative=True))
    assert [client.get(home).status_code, client.post(approve).status_code, client.post(invite).status_code] == [404] * 3
    client.force_login(staff)
    assert client.get(home).status_code == 200 and b"invite" not in client.get(home).content
    assert client.post(approve).status_code == 403 and client.post(invite, {"email": "a@b.example"}).status_code in {403, 422}
    assert Membership.objects.get(pk=asking.pk).status == "REQUESTED" and not Membership.objects.filter(status="INVITED").exists()
    client.force_login(boss)
    assert client.post(invite, {"email": "nonsense"}).status_code == 422
    assert client.post(invite, {"email": staff.email}).status_code == 422
    assert client.post(invite, {"email": "friend@test.example"}).status_code == 303
    assert client.post(f"/accounts/members/{asking.ref}/refuse/", {"reason": ""}).status_code == 422
    refused = client.post(f"/accounts/members/{asking.ref}/refuse/", {"reason": "가" * 301}).content.decode()
    assert f'id="id_reason_{asking.ref}_error"' in refused and "가" * 301 in refused  # its own form, open, with what was typed
    assert refused.count("<details") > refused.count('<details class="verb-more is-danger" open>') == 1
    assert client.post(approve).status_code == 303
    assert client.post(approve).status_code == 409
    ref = Membership.objects.get(user=staff).ref
    assert client.post(f"/accounts/members/{ref}/end/", {"reason": "퇴사"}).status_code == 303
    client.force_login(User.objects.get(pk=staff.pk))
    assert client.get(home).status_code == 404


def test_join_link(client):
    org = make_organisation()
    boss = make_member(org, "REPRESENTATIVE", representative=True)
    client.force_login(boss)
    client.post(f"/accounts/organisation/{org.ref}/invite/", {"email": "guest@test.example"})
    mail = next(m for m in mails() if m.to == "guest@test.example")
    link = re.search(r"/accounts/join/\S+", mail.body).group(0)
    foreign = client.get(link).content.decode()
    assert f"{boss.email} 계정으로 로그인되어 있습니다" in foreign, "not the invited address"
    assert client.post(link).status_code == 403
    client.logout()
    page = client.get(link)
    assert page.status_code == 200 and page["Referrer-Policy"] == "same-origin" and org.name_ko in page.content.decode()
    client.force_login(make_person("guest@test.example"))
    assert client.post(link).status_code == 303
    assert client.get(link).status_code == 404 and client.get("/accounts/join/nonsense/").status_code == 404


def test_sessions_are_listed_and_can_be_ended(client):
    from django.test import Client

    person, other = make_person(), Client()
    sign_in(client, person), sign_in(other, person)
    assert client.get("/accounts/sessions/").status_code == 200
    client.post("/accounts/sessions/")
    assert other.get("/accounts/").status_code == 302 and client.get("/accounts/").status_code == 200


# ── Admin and demo mailbox ───────────────────────────────────────────────────────────────────────────
ADMIN = ("accounts/user", "accounts/organisation", "accounts/rolegrant", "accounts/membership", "accounts/consent",
         "journal/event", "journal/duty", "journal/notice", "journal/accesslog", "journal/seal",
         "documents/document")  # fmt: skip


@pytest.mark.parametrize("path", ADMIN)
def test_admin_lists_open_for_staff_only(client, path):
    client.force_login(make_person())
    assert client.get(f"/admin/{path}/").status_code in {302, 403}
    client.force_login(make_staff("SYSADMIN"))
    assert client.get(f"/admin/{path}/").status_code == 200
    assert client.get(f"/admin/{path}/?q=usr-0123456789").status_code == 200
    assert client.get(f"/admin/{path}/add/").status_code == 403


def test_admin_grants_and_revokes_by_verbs(client):
    admin, person = make_staff("SYSADMIN"), make_person()
    client.force_login(admin)
    assert client.get(f"/admin/accounts/user/{person.pk}/change/").status_code == 200
    assert AccessLog.objects.get().persons == [person.ref]
    verb = f"/admin/accounts/user/{person.pk}/verb/grant_role/"
    assert client.get(verb).status_code == 200
    assert client.post(verb, {"role": "MINISTRY_OFFICER", "reason": "발령"}).status_code == 302
    refused = client.post(verb, {"role": "MINISTRY_APPROVER", "reason": "발령"})
    assert refused.status_code == 422 and "함께 가질 수 없습니다" in refused.content.decode()
    assert client.post(verb, {"role": "NOBODY", "reason": ""}).status_code == 422
    grant = person.role_grants.get()
    assert client.get(f"/admin/accounts/rolegrant/{grant.pk}/change/").status_code == 200
    assert client.post(f"/admin/accounts/rolegrant/{grant.pk}/verb/revoke/", {"reason": ""}).status_code == 422
    assert client.post(f"/admin/accounts/rolegrant/{grant.pk}/verb/revoke/", {"reason": "전보"}).status_code == 302
    client.force_login(make_staff("MINISTRY_OFFICER"))
    assert client.post(verb, {"role": "AUDITOR", "reason": "x"}).status_code == 403


def test_demo_mailbox_only_in_the_demo(client, settings):
    make_person()
    client.post("/accounts/password/reset/", {"email": User.objects.get().email})
    mail = mails()[0]
    assert mail.subject in client.get("/demo/mail/").content.decode()
    assert client.get(f"/demo/mail/{mail.pk}/").status_code == 200
    assert client.get("/demo/mail/?q=nothing").status_code == 200
    settings.DEMO = False
    assert client.get("/demo/mail/").status_code == 404 and client.get(f"/demo/mail/{mail.pk}/").status_code == 404


def test_every_consent_and_declaration_has_words(client):
    """My consents show no code, whatever was asked of me anywhere in the portal."""
    from portal.accounts import rules
    from vouchers.applications.rules.sections import DECLARATIONS

    kinds = {declaration.kind for declaration in DECLARATIONS} | {text.kind for text in rules.SIGNUP_CONSENTS}
    assert kinds <= set(rules.CONSENT_WORDS)


def test_a_sign_in_that_ended_or_ran_out_is_forgotten(client):
    person = make_person()
    left, lapsed, here = (type(client)() for _n in range(3))
    for browser in (left, lapsed, here):
        assert sign_in(browser, person).status_code == 302
    left.post("/accounts/logout/")
    Session.objects.filter(session_key=lapsed.session.session_key).update(expire_date=timezone.now() - timedelta(seconds=1))
    assert forget_sign_ins() == 2 and forget_sign_ins() == 0
    kept = here.session.session_key
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [kept]
    assert list(Session.objects.values_list("session_key", flat=True)) == [kept]
