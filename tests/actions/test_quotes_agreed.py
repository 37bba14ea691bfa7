"""A quote leaves once the institution's approver and the named investigator agreed, and not before."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from portal.accounts.rules import Role
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.errors import IllegalStep, NotAllowed, Refused
from tests.factories import providers, quotes, rounds
from vouchers.matching import actions, queries
from vouchers.matching.models import Quote, QuoteDraft

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> quotes.Stage:
    return quotes.stage()


def owed(subject: Any) -> set[str]:
    return set(Duty.objects.filter(subject_ref=subject.ref, closed_at__isnull=True).values_list("verb", flat=True))


def head(at: quotes.Stage) -> Any:
    return quotes.approver(at.hospital.organisation)


def test_prepare_quote_asks_both_and_tells_the_company_nothing(at: quotes.Stage) -> None:
    approver = head(at)
    draft, secret = quotes.prepared(at)
    request = draft.request
    assert (draft.status, draft.supply_amount_won, draft.vat_won) == ("PREPARED", 100_000_000, 7_000_000) and secret
    assert owed(draft) == {"approve_quote"} and owed(request) == {"quote"} and request.status == "SENT"
    told = set(Notice.objects.filter(subject_ref=draft.ref).values_list("template", "user_id", "address"))
    assert ("quote_to_approve", approver.pk) in {(template, user) for template, user, _address in told}
    assert ("quote_to_agree_by_link", None, "investigator@hospital.example") in told
    assert not Notice.objects.filter(user__in=[at.firm.user, at.firm.colleague], template__startswith="quote_").exists()
    event = Event.objects.get(name="quote_draft.prepared")
    assert event.organisations == [at.hospital.organisation.pk]
    assert secret not in str(event.data) and not QuoteDraft.objects.filter(token_hash=secret).exists()


@pytest.mark.parametrize("first", ["approver", "investigator"])
def test_the_last_agreement_sends_the_quote(at: quotes.Stage, first: str) -> None:
    draft, secret = quotes.prepared(at)
    steps = {
        "approver": lambda: actions.approve_quote(draft_id=draft.pk, by=head(at)),
        "investigator": lambda: actions.agree_by_link(secret=secret),
    }
    steps.pop(first)()
    assert not Quote.objects.exists()
    (second,) = steps.values()
    sent = second()
    found = Quote.objects.get()
    assert (sent.status, found.draft, found.quoted_by, found.number) == ("SENT", draft, at.hospital.user, 1)
    assert found.lines.count() == 2 and found.supply_amount_won == 100_000_000 and found.lead_time_days == 40
    request = draft.request
    request.refresh_from_db()
    assert request.status == "QUOTED" and owed(request) == {"accept_quote"} and owed(draft) == set()
    names = list(Event.objects.filter(subject_ref=draft.ref).order_by("seq").values_list("name", flat=True))
    assert names[0] == "quote_draft.prepared" and names[-1] == "quote_draft.sent" and len(names) == 4


def test_nobody_else_agrees_and_nobody_agrees_twice(at: quotes.Stage) -> None:
    draft, secret = quotes.prepared(at)
    elsewhere = providers.provider()
    board = providers.person(Role.IRB_LIAISON, at.hospital.organisation)
    for nobody in (at.firm.user, elsewhere.user, quotes.approver(elsewhere.organisation), board, at.hospital.user):
        with pytest.raises(NotAllowed):
            actions.approve_quote(draft_id=draft.pk, by=nobody)
    actions.approve_quote(draft_id=draft.pk, by=head(at))
    with pytest.raises(IllegalStep):
        actions.approve_quote(draft_id=draft.pk, by=head(at))
    with pytest.raises(NotAllowed):  # agrees by the link, for the address has no account
        actions.agree_as_investigator(draft_id=draft.pk, by=at.hospital.user)
    with pytest.raises(Refused):
        actions.agree_by_link(secret=secret + "x")
    actions.agree_by_link(secret=secret)
    with pytest.raises(Refused) as error:
        actions.agree_by_link(secret=secret)
    assert error.value.code == "link_gone" and Quote.objects.count() == 1


def test_who_prepared_a_quote_is_not_its_approver_even_with_both_roles(at: quotes.Stage) -> None:
    from portal.accounts import actions as accounts

    head(at)
    accounts.grant_role(user=at.hospital.user, role=Role.PROVIDER_APPROVER, organisation=at.hospital.organisation, by=None)
    draft, _secret = quotes.prepared(at)
    with pytest.raises(Refused) as error:
        actions.approve_quote(draft_id=draft.pk, by=at.hospital.user)
    assert error.value.code == "own_quote"


def test_an_investigator_with_an_account_agrees_after_signing_in(at: quotes.Stage) -> None:
    person = providers.person(Role.DRB_MEMBER, at.hospital.organisation)
    draft, secret = quotes.prepared(at, investigator_email=person.email.upper())
    assert secret == "" and draft.investigator_user == person and not draft.token_hash
    duty = Duty.objects.get(subject_ref=draft.ref, verb="agree_to_quote")
    assert duty.user == person and Notice.objects.filter(template="quote_to_agree", user=person).count() == 1
    with pytest.raises(NotAllowed):
        actions.agree_as_investigator(draft_id=draft.pk, by=head(at))
    actions.agree_as_investigator(draft_id=draft.pk, by=person)
    actions.approve_quote(draft_id=draft.pk, by=head(at))
    assert Quote.objects.get().draft.investigator_agreed_by == "ACCOUNT"  # type: ignore[union-attr]


def test_the_investigator_is_not_also_the_approver(at: quotes.Stage) -> None:
    approver = head(at)
    request = quotes.asked(at)
    with pytest.raises(Refused) as error:  # nobody could agree to it
        quotes.prepared(at, request, investigator_email=approver.email)
    assert (error.value.code, error.value.field) == ("no_approver", "investigator_email") and not QuoteDraft.objects.exists()
    providers.person(Role.PROVIDER_APPROVER, at.hospital.organisation)
    draft, _secret = quotes.prepared(at, request, investigator_email=approver.email)
    with pytest.raises(Refused) as error:
        actions.approve_quote(draft_id=draft.pk, by=approver)
    assert error.value.code == "own_research"


def test_a_round_may_do_without_the_investigator() -> None:
    providers.code_lists()
    round_ = rounds.make_round(policy={"quoting": {"investigator_agrees": False}})
    hospital = providers.provider()
    owner = quotes.firm()
    at = quotes.Stage(round_, owner, quotes.need(owner, round_), hospital, providers.offer(hospital, published=True))
    draft, secret = quotes.prepared(at)
    assert (draft.investigator_needed, draft.investigator_name, secret) == (False, "", "")
    assert actions.approve_quote(draft_id=draft.pk, by=head(at)).status == "SENT" and Quote.objects.count() == 1


def test_where_nobody_could_agree_nothing_is_prepared(at: quotes.Stage) -> None:
    from portal.accounts import actions as accounts

    request = quotes.asked(at)
    accounts.grant_role(user=at.hospital.user, role=Role.PROVIDER_APPROVER, organisation=at.hospital.organisation, by=None)
    with pytest.raises(Refused) as error:  # they would have to agree to their own
        actions.prepare_quote(
            request_id=request.pk, lines=quotes.lines(), valid_until=clock.today() + timedelta(days=quotes.VALID_DAYS),
            by=at.hospital.user, **quotes.INVESTIGATOR,
        )  # fmt: skip
    assert error.value.code == "no_approver" and not QuoteDraft.objects.exists()


def test_prepare_quote_wants_the_investigator(at: quotes.Stage) -> None:
    request = quotes.asked(at)
    for more, field in (
        ({"investigator_name": " "}, "investigator_name"), ({"investigator_email": ""}, "investigator_email"),
        ({"investigator_email": "nobody"}, "investigator_email"),
    ):  # fmt: skip
        with pytest.raises(Refused) as error:
            quotes.prepared(at, request, **more)
        assert error.value.field == field
    assert not QuoteDraft.objects.exists()


@pytest.mark.parametrize("who", ["approver", "investigator"])
def test_not_agreed_to_goes_back_with_a_reason(at: quotes.Stage, who: str) -> None:
    draft, secret = quotes.prepared(at)

    def back(reason: str) -> QuoteDraft:
        if who == "approver":
            return actions.return_quote(draft_id=draft.pk, reason=reason, by=head(at))
        return actions.return_by_link(secret=secret, reason=reason)

    with pytest.raises(Refused):
        back(" ")
    assert back("단가가 낮습니다.").status == "RETURNED"
    assert owed(draft) == set() and owed(draft.request) == {"quote"}
    assert Notice.objects.filter(template="quote_returned", user=at.hospital.user).count() == 1
    with pytest.raises((Refused, IllegalStep)):
        back("다시")
    with pytest.raises(IllegalStep):
        actions.approve_quote(draft_id=draft.pk, by=head(at))
    again, _secret = quotes.prepared(at, draft.request)
    assert again.number == 2


def test_a_newer_draft_replaces_and_a_withdrawn_request_takes_it_along(at: quotes.Stage) -> None:
    first, secret = quotes.prepared(at)
    second, _secret = quotes.prepared(at, first.request)
    first.refresh_from_db()
    assert first.status == "REPLACED" and owed(first) == set() and owed(second) == {"approve_quote"}
    with pytest.raises(Refused):
        actions.agree_by_link(secret=secret)
    actions.withdraw_request(request_id=first.request_id, by=at.firm.user)
    second.refresh_from_db()
    assert second.status == "LAPSED" and owed(second) == set()


def test_a_link_runs_out_and_a_new_one_replaces_it(at: quotes.Stage) -> None:
    draft, secret = quotes.prepared(at)
    assert draft.token_until is not None
    with clock.at(draft.token_until):
        assert actions.find_by_link(secret=secret) is None
        with pytest.raises(Refused):
            actions.agree_by_link(secret=secret)
        with pytest.raises(NotAllowed):
            actions.resend_link(draft_id=draft.pk, by=head(at))
        draft, anew = actions.resend_link(draft_id=draft.pk, by=at.hospital.user)
        assert actions.find_by_link(secret=secret) is None and actions.find_by_link(secret=anew) == draft
        actions.agree_by_link(secret=anew)
        with pytest.raises(Refused):
            actions.resend_link(draft_id=draft.pk, by=at.hospital.user)
    assert actions.find_by_link(secret="") is None


def test_terms_that_no_longer_hold_do_not_leave(at: quotes.Stage) -> None:
    draft, secret = quotes.prepared(at, earliest_delivery_on=clock.today() + timedelta(days=2))
    actions.agree_by_link(secret=secret)
    with clock.at(clock.now() + timedelta(days=3)):
        with pytest.raises(Refused) as error:
            actions.approve_quote(draft_id=draft.pk, by=head(at))
        assert error.value.code == "past_delivery" and not Quote.objects.exists()
    draft.refresh_from_db()
    assert draft.approved_at is None


def test_a_draft_is_seen_by_the_institution_alone(at: quotes.Stage) -> None:
    draft, _secret = quotes.prepared(at)
    request = draft.request
    for insider in (at.hospital.user, head(at)):
        assert queries.newest_draft(request, insider) == draft
    outsiders = [at.firm.user, quotes.firm().user, providers.provider().user]
    outsiders += [providers.person(role) for role in (Role.OPERATOR_CASE, Role.AUDITOR, Role.MINISTRY_OFFICER)]
    for outsider in outsiders:
        assert queries.newest_draft(request, outsider) is None and not QuoteDraft.objects.visible_to(outsider).exists()


# ── What the database refuses ────────────────────────────────────────────────────────────────────────
def broken(constraint: str, sql: str, *values: Any) -> None:
    with pytest.raises(IntegrityError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    assert error.value.__cause__.diag.constraint_name == constraint  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("quote_draft_four_eyes", "approved_at = now(), approved_by_id = prepared_by_id"),
        ("quote_draft_approved_pair", "approved_at = now()"),
        ("quote_draft_approver_apart", "investigator_user_id = {other}, approved_at = now(), approved_by_id = {other}"),
        ("quote_draft_investigator_pair", "investigator_agreed_at = now()"),
        ("quote_draft_sent_agreed", "status = 'SENT', approved_at = now(), approved_by_id = {other}"),
        ("quote_draft_sent_agreed", "status = 'SENT', investigator_agreed_at = now(), investigator_agreed_by = 'LINK'"),
        ("quote_draft_keeps", "supply_amount_won = 1"),
        ("quote_draft_keeps", "content = '{{}}'"),
        ("quote_draft_keeps", "investigator_name = 'x'"),
        ("quote_draft_keeps", "investigator_needed = false"),
    ],
)
def test_the_database_guards_a_draft(at: quotes.Stage, constraint: str, change: str) -> None:
    draft, _secret = quotes.prepared(at)
    broken(constraint, f"UPDATE vouchers_quotedraft SET {change.format(other=head(at).pk)} WHERE id = %s", draft.pk)


def test_the_database_keeps_what_was_agreed_to(at: quotes.Stage) -> None:
    draft, secret = quotes.prepared(at)
    actions.approve_quote(draft_id=draft.pk, by=head(at))
    broken(
        "quote_draft_keeps", "UPDATE vouchers_quotedraft SET approved_at = NULL, approved_by_id = NULL WHERE id = %s", draft.pk
    )
    actions.agree_by_link(secret=secret)
    for change in ("status = 'PREPARED'", "investigator_agreed_at = NULL, investigator_agreed_by = ''"):
        broken("quote_draft_keeps", f"UPDATE vouchers_quotedraft SET {change} WHERE id = %s", draft.pk)
    broken("quote_draft_keeps", "DELETE FROM vouchers_quotedraft WHERE id = %s", draft.pk)


INSERT = (
    "INSERT INTO vouchers_quotedraft (ref, created_at, updated_at, version, request_id, number, status, content, supply_amount_won, "
    "vat_won, prepared_by_id, investigator_needed, investigator_name, investigator_email, investigator_agreed_by, token_hash, reason) "
    "SELECT 'qdr-x', now(), now(), 1, request_id, {number}, {status}, content, supply_amount_won, vat_won, prepared_by_id, {needed}, "
    "{name}, '', '', '', '' FROM vouchers_quotedraft WHERE id = %s"
)


@pytest.mark.parametrize(
    ("constraint", "columns"),
    [
        ("quote_draft_one_waits", {}), ("quote_draft_number_once", {"number": "1", "status": "'REPLACED'"}),
        ("quote_draft_asks_investigator", {"status": "'REPLACED'", "needed": "false"}),
        ("quote_draft_names_investigator", {"status": "'REPLACED'", "name": "''"}),
    ],
)  # fmt: skip
def test_the_database_refuses_such_a_draft(at: quotes.Stage, constraint: str, columns: dict[str, str]) -> None:
    draft, _secret = quotes.prepared(at)
    given = {"number": "7", "status": "'PREPARED'", "needed": "true", "name": "investigator_name", **columns}
    broken(constraint, INSERT.format(**given), draft.pk)


QUOTE = (
    "INSERT INTO vouchers_quote (number, valid_until, award_on, access_mode, assumptions, supply_amount_won, vat_won, request_id, "
    "quoted_by_id, ref, created_at, updated_at, version, draft_id) SELECT 9, valid_until, award_on, '', '', {won}, vat_won, request_id, "
    "{by}, 'quo-x', created_at, now(), 1, {draft} FROM vouchers_quote WHERE id = %s"
)


def test_the_database_sends_no_quote_that_nobody_agreed_to(at: quotes.Stage) -> None:
    found = quotes.quoted(at)
    waiting, _secret = quotes.prepared(at, found.request)
    agreed = quotes.agreed_copy(found)
    plain = {"won": "supply_amount_won", "by": "quoted_by_id", "draft": str(agreed.pk)}
    for change in ({"draft": "NULL"}, {"draft": str(waiting.pk)}, {"won": "supply_amount_won + 1"}, {"by": str(at.firm.user.pk)}):
        broken("quote_agreed_to", QUOTE.format(**{**plain, **change}), found.pk)
