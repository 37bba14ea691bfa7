"""The only code that writes applications: drafting by the company, submission, and the officers' decisions."""

from vouchers.applications.actions.attaching import (
    attach_blind_document,
    attach_document,
    check_attachable,
    check_blind,
    remove_document,
    take_company_document,
)
from vouchers.applications.actions.batches import (
    go_on_batch,
    go_on_batches,
    start_batch,
)
from vouchers.applications.actions.commenting import resolve_comment, write_comment
from vouchers.applications.actions.copying import start_as_copy
from vouchers.applications.actions.deciding import (
    ask_rules,
    begin_check,
    begin_evaluation,
    find_eligible,
    find_ineligible,
    judge_rule,
    lapse,
    miss_supplements,
    place_on_reserve,
    reject,
    request_supplement,
    require_apart,
    resume_check,
    select,
)
from vouchers.applications.actions.drafting import choose_match, choose_need, drop_match, fix_matches, start
from vouchers.applications.actions.forgetting import (
    forget_drafts,
    forget_networks,
)
from vouchers.applications.actions.late import (
    confirm_late_entry,
    enter_late_code,
    expire_late_entries,
    propose_late_entry,
    reject_late_entry,
    revoke_late_entry,
    send_late_code,
)
from vouchers.applications.actions.rehearsing import apply_in_rehearsal
from vouchers.applications.actions.releasing import release_unused_matches
from vouchers.applications.actions.reopening import (
    reopen,
    reopen_check,
)
from vouchers.applications.actions.submitting import (
    certify,
    submit,
    submit_own,
    supply_supplement,
    sync_deadlines,
    sync_matches,
    withdraw,
)
from vouchers.applications.actions.telling import (
    tell_amendments,
)
from vouchers.applications.actions.writing import (
    merge_section,
    save_section,
)

__all__ = [
    "apply_in_rehearsal",
    "ask_rules",
    "attach_blind_document",
    "attach_document",
    "begin_check",
    "begin_evaluation",
    "certify",
    "check_attachable",
    "check_blind",
    "choose_match",
    "choose_need",
    "confirm_late_entry",
    "drop_match",
    "enter_late_code",
    "expire_late_entries",
    "find_eligible",
    "find_ineligible",
    "fix_matches",
    "forget_drafts",
    "forget_networks",
    "go_on_batch",
    "go_on_batches",
    "judge_rule",
    "lapse",
    "merge_section",
    "miss_supplements",
    "place_on_reserve",
    "propose_late_entry",
    "reject",
    "reject_late_entry",
    "release_unused_matches",
    "remove_document",
    "reopen",
    "reopen_check",
    "request_supplement",
    "require_apart",
    "resolve_comment",
    "resume_check",
    "revoke_late_entry",
    "save_section",
    "select",
    "send_late_code",
    "start",
    "start_as_copy",
    "start_batch",
    "submit",
    "submit_own",
    "supply_supplement",
    "sync_deadlines",
    "sync_matches",
    "take_company_document",
    "tell_amendments",
    "withdraw",
    "write_comment",
]  # fmt: skip
