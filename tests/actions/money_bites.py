"""For each guard of a money table a write that it alone refuses, in plain SQL: what a forger with the owner's rights would try.

`{name}` in a statement stands for an id of the scene (test_money_guards.py). Foreign keys, sums that are not below zero and
unique columns are tried there by their definition; here stand the others, every branch of every trigger.
"""

from dataclasses import dataclass, field

TABLES = (
    "vouchers_account", "vouchers_ledgerevent", "vouchers_entry", "vouchers_voucher", "vouchers_disbursement",
    "vouchers_paymentattempt", "vouchers_payeeaccount", "vouchers_paymentfile", "vouchers_paymentanswer", "vouchers_debt",
    "vouchers_receipt",
)  # fmt: skip
A, L, E, V, D, P, Y, F, N, B, R = TABLES


@dataclass(frozen=True)
class Copy:
    """INSERT of a copy of that row with other values (SQL) in some columns."""

    table: str
    row: str
    columns: dict[str, str] = field(default_factory=dict)


Write = str | Copy


@dataclass(frozen=True)
class Bite:
    """guard: a trigger, constraint or unique index; says: what the refusal names; beside: guards that it needs beside it."""

    guard: str
    writes: tuple[Write, ...]
    says: str = ""
    beside: tuple[str, ...] = ()


def bite(guard: str, *writes: Write, says: str = "", beside: tuple[str, ...] = ()) -> Bite:
    return Bite(guard, writes, says, beside)


def copy(table: str, row: str, **columns: str) -> Copy:
    return Copy(table, row, columns)


def change(table: str, row: str, words: str) -> str:
    return f"UPDATE {table} SET {words} WHERE id = {{{row}}}"


def bites() -> list[Bite]:
    return [*_ledger(), *_voucher(), *_disbursement(), *_attempt(), *_account(), *_file(), *_answer(), *_debt(), *_receipt()]


def _ledger() -> list[Bite]:
    never, balance = "the ledger is append-only", "moves only with its entries"
    event = copy(L, "event", ref="'lev-x'", key="'forged'")
    pot = copy(A, "paid_pot", ref="'acc-x'", owner_ref="'x'", balance_won="0")
    overspent = (
        copy(L, "event", ref="'lev-x'", key="'forged'", amount_won="900000000000"),
        f"INSERT INTO {E} (event_id, account_id, amount_won) SELECT id, unnest(ARRAY[{{committed}}, {{paid_pot}}]),"
        f" unnest(ARRAY[-amount_won, amount_won]) FROM {L} WHERE key = 'forged'",
    )  # fmt: skip
    return [
        bite("ledger_entry_immutable", change(E, "entry", "amount_won = amount_won + 1"), says=never),
        bite("ledger_entry_immutable", f"DELETE FROM {E} WHERE id = {{entry}}", says=never),
        bite("ledger_entry_no_truncate", f"TRUNCATE {E}", says=never),
        bite("ledger_event_immutable", change(L, "event", "amount_won = amount_won + 1"), says=never),
        bite("ledger_event_immutable", event, f"DELETE FROM {L} WHERE key = 'forged'", says=never),
        bite("ledger_event_no_truncate", f"TRUNCATE {L} CASCADE", says=never),
        bite("ledger_events_balanced", event, says="does not balance"),
        bite("ledger_entries_balanced", copy(E, "entry", account_id="{free_pot}", amount_won="7"), says="does not balance"),
        bite("ledger_entry_balance", *overspent, says="account_no_overdraft", beside=("account_no_overdraft",)),
        bite("account_no_overdraft", *overspent, beside=("ledger_entry_balance",)),
        bite("account_no_overdraft", change(A, "committed", "balance_won = -1")),
        bite("entry_not_zero", copy(E, "entry", account_id="{free_pot}", amount_won="0")),
        bite("ledger_account_guard", change(A, "paid_pot", "balance_won = balance_won + 1"), says=balance),
        bite("ledger_account_guard", change(A, "free_pot", "kind = 'PAID'"), says=balance),
        bite("ledger_account_guard", change(A, "free_pot", "owner_ref = 'x'"), says=balance),
        bite("ledger_account_guard", change(A, "free_pot", "round_id = {rehearsal}"), says=balance),
        bite("ledger_account_guard", copy(A, "paid_pot", ref="'acc-x'", owner_ref="'x'"), says="opens with nothing"),
        bite("ledger_account_guard", pot, f"DELETE FROM {A} WHERE ref = 'acc-x'", says="is never deleted"),
        bite("ledger_account_within_call", change(A, "treasury", "balance_won = -1000000000000000"), says="the call says"),
        bite(
            "ledger_within_year",
            change(A, "committed", "closed_in = 2027"),
            copy(L, "event", ref="'lev-x'", key="'forged'", amount_won="1"),
            f"INSERT INTO {E} (event_id, account_id, amount_won) SELECT id, unnest(ARRAY[{{committed}}, {{paid_pot}}]), unnest(ARRAY[-1, 1]) FROM {L} WHERE key = 'forged'",
            says="was closed",
        ),
        bite(
            "ledger_within_year",
            change(A, "free_pot", "closed_in = 2027"),
            copy(L, "event", ref="'lev-x'", key="'forged'", kind="'RELEASED'", amount_won="1"),
            f"INSERT INTO {E} (event_id, account_id, amount_won) SELECT id, unnest(ARRAY[{{committed}}, {{free_pot}}]), unnest(ARRAY[-1, 1]) FROM {L} WHERE key = 'forged'",
            says="was closed",
        ),
        bite(
            "account_stays_closed",
            change(A, "committed", "closed_in = 2027"),
            change(A, "committed", "closed_in = NULL"),
            says="stays closed",
        ),
        bite(
            "account_stays_closed",
            change(A, "committed", "closed_in = 2027"),
            change(A, "committed", "closed_in = NULL, carried_to = 2028"),
            says="stays closed",
        ),
        bite("rehearsal_account_guard", change(A, "paid_pot", "round_id = {rehearsal}"), says="never has money"),
        bite(
            "rehearsal_ledger_guard", copy(L, "event", ref="'lev-x'", key="'x'", round_id="{rehearsal}"), says="never has money"
        ),
    ]


def _voucher() -> list[Bite]:
    agreed, guard = "carries the grant of its agreement", "agreements_voucher_guard"
    twin = copy(V, "voucher", ref="'vch-x'", number="'X'")
    return [
        bite(guard, change(V, "voucher", "grant_won = grant_won + 1"), says=agreed),
        bite(guard, change(V, "voucher", "number = 'forged'"), says=agreed),
        bite(guard, copy(V, "voucher", ref="'vch-x'", number="'X'", grant_won="1"), says=agreed),
        bite(guard, twin, f"DELETE FROM {V} WHERE ref = 'vch-x'", says="is never deleted"),
        bite("voucher_covers_asked", change(V, "voucher", "grant_won = 1"), says="won were asked of it"),
        bite("voucher_end_guard", change(V, "voucher", "status = 'EXPIRED'"), says="money is still committed"),
        bite("voucher_end_guard", change(V, "voucher", "status = 'SPENT'"), says="money is still committed"),
        bite(
            "voucher_end_guard", change(V, "voucher", "status = 'CANCELLED'"), change(V, "voucher", "status = 'ISSUED'"),
            says="it has ended already",
        ),
    ]  # fmt: skip


def _disbursement() -> list[Bite]:
    guard, ends = "disbursement_guard", change(V, "voucher", "status = 'EXPIRED'")
    approve = change(D, "checked", "status = 'APPROVED', approved_by_id = {finance}, approved_at = now()")
    infect = "UPDATE documents_document SET scan_state = 'INFECTED' WHERE id = {checked_invoice}"
    early = "approved_at = now() - interval '1 day', approved_by_id = {finance}, registered_by_id = {registrar}"
    huge, fixed = "amount_won = 900000000000, supply_amount_won = 900000000000", "amount and payee never change"
    twin = copy(D, "checked", ref="'dsb-x'", invoice_no="'X'", milestone_id="{planned}", amount_won="1")
    return [
        bite(guard, f"DELETE FROM {D} WHERE id = {{checked}}", says="is never deleted"),
        bite(guard, change(D, "checked", huge), says="more than the voucher"),
        bite(guard, change(D, "checked", "amount_won = amount_won - 1"), says=fixed),
        bite(guard, change(D, "checked", "milestone_id = {planned}"), says=fixed),
        bite(guard, change(D, "checked", "payee_id = {other_payee}"), says=fixed),
        bite(guard, change(D, "paid", "status = 'REGISTERED', paid_at = NULL"), says="paid stays paid"),
        bite(guard, change(D, "registered", "status = 'SENT_BACK'"), says="nothing of it came back"),
        bite(guard, change(D, "sent", "status = 'FAILED'"), says="fails only when the bank refused"),
        bite(guard, change(D, "registered", "status = 'PAID', paid_at = now()"), says="paid only by a paid attempt"),
        bite(guard, change(D, "back", f"status = 'REGISTERED', {early}"), says="its money came back since it was approved"),
        bite(guard, change(D, "registered", "status = 'CLOSED'"), says="closed once"),
        bite(guard, change(D, "registered", "payee_account_id = NULL"), says="its account is not verified"),
        bite(guard, twin, says="its milestone is not accepted"),
        bite("disbursement_voucher_guard", ends, approve, says="its voucher is"),
        bite(
            "disbursement_release_guard", change(D, "back", "approved_by_id = {second}"), says="who said that its money came back"
        ),
        bite("disbursement_release_guard", change(D, "sent", "status = 'RETURNED'"), says="is under way"),
        bite("disbursement_files_guard", infect, approve, says="the virus scan holds"),
        bite("disbursement_way_guard", change(D, "sent", "way = 'PAIN_001'"), says="it was tried and keeps its way"),
        bite("disbursement_way_guard", change(D, "registered", "way = 'NETWORK'"), says="its round does not pay by"),
        bite("disbursement_registered_way", change(D, "registered", "way = ''")),
        bite("disbursement_account_guard", change(D, "sent", "payee_account_id = NULL"), says="is under way to its account"),
        bite(
            "disbursement_account_guard",
            change(Y, "payee", "waits_until = '2999-01-01'"),
            change(D, "refused", "status = 'REGISTERED', registered_at = now()"),
            says="changed and waits",
        ),
        bite("disbursement_amount", change(D, "checked", "amount_won = 0")),
        bite("disbursement_within_supply", change(D, "checked", "supply_amount_won = amount_won - 1")),
        bite(
            "disbursement_one_advance",
            copy(D, "checked", ref="'dsb-x'", invoice_no="'x'", kind="'ADVANCE'"),
            copy(D, "checked", ref="'dsb-y'", invoice_no="'y'", kind="'ADVANCE'"),
        ),
        bite("disbursement_advance_nets_nothing", change(D, "checked", "kind = 'ADVANCE', netted_won = 1")),
        bite("disbursement_guard_advance", change(D, "checked", "netted_won = 1"), says="tranche and what is netted"),
        bite(
            "disbursement_guard_advance",
            copy(D, "checked", ref="'dsb-x'", invoice_no="'x'", netted_won="1"),
            says="nets what was paid in advance",
        ),
        bite(
            "disbursement_guard_advance",
            copy(D, "checked", ref="'dsb-x'", invoice_no="'x'", kind="'ADVANCE'", amount_won="900000000000"),
            says="more in advance than the round allows",
        ),
        bite(
            "disbursement_guard_advance",
            copy(D, "checked", ref="'dsb-x'", invoice_no="'x'", kind="'ADVANCE'", amount_won="0", status="'REQUESTED'"),
            f"UPDATE {D} SET status = 'APPROVED' WHERE ref = 'dsb-x'",
            says="waits for a guarantee",
        ),
        bite("disbursement_approved_whole", change(D, "checked", "status = 'APPROVED'")),
        bite("disbursement_registered_whole", change(D, "registered", "registered_by_id = NULL")),
        bite("disbursement_registrar_not_approver", change(D, "registered", "registered_by_id = approved_by_id")),
        bite("disbursement_approver_not_checker", change(D, "registered", "approved_by_id = checked_by_id")),
        bite(
            "disbursement_unregister_guard",
            change(D, "sent", "status = 'APPROVED', registered_by_id = NULL, registered_at = NULL"),
            says="its registration stands",
        ),
        bite("disbursement_not_registered", change(D, "registered", "status = 'APPROVED'")),
        bite(
            "disbursement_not_approved",
            change(D, "registered", "status = 'EVIDENCE_CHECKED', registered_by_id = NULL, registered_at = NULL"),
        ),
        bite("disbursement_paid_pair", change(D, "paid", "paid_at = NULL")),
        bite("disbursement_paid_pair", change(D, "registered", "paid_at = now()")),
    ]


def _attempt() -> list[Bite]:
    guard, more = "attempt_guard", "not registered, or more than approved"
    again = {"ref": "'att-x'", "key": "'forged'", "state": "'CLAIMED'"}
    other = {**again, "disbursement_id": "{registered}", "approved_by_id": "{second}"}
    ends, send = change(V, "voucher", "status = 'EXPIRED'"), change(P, "claimed_attempt", "state = 'SENT'")
    infect = "UPDATE documents_document SET scan_state = 'INFECTED' WHERE id = {claimed_invoice}"
    past = (
        ("sent_attempt", "key = 'forged'"), ("sent_attempt", "amount_won = amount_won - 1"),
        ("sent_attempt", "approved_by_id = NULL"), ("sent_attempt", "registered_by_id = NULL"),
        ("sent_attempt", "disbursement_id = {checked}"), ("sent_attempt", "state = 'CLAIMED'"),
        ("paid_attempt", "state = 'REFUSED'"), ("paid_attempt", "state = 'SENT'"), ("refused_attempt", "state = 'SENT'"),
        ("claimed_attempt", "state = 'PAID'"), ("claimed_attempt", "state = 'REFUSED'"), ("back_attempt", "state = 'PAID'"),
        ("back_attempt", "state = 'PARKED'"),
    )  # fmt: skip
    return [
        *(bite(guard, change(P, row, words), says="its past never changes") for row, words in past),
        bite(guard, f"DELETE FROM {P} WHERE id = {{sent_attempt}}", says="is never deleted"),
        bite(guard, change(P, "sent_attempt", "resolved_by_id = approved_by_id"), says="by who released it"),
        bite(guard, change(P, "sent_attempt", "explained_by_id = registered_by_id"), says="by who released it"),
        bite(guard, copy(P, "sent_attempt", **again), says=more),
        bite(guard, copy(P, "paid_attempt", **again), says=more),
        bite(guard, copy(P, "paid_attempt", **{**again, "disbursement_id": "{registered}", "state": "'SENT'"}), says=more),
        bite(guard, copy(P, "refused_attempt", **other), says="released by others"),
        bite(
            "attempt_release_guard_claimed", copy(P, "back_attempt", **again), says="does not show that the former one came back"
        ),
        bite("attempt_release_guard_sent", ends, send, says="its agreement is not in force"),
        bite("attempt_release_guard_sent", infect, send, says="the virus scan holds"),
        bite("attempt_one_live", copy(P, "sent_attempt", **again)),
        *(
            bite("attempt_way_guard", change(P, "filed_attempt", f"{column} = NULL"), says="its file and account never change")
            for column in ("file_id", "paid_by_id", "account_id")
        ),
        bite("attempt_way_guard", copy(P, "sent_attempt", **again, account_id="{other_account}"), says="to another account than"),
        bite("attempt_way_guard", copy(P, "filed_attempt", **again, file_id="NULL", paid_by_id="NULL"), says="by another way"),
        bite(
            "attempt_way_guard", copy(P, "sent_attempt", **again, file_id="{file}", paid_by_id="{second}"), says="by another way"
        ),
        bite(
            "attempt_way_guard",
            change(Y, "payee", "waits_until = '2999-01-01'"),
            copy(P, "sent_attempt", **again, disbursement_id="{registered}"),
            says="changed and waits",
        ),
        bite("attempt_file_pair", change(P, "sent_attempt", "paid_by_id = {second}")),
        bite("attempt_payer_did_not_release", change(P, "filed_attempt", "paid_by_id = approved_by_id")),
        bite("attempt_payer_did_not_release", change(P, "filed_attempt", "paid_by_id = registered_by_id")),
        *(
            bite("attempt_payer_guard", change(P, "filed_attempt", words), says="by who handed it over")
            for words in ("resolved_by_id = paid_by_id", "explained_by_id = paid_by_id", "withdrawn_by_id = paid_by_id")
        ),
        bite("payment_file_whole_lines", copy(P, "filed_attempt", **again), says="it says"),
        bite("attempt_shown_back_is_sent_back", change(P, "paid_attempt", "shown_back_at = now()")),
    ]


def _account() -> list[Bite]:
    return [
        bite("payee_account_current", copy(Y, "payee", ref="'pay-x'")),
        bite("payee_account_four_eyes", change(Y, "payee", "verified_by_id = entered_by_id")),
        *(bite("payee_account_keeps", change(Y, "payee", words), says="another account is a new row")
          for words in ("number = '12345678'", "waits_until = '2999-01-01'", "contact = 'x@y.example'")),
    ]  # fmt: skip


def _file() -> list[Bite]:
    twin = copy(F, "file", ref="'pfl-x'")
    return [
        bite("payment_file_keeps", change(F, "file", "total_won = total_won + 1"), says="written once"),
        bite("payment_file_keeps", twin, f"DELETE FROM {F} WHERE ref = 'pfl-x'", says="written once"),
        bite("payment_files_stay", f"TRUNCATE {F} CASCADE", says="is never emptied"),
        bite("payment_file_whole", twin, says="it says"),
        bite("payment_file_way", change(F, "file", "way = 'GATEWAY'")),
        bite("payment_file_sum", change(F, "file", "line_count = 0")),
        bite("payment_file_sum", change(F, "file", "total_won = line_count - 1")),
        bite("payment_file_account", change(F, "file", "account = ''")),
    ]


def _answer() -> list[Bite]:
    return [
        bite("payment_answer_keeps", change(N, "answer", "message_id = 'forged'"), says="written once"),
        bite("payment_answer_keeps", f"DELETE FROM {N} WHERE id = {{answer}}", says="written once"),
        bite("payment_answers_stay", f"TRUNCATE {N}", says="is never emptied"),
        *(bite("payment_answer_guard", copy(N, "answer", ref="'pan-x'", read_by_id=who), says="read by who released")
          for who in ("{finance}", "{registrar}")),
    ]  # fmt: skip


def _debt() -> list[Bite]:
    guard = "debt_guard"
    return [
        bite(guard, f"DELETE FROM {B} WHERE id = {{refund}}", says="a debt is never deleted"),
        bite(guard, change(B, "refund", "principal_won = principal_won + 1"), says="it only falls"),
        bite(guard, change(B, "refund", "due_on = due_on - 1"), says="it only falls"),
        bite(guard, change(B, "refund", "status = 'PAID'"), says="are owed"),
        bite("debt_within_order", change(B, "ordered", "principal_won = principal_won - 1"), says="the order has"),
        bite("debt_within_paid", copy(B, "refund", ref="'dbt-x'", principal_won="900000000000"), says="the voucher holds"),
        bite("debt_within_paid", copy(B, "refund", ref="'dbt-x'", principal_won="27000000"), says="the voucher holds"),
        bite("debt_as_taken", copy(B, "taken", ref="'dbt-x'", principal_won="7"), says="it is what the termination takes back"),
        bite("debt_suspended_pair", change(B, "refund", "status = 'SUSPENDED'")),
        bite("debt_of_what", change(B, "refund", "kind = 'SURCHARGE'")),
    ]


def _receipt() -> list[Bite]:
    guard, confirmed = "receipt_guard", {"status": "'CONFIRMED'", "decided_by_id": "{finance}", "decided_at": "now()"}
    confirm = "status = 'CONFIRMED', decided_by_id = {finance}, decided_at = now()"
    return [
        bite(guard, f"DELETE FROM {R} WHERE id = {{receipt}}", says="a receipt is never deleted"),
        bite(guard, change(R, "receipt", "amount_won = amount_won + 1"), says="what was reported stays"),
        bite(guard, change(R, "receipt", f"{confirm}, principal_won = 900000000000"), says="would have come"),
        bite(guard, copy(R, "receipt", **confirmed, ref="'rcp-x'", is_repayment="true", principal_won="amount_won"), says="more would go back"),
        bite("receipt_begins", copy(R, "receipt", **confirmed, ref="'rcp-x'", principal_won="amount_won"), says="it is reported first"),
        bite("receipt_on_the_statement", change(R, "receipt", f"{confirm}, bank_ref = ''")),
        bite("receipt_amount", change(R, "receipt", "amount_won = 0")),
        bite("receipt_four_eyes", change(R, "receipt", "decided_by_id = reported_by_id")),
        bite("receipt_shared_whole", change(R, "receipt", "principal_won = 1")),
    ]  # fmt: skip
