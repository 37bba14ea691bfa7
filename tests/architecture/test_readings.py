"""Whose data does a page show? Every route and every admin page is decided here; an undecided one fails.

WRITTEN_DOWN: shows data of a person or a company to somebody who may stand outside of it, so the view (or the function of
its room that it fetches with) writes AccessLog. The others say why they need not.
"""

import ast
import inspect
import sys
from typing import Any

import pytest
from django.contrib import admin

from portal.kit.admin import VerbAdmin
from tests.architecture.test_routes import THIRD_PARTY, _module, routes

OWN = "the reader's own data, or those of their own organisation alone"
PUBLIC = "public facts, and public figures of organisations"
NAMES = "a list: titles, states and names of organisations, no data of persons"
ANSWER = "takes an answer and leads on; shows nothing of the row"
DEMO = "only in a demonstration, where no person is real"
WRITTEN_DOWN = "written down"

DECIDED: dict[str, dict[str, str]] = {
    "portal.desk.views": {
        "live": PUBLIC, "ready": PUBLIC, "metrics": PUBLIC, "front": PUBLIC, "favicon": PUBLIC, "privacy": PUBLIC,
        "home": NAMES, "move_clock": DEMO,
    },
    "portal.desk.styles": {"styles": DEMO},
    "portal.accounts.views.keys": {"keys": OWN, "revoke_key": ANSWER},
    "portal.accounts.views.standing_in": {
        "absences": OWN, "end_absence": ANSWER, "give_back": ANSWER,
        "duty": "what the reader owes with colleagues, and the names of those who hold the same role",
    },
    "portal.accounts.views.people": {
        "account": OWN, "consents": OWN, "notices": OWN, "organisation": OWN, "invite": OWN, "approve": ANSWER, "refuse": OWN,
        "end": OWN, "give_role": ANSWER, "end_role": ANSWER, "join": "who invites whom, to whoever holds the secret of the link",
    },
    "portal.journal.views": {"feed": OWN, "read": ANSWER, "open_notice": ANSWER, "mailbox": DEMO, "mail": DEMO},
    "providers.catalogue.views.reading": {"search": PUBLIC, "history": PUBLIC, "variable_list": PUBLIC, "series": PUBLIC, "series_verb": ANSWER},
    "providers.catalogue.views.writing": {"entry": OWN, "new": OWN, "section": OWN, "verb": ANSWER},
    "providers.catalogue.views.exporting": {
        "catalogue_document": PUBLIC, "dataset_document": PUBLIC, "schema_org": PUBLIC, "croissant": PUBLIC, "words": PUBLIC,
        "words_document": PUBLIC,
    },
    "providers.catalogue.views.importing": {"variables": OWN, "template": OWN},
    "providers.catalogue.views.imports": {
        "imports": NAMES, "report": "what became of catalogue records, to their institution and the registrar; no data of persons",
        "report_table": "as the report", "stop": ANSWER,
    },
    "providers.catalogue.views.sources": {
        "sources": NAMES, "source": "an address and its runs, to its institution and the registrar; staff who changed it by name",
        "source_new": OWN, "source_edit": "an address, to the registrar", "source_verb": ANSWER,
    },
    "providers.catalogue.views.own_series": {"series_new": OWN, "series_edit": OWN, "series_withdraw": OWN},
    "providers.catalogue.views.searches": {"saved": OWN, "forget": ANSWER},
    "providers.offers.views.onboarding": {
        "apply": OWN, "application": OWN, "edit_application": OWN, "withdraw_application": ANSWER, "service": OWN,
    },
    "providers.offers.views.sheets": {"sheet": OWN, "apply_sheet": OWN, "download_sheet": OWN},
    "providers.offers.views.pages": {"institution": PUBLIC, "institution_list": PUBLIC, "dataset": PUBLIC, "compare": PUBLIC, "home": OWN, "dataset_list": OWN, "new": OWN, "detail": OWN, "edit": OWN, "verb": OWN, "preview": "the next version of an entry, to its institution and to those who check it; no data of persons"},
    "vouchers.rounds.views.calls": {"rounds": PUBLIC, "detail": PUBLIC, "ask": OWN},
    "vouchers.rounds.views.papers": {"paper": PUBLIC, "dates": PUBLIC, "feed": PUBLIC},
    "vouchers.companies.views": {
        "mine": NAMES, "register": OWN, "join": ANSWER, "dispute": OWN, "dispute_detail": OWN, "detail": WRITTEN_DOWN, "edit": OWN,
        "certificate": OWN, "registration": OWN, "representative": OWN, "file": WRITTEN_DOWN,
    },
    "vouchers.matching.views.describing": {"need_new": OWN, "need_edit": WRITTEN_DOWN, "need_fits": WRITTEN_DOWN},
    "vouchers.matching.views.needs": {
        "home": NAMES, "needs_list": NAMES, "need_detail": WRITTEN_DOWN,
        "need_copy": WRITTEN_DOWN, "need_verb": WRITTEN_DOWN,
    },
    "vouchers.matching.views.feasibility": {
        "counts_inbox": NAMES, "ask_count": WRITTEN_DOWN, "count_detail": WRITTEN_DOWN, "count_answer": WRITTEN_DOWN, "count_verb": WRITTEN_DOWN,
    },
    "vouchers.matching.views.proposals": {"proposals": "what is needed of the institution's own data, without who needs it"},
    "vouchers.matching.views.asking": {"choose_need": OWN, "ask": WRITTEN_DOWN, "asked": WRITTEN_DOWN},
    "vouchers.matching.views.comparing": {"compare": WRITTEN_DOWN},
    "vouchers.matching.views.agreeing": {
        "draft_verb": WRITTEN_DOWN, "agreed": ANSWER,
        "agree": "a hospital's own quote, with the names of company and need, to whoever holds the secret of the link",
    },
    "vouchers.matching.views.replaying": {"run_detail": WRITTEN_DOWN, "why": WRITTEN_DOWN},
    "vouchers.matching.views.demand": {"demand": "groups of companies, none small enough to name one"},
    "vouchers.matching.views.sourcing": {
        "cases": NAMES, "case_detail": WRITTEN_DOWN, "case_verb": WRITTEN_DOWN, "case_propose": WRITTEN_DOWN, "case_ask": ANSWER,
        "proposal_answer": WRITTEN_DOWN,
    },
    "vouchers.matching.views.quotes": {"quote_detail": WRITTEN_DOWN, "quote_verb": WRITTEN_DOWN},
    "vouchers.matching.views.requests": {
        "inbox": NAMES, "request_detail": WRITTEN_DOWN, "quote_form": WRITTEN_DOWN, "request_verb": WRITTEN_DOWN,
    },
    "vouchers.matching.views.matches": {"match_detail": WRITTEN_DOWN, "match_verb": WRITTEN_DOWN},
    "vouchers.applications.views.asked": {"asked": "the empty form of a call, to the officers who write it"},
    "vouchers.applications.views.commenting": dict.fromkeys(("comment", "resolve_comment"), WRITTEN_DOWN),
    "vouchers.applications.views.fit": {"check": PUBLIC},
    "vouchers.applications.views.writing": {
        "applications": NAMES, "start": OWN, "section": WRITTEN_DOWN, "autosave": WRITTEN_DOWN, "need": WRITTEN_DOWN,
        "matches": WRITTEN_DOWN, "document": WRITTEN_DOWN, "blind_document": WRITTEN_DOWN, "take_document": WRITTEN_DOWN, "remove_document": WRITTEN_DOWN,
    },
    "vouchers.applications.views.late": {"late": OWN},
    "vouchers.applications.views.handing_in": dict.fromkeys(("submit", "supply_supplement", "withdraw"), WRITTEN_DOWN),
    "vouchers.applications.views.following": dict.fromkeys(
        ("detail", "preview", "receipt", "receipt_pdf", "why", "download_document"), WRITTEN_DOWN
    ),
    "vouchers.evaluation.views.presenting": {"dates": OWN},
    "vouchers.evaluation.views.pool": {
        "affiliations": OWN, "end_affiliation": OWN, "names": "names of companies and providers alone, before any assignment",
        "challenges": "the company's own challenges, and the names of the pool that its call publishes",
    },
    "vouchers.evaluation.views.panels": {"rescore": WRITTEN_DOWN, "reading": ANSWER},
    "vouchers.evaluation.views.evaluating": {
        "assignments": NAMES, "assignment": WRITTEN_DOWN, "accept": ANSWER, "recuse": "names of companies and providers, before the"
        " file opens", "decline": "names of companies and providers, before the file opens", "scores": WRITTEN_DOWN,
        "document": WRITTEN_DOWN, "result": WRITTEN_DOWN, "award": WRITTEN_DOWN, "accept_award": WRITTEN_DOWN,
        "decline_award": WRITTEN_DOWN, "verify": WRITTEN_DOWN, "verify_list": NAMES, "letter": WRITTEN_DOWN,
    },
    "vouchers.objections.views": {
        "objections": NAMES, **dict.fromkeys(("new", "detail", "withdraw", "document"), WRITTEN_DOWN),
    },
    "vouchers.agreements.views.changing": {"change": WRITTEN_DOWN},
    "vouchers.agreements.views.verifying": {"verify": "what stands in the very file that was brought, and whether it holds"},
    "vouchers.agreements.views.negotiating": {"answer": WRITTEN_DOWN, "negotiation": WRITTEN_DOWN},
    "vouchers.agreements.views.agreeing": {
        "agreements": NAMES, "draft": "sums and names of organisations, for the operator who writes the agreement",
        **dict.fromkeys(("detail", "sign", "refuse", "revise", "verb", "document", "reading_copy", "signatures"), WRITTEN_DOWN),
    },
    "vouchers.access.views": {
        "request_list": NAMES, "open_case": OWN,
        **dict.fromkeys(
            ("case_detail", "dossier", "propose_joint", "start_joint", "decide_joint", "request_detail", "letter", "request_step"),
            WRITTEN_DOWN,
        ),
    },
    "vouchers.milestones.views.changing": {
        "replan": NAMES, **dict.fromkeys(("change", "change_verb", "sign_change"), WRITTEN_DOWN),
    },
    "vouchers.milestones.views.grading": {
        "open_final": NAMES, **dict.fromkeys(("final", "final_verb", "grade", "object_to", "letter", "final_file"), WRITTEN_DOWN),
    },
    "vouchers.milestones.views.inspecting": dict.fromkeys(
        ("inspections", "inspection", "report", "report_file", "inspection_verb", "finding_file", "finding_verb"), WRITTEN_DOWN
    ),
    "vouchers.milestones.views.measuring": {"indicators": NAMES},
    "vouchers.milestones.views.delivering": {
        "milestone_list": NAMES, "plan": NAMES, **dict.fromkeys(("detail", "submit", "deliverable", "decide"), WRITTEN_DOWN),
    },
    "vouchers.payments.views.bank": {"demo_bank": DEMO, "demo_hand_in": DEMO, "demo_answer": DEMO},
    "vouchers.payments.views.disbursements": {
        "disbursement_list": NAMES, "request_disbursement": OWN,
        **dict.fromkeys(("detail", "resubmit", "confirm", "release", "resolve", "explain", "withdraw_return", "evidence", "decide"), WRITTEN_DOWN),
    },
    "vouchers.payments.views.files": {
        "file_list": NAMES, "new_file": NAMES,
        **dict.fromkeys(("file_detail", "file_download", "read_answer", "answer_download", "stop_waiting"), WRITTEN_DOWN),
    },
    "vouchers.settlements.views.settling": {
        "settlement_list": NAMES, **dict.fromkeys(("detail", "state", "object_to", "lower", "file"), WRITTEN_DOWN),
    },
    "vouchers.settlements.views.clawing": dict.fromkeys(
        ("clawback_detail", "opinion", "object_to_order", "lower_order", "opinion_file"), WRITTEN_DOWN
    ),
    "vouchers.settlements.views.ruling": dict.fromkeys(("ruling", "apply_ruling", "ruling_file"), WRITTEN_DOWN),
    "vouchers.settlements.views.auditing": {
        "make_audit_file": ANSWER, "audit_file": WRITTEN_DOWN, "audit_download": WRITTEN_DOWN,
        "verify_audit_file": "of a file that its reader holds: the number of the agreement",
    },
    "vouchers.outcomes.views": {
        "surveys": NAMES, **dict.fromkeys(("export", "survey", "answer", "waive"), WRITTEN_DOWN),
    },
    "vouchers.settlements.views.sampling": {
        "samples": NAMES, "new_sample": "rounds in which something was paid",
        **dict.fromkeys(("sample", "sample_item", "mark_finding", "clear_item", "finding_verb"), WRITTEN_DOWN),
    },
    "vouchers.settlements.views.debts": dict.fromkeys(("debt_detail", "report", "check", "enforce", "repay", "proof"), WRITTEN_DOWN),
    "vouchers.payments.views.planning": {"plan": WRITTEN_DOWN, "answer_warning": WRITTEN_DOWN},
    "vouchers.agreements.views.authority": {
        "authorities": NAMES, **dict.fromkeys(("authority", "authority_verb", "authority_document"), WRITTEN_DOWN),
    },
    "vouchers.payments.views.advancing": {"request_advance": OWN, "guarantee": WRITTEN_DOWN},
    "vouchers.payments.views.halting": {
        "resume": ANSWER, **dict.fromkeys(("new_halt", "halt", "halt_verb", "consent_halt"), WRITTEN_DOWN),
    },
    "vouchers.statistics.views": {"dashboard": PUBLIC, "export": PUBLIC, "register": PUBLIC},
    "portal.kit.api": {"view": PUBLIC},
    "vouchers.rounds.api": {"view": PUBLIC},
    "vouchers.statistics.api": {"view": PUBLIC},
    "vouchers.matching.api": {"view": ANSWER},
    "providers.institutions.api": {"view": PUBLIC},
    "providers.catalogue.api.reading": {"view": PUBLIC},
    "providers.catalogue.api.writing": {"view": "public facts, and the institution's own to its key"},
    "providers.offers.api": {"view": "public facts, and the institution's own to its key"},
    "django.views.i18n": {"set_language": ANSWER},
}  # fmt: skip
WRITERS = {"saw", "download", "application_or_404", "need_or_404"}  # the last two call saw, or are tested to below

# admin: no data of persons or companies on the object's page. Every other model's page is written down.
IMPERSONAL = {
    "ApiAnswer",
    "HarvestSource",
    "ImportRun",
    "Seal",
    "Round",
    "CodeList",
    "Institution",
    "Dataset",
    "DatasetSeries",
    "Offer",
    "Account",
    "LedgerEvent",
    "Job",
    "DeadLetter",
    "YearClosing",
}
LISTS_OF_PEOPLE = {
    "Absence",
    "ApiKey",
    "Signal",
    "User",
    "Membership",
    "RoleGrant",
    "Consent",
    "Notice",
    "PoolMember",
    "Affiliation",
}
# allauth registers these; no role may open them (see test_nobody_opens_what_other_apps_registered)
OF_OTHERS = {"Group", "EmailAddress", "Authenticator", "UserSession"}


def _views() -> dict[tuple[str, str], Any]:
    return {
        (_module(view), getattr(view, "__name__", "")): view
        for path, view in routes()
        if "admin/" not in path and not _module(view).startswith(THIRD_PARTY)
    }


def test_every_route_is_decided() -> None:
    decided = {(module, name) for module, views in DECIDED.items() for name in views}
    undecided, gone = sorted(set(_views()) - decided), sorted(decided - set(_views()))
    assert not undecided, f"Do they show data of a person or a company to outsiders? Decide it above: {undecided}"
    assert not gone, f"These are no routes any more: {gone}"


def _calls(module: str) -> dict[str, set[str]]:
    """Function → names that it calls or passes on, in one module."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    found = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            inside = list(ast.walk(node))
            found[node.name] = {n.id for n in inside if isinstance(n, ast.Name)} | {
                n.attr for n in inside if isinstance(n, ast.Attribute)
            }
    return found


@pytest.mark.parametrize("module", sorted(DECIDED))
def test_what_is_to_be_written_down_is_written_down(module: str) -> None:
    wanted = [name for name, decision in DECIDED[module].items() if decision == WRITTEN_DOWN]
    calls = _calls(module)
    silent = []
    for view in wanted:
        reached, todo = set(), [view]
        while todo:
            one = todo.pop()
            if one not in reached:
                reached.add(one)
                todo += calls.get(one, set())
        if not reached & WRITERS:
            silent.append(view)
    assert not silent, f"{module}: {silent} show others' data and write no AccessLog"


@pytest.mark.parametrize(("module", "name"), [
    ("portal.documents.responses", "download"), ("vouchers.companies.actions.readings", "saw"),
    ("vouchers.applications.views.fetch", "application_or_404"), ("vouchers.matching.views.needs", "need_or_404"),
])  # fmt: skip
def test_the_rooms_own_words_for_it_do_write(module: str, name: str) -> None:
    assert "saw" in _calls(module)[name]


def test_every_admin_page_is_decided() -> None:
    found = {model.__name__: registered for model, registered in admin.site._registry.items()}
    assert set(found) >= IMPERSONAL | LISTS_OF_PEOPLE | OF_OTHERS
    for name, registered in found.items():
        if name in OF_OTHERS:
            continue
        written = isinstance(registered, VerbAdmin) and registered.shows_persons
        assert written is (name not in IMPERSONAL), f"{name}: say whether its page shows data of persons (shows_persons)"
        assert getattr(registered, "lists_persons", False) is (name in LISTS_OF_PEOPLE), name
