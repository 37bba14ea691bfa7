"""All that a step of a payment looks at, by one statement that is planned once: the ORM composed thirteen joined tables anew for
every step, which cost more than the step itself. The questions stay what they are; this only brings their answers along.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from portal.accounts.models import Organisation
from portal.documents.models import Document
from portal.journal.models import Event
from portal.kit import clock, prepared
from portal.kit.prepared import built, joined
from providers.institutions.models import Institution
from vouchers.agreements.models import Agreement, Voucher
from vouchers.companies.models import Company
from vouchers.milestones.models import Milestone
from vouchers.payments.models import Disbursement, PayeeAccount, PaymentAttempt
from vouchers.rounds.models import PolicyVersion, Round

_ORGANISATION = "'id', {0}.id, 'ref', {0}.ref, 'kind', {0}.kind, 'name_ko', {0}.name_ko, 'name_en', {0}.name_en"
_DOCUMENT = "'id', {0}.id, 'ref', {0}.ref, 'name', {0}.name, 'scan_state', {0}.scan_state"
_AGREED = f"""
  'agreement', json_build_object('id', g.id, 'ref', g.ref, 'number', g.number, 'status', g.status, 'award_id', g.award_id,
    'company_id', g.company_id, 'round_id', g.round_id, 'starts_on', g.starts_on, 'ends_on', g.ends_on),
  'company', json_build_object('id', c.id, 'ref', c.ref, 'name_ko', c.name_ko, 'name_en', c.name_en,
    'organisation_id', c.organisation_id),
  'firm', json_build_object({_ORGANISATION.format("o")}),
  'round', json_build_object('id', r.id, 'ref', r.ref, 'key', r.key, 'kind', r.kind, 'status', r.status, 'title_ko', r.title_ko,
    'title_en', r.title_en, 'fiscal_year', r.fiscal_year),
  'policy', (
    SELECT json_build_object('id', p.id, 'ref', p.ref, 'round_id', p.round_id, 'number', p.number, 'version', p.version,
      'frozen_at', p.frozen_at)
    FROM vouchers_policyversion p WHERE p.round_id = r.id ORDER BY p.number DESC LIMIT 1),
  'payee', json_build_object('id', i.id, 'ref', i.ref, 'name_ko', i.name_ko, 'name_en', i.name_en, 'is_demo', i.is_demo,
    'organisation_id', i.organisation_id),
  'payee_organisation', CASE WHEN q.id IS NOT NULL THEN json_build_object({_ORGANISATION.format("q")}) END"""
_FROM_AGREEMENT = """
JOIN vouchers_agreement g ON g.id = m.agreement_id JOIN vouchers_company c ON c.id = g.company_id
JOIN accounts_organisation o ON o.id = c.organisation_id JOIN vouchers_round r ON r.id = g.round_id"""
_ALL = f"""
SELECT json_build_object(
  'disbursement', row_to_json(d), 'milestone', row_to_json(m), 'voucher', row_to_json(v), 'account', row_to_json(y),
  {_AGREED},
  'invoice', CASE WHEN n.id IS NOT NULL THEN json_build_object({_DOCUMENT.format("n")}) END,
  'proof', CASE WHEN w.id IS NOT NULL THEN json_build_object({_DOCUMENT.format("w")}) END,
  'last_event', (
    SELECT json_build_object('id', e.id, 'seq', e.seq, 'hash', e.hash) FROM journal_event e WHERE e.subject_ref = d.ref
    ORDER BY e.seq DESC LIMIT 1),
  'tries', (SELECT json_agg(a ORDER BY a.id) FROM vouchers_paymentattempt a WHERE a.disbursement_id = d.id),
  'current', (SELECT row_to_json(z) FROM vouchers_payeeaccount z WHERE z.institution_id = d.payee_id AND z.is_current),
  'owed', (SELECT json_agg(t.verb) FROM journal_duty t WHERE t.subject_ref = d.ref AND t.closed_at IS NULL))
FROM vouchers_disbursement d JOIN vouchers_milestone m ON m.id = d.milestone_id JOIN vouchers_voucher v ON v.id = d.voucher_id
JOIN providers_institution i ON i.id = d.payee_id LEFT JOIN accounts_organisation q ON q.id = i.organisation_id
LEFT JOIN vouchers_payeeaccount y ON y.id = d.payee_account_id LEFT JOIN documents_document n ON n.id = d.invoice_document_id
LEFT JOIN documents_document w ON w.id = d.own_share_document_id
{_FROM_AGREEMENT}
WHERE d.id = %s
"""
_MILESTONE = f"""
SELECT json_build_object('milestone', row_to_json(m),
  {_AGREED})
FROM vouchers_milestone m
JOIN providers_institution i ON i.id = m.institution_id LEFT JOIN accounts_organisation q ON q.id = i.organisation_id
{_FROM_AGREEMENT}
WHERE m.id = %s
"""
ALL, MILESTONE = " ".join(_ALL.split()), " ".join(_MILESTONE.split())
_LOCK = "SELECT 1 FROM vouchers_disbursement WHERE id = %s FOR UPDATE"
_LOCK_OF = """
SELECT d.id FROM vouchers_disbursement d JOIN vouchers_paymentattempt a ON a.disbursement_id = d.id WHERE a.id = %s FOR UPDATE OF d
"""
_ATTEMPT = "SELECT row_to_json(a) FROM vouchers_paymentattempt a WHERE a.id = %s FOR UPDATE"


def locked(disbursement_id: int) -> Disbursement:
    """The row locked, then read with everything that the verbs look at. Raises: Disbursement.DoesNotExist.

    The lock is a statement of its own: one that waits while it reads would mix what stood before the wait with what stood after.
    """
    if prepared.first_row(_LOCK, [disbursement_id]) is None:
        raise Disbursement.DoesNotExist
    return _read(disbursement_id)


def locked_with(attempt_id: int) -> tuple[Disbursement, PaymentAttempt]:
    """A payment as `locked`, and a transfer of it, locked too. Raises: PaymentAttempt.DoesNotExist."""
    found = prepared.first_row(_LOCK_OF, [attempt_id])
    if found is None:
        raise PaymentAttempt.DoesNotExist
    disbursement = _read(found[0])
    return disbursement, joined(attempt_of(attempt_id), disbursement=disbursement)


def attempt_of(attempt_id: int) -> PaymentAttempt:
    """The transfer's row, locked. Raises: PaymentAttempt.DoesNotExist."""
    found = prepared.first_row(_ATTEMPT, [attempt_id])
    attempt = built(PaymentAttempt, found[0]) if found else None
    if attempt is None:
        raise PaymentAttempt.DoesNotExist
    attempt.as_read = dict(attempt.__dict__)
    return attempt


def milestone_of(milestone_id: int) -> Milestone:
    """With agreement, company, round and who is paid. An accepted one stays so, and who asks for its money waits for the voucher's
    lock, so the row needs none of its own. Raises: Milestone.DoesNotExist."""
    found = prepared.first_row(MILESTONE, [milestone_id])
    if found is None:
        raise Milestone.DoesNotExist
    return _milestone(found[0], _payee(found[0]))


@dataclass(frozen=True)
class RequestFacts:
    """What a request for money looks at. asked: was it asked for already; advanced: was the payee given an advance; number_used: by another request to the same payee;
    asked_won: of the voucher, neither paid nor closed; held_won: what the ledger holds for it."""

    voucher: Voucher
    account: PayeeAccount | None
    asked: bool
    number_used: bool
    asked_won: int
    held_won: int
    advanced: bool


_FACTS = """
SELECT row_to_json(v), (SELECT row_to_json(y) FROM vouchers_payeeaccount y WHERE y.institution_id = %(payee)s AND y.is_current),
  EXISTS (SELECT 1 FROM vouchers_disbursement d WHERE d.milestone_id = %(milestone)s AND d.kind = 'MILESTONE'),
  EXISTS (SELECT 1 FROM vouchers_disbursement d WHERE d.payee_id = %(payee)s AND d.invoice_no = %(number)s),
  (SELECT coalesce(sum(d.amount_won), 0)::bigint FROM vouchers_disbursement d WHERE d.voucher_id = v.id AND d.status NOT IN ('PAID', 'CLOSED')),
  coalesce((SELECT a.balance_won FROM vouchers_account a WHERE a.round_id = %(round)s AND a.kind = 'COMMITTED' AND a.owner_ref = v.ref), 0),
  EXISTS (SELECT 1 FROM vouchers_disbursement d WHERE d.voucher_id = v.id AND d.payee_id = %(payee)s AND d.kind = 'ADVANCE')
FROM vouchers_voucher v WHERE v.agreement_id = %(agreement)s
"""


def facts_of_request(milestone: Milestone, invoice_no: str) -> RequestFacts:
    """Read once the voucher is locked, so that two who ask at once count each other. Raises: Voucher.DoesNotExist."""
    prepared.first_row("SELECT 1 FROM vouchers_voucher WHERE agreement_id = %s FOR UPDATE", [milestone.agreement_id])
    given = {
        "payee": milestone.institution_id, "milestone": milestone.pk, "number": invoice_no, "round": milestone.agreement.round_id,
        "agreement": milestone.agreement_id,
    }  # fmt: skip
    found = prepared.first_row(_FACTS, given)
    voucher = built(Voucher, found[0]) if found else None
    if found is None or voucher is None:
        raise Voucher.DoesNotExist
    joined(voucher, agreement=milestone.agreement)
    return RequestFacts(voucher, built(PayeeAccount, found[1]), *found[2:])


_STANDING = """
SELECT g.status, v.status FROM vouchers_voucher v JOIN vouchers_agreement g ON g.id = v.agreement_id WHERE v.id = %s
"""


def standing_of(disbursement: Disbursement) -> tuple[str, str]:
    """(status of the agreement, status of the voucher) as they are once the voucher is locked."""
    prepared.first_row("SELECT 1 FROM vouchers_voucher WHERE id = %s FOR UPDATE", [disbursement.voucher_id])
    found = prepared.first_row(_STANDING, [disbursement.voucher_id])
    assert found is not None
    return found[0], found[1]


def tries_of(disbursement: Disbursement, *, but: int = 0) -> list[PaymentAttempt]:
    """Every transfer of a payment that is locked, the oldest first. but: id of one that is left out."""
    if disbursement.tries is None:
        sql = "SELECT row_to_json(a) FROM vouchers_paymentattempt a WHERE a.disbursement_id = %s ORDER BY a.id"
        disbursement.tries = _tries(disbursement, [one for (one,) in prepared.rows(sql, [disbursement.pk])])
    return [one for one in disbursement.tries if one.pk != but]


def _tries(disbursement: Disbursement, given: Sequence[Mapping[str, Any]]) -> list[PaymentAttempt]:
    return [joined(one, disbursement=disbursement) for one in (built(PaymentAttempt, row) for row in given) if one is not None]


def _read(disbursement_id: int) -> Disbursement:
    found = prepared.first_row(ALL, [disbursement_id])
    row = built(Disbursement, found[0]["disbursement"]) if found else None
    if found is None or row is None:
        raise Disbursement.DoesNotExist
    data, payee = found[0], _payee(found[0])
    milestone = _milestone(data, payee)
    voucher, account = built(Voucher, data["voucher"]), built(PayeeAccount, data["account"])
    assert voucher is not None
    joined(voucher, agreement=milestone.agreement)
    if account is not None:
        joined(account, institution=payee)
    joined(
        row, milestone=milestone, payee=payee, voucher=voucher, payee_account=account,
        invoice_document=built(Document, data["invoice"]), own_share_document=built(Document, data["proof"]),
    )  # fmt: skip
    row.tries, row.account_now = _tries(row, data["tries"] or ()), built(PayeeAccount, data["current"])
    row.as_read, row.last_event, row.owed = dict(row.__dict__), built(Event, data["last_event"]), set(data["owed"] or ())
    return row


def _payee(data: Mapping[str, Any]) -> Institution:
    payee = built(Institution, data["payee"])
    assert payee is not None
    return joined(payee, organisation=built(Organisation, data["payee_organisation"]))


def _milestone(data: Mapping[str, Any], payee: Institution) -> Milestone:
    milestone, agreement, company = (
        built(Milestone, data["milestone"]),
        built(Agreement, data["agreement"]),
        built(Company, data["company"]),
    )
    round_ = built(Round, data["round"])
    assert milestone is not None and agreement is not None and company is not None and round_ is not None
    round_.newest_policy = joined_policy(round_, data["policy"])
    joined(company, organisation=built(Organisation, data["firm"]))
    joined(agreement, company=company, round=round_)
    more = {"institution": payee} if milestone.institution_id == payee.pk else {}
    return joined(milestone, agreement=agreement, **more)


def joined_policy(round_: Round, given: Mapping[str, Any] | None) -> PolicyVersion | None:
    found = built(PolicyVersion, given)
    return joined(found, round=round_) if found is not None else None


# ── Claiming ─────────────────────────────────────────────────────────────────────────────────────────
_ANY = -1  # stands for an id in a statement that is composed once


def next_payable(gone: Sequence[int]) -> int | None:
    """Id of the payable row that waits the longest, which is locked then; rows that others hold are passed over. gone: not these."""
    found = prepared.first_row(*_waiting(clock.today(), tuple(gone)))
    return found[0] if found else None


def still_payable(disbursement_id: int) -> Disbursement | None:
    """The same row, asked once more now that it is locked."""
    sql, params = _asked_again()
    if prepared.first_row(sql, [disbursement_id if value == _ANY else value for value in params]) is None:
        return None
    found = prepared.first_row("SELECT row_to_json(d) FROM vouchers_disbursement d WHERE d.id = %s", [disbursement_id])
    return built(Disbursement, found[0]) if found else None


@lru_cache(maxsize=50)
def _waiting(today: date, gone: tuple[int, ...]) -> tuple[str, Sequence[Any]]:
    """The ORM's statement and its values, composed once a day."""
    waits = PayeeAccount.objects.filter(waits_until__gt=today)
    waiting = Disbursement.objects.payable().exclude(pk__in=gone).exclude(payee_account__in=waits.values("pk"))
    found = waiting.order_by("registered_at", "id").select_for_update(skip_locked=True).values_list("pk")[:1]
    return found.query.sql_with_params()


@lru_cache
def _asked_again() -> tuple[str, Sequence[Any]]:
    return Disbursement.objects.payable().filter(pk=_ANY).values_list("pk").query.sql_with_params()
