"""The browser's door of matching."""

from vouchers.matching.views.agreeing import agree, agreed, draft_verb
from vouchers.matching.views.asking import ask, asked, choose_need
from vouchers.matching.views.comparing import compare
from vouchers.matching.views.demand import demand
from vouchers.matching.views.describing import need_edit, need_fits, need_new
from vouchers.matching.views.feasibility import ask_count, count_answer, count_detail, count_verb, counts_inbox
from vouchers.matching.views.matches import match_detail, match_verb
from vouchers.matching.views.needs import home, need_copy, need_detail, need_verb, needs_list
from vouchers.matching.views.proposals import proposals
from vouchers.matching.views.quotes import quote_detail, quote_verb
from vouchers.matching.views.replaying import run_detail, why
from vouchers.matching.views.requests import inbox, quote_form, request_detail, request_verb
from vouchers.matching.views.sourcing import case_ask, case_detail, case_propose, case_verb, cases, proposal_answer

__all__ = [
    "agree",
    "agreed",
    "ask",
    "ask_count",
    "asked",
    "case_ask",
    "case_detail",
    "case_propose",
    "case_verb",
    "cases",
    "choose_need",
    "compare",
    "count_answer",
    "count_detail",
    "count_verb",
    "counts_inbox",
    "demand",
    "draft_verb",
    "home",
    "inbox",
    "match_detail",
    "match_verb",
    "need_copy",
    "need_detail",
    "need_edit",
    "need_fits",
    "need_new",
    "need_verb",
    "needs_list",
    "proposal_answer",
    "proposals",
    "quote_detail",
    "quote_form",
    "quote_verb",
    "request_detail",
    "request_verb",
    "run_detail",
    "why",
]
