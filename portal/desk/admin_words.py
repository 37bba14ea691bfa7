"""Columns of codes that the admin's lists tell in words: kinds of duties, events, records, roles, what was looked at."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts.rules import CONSENT_WORDS, Role
from portal.desk import duty_words, event_words, notice_words
from portal.kit.scanner import VERSION as DEMO_SCANNER
from portal.kit.words import pick
from providers.catalogue import queries as catalogue
from vouchers.applications.rules import document_label
from vouchers.rounds.rules import Phase


def column_words(model: Any, column: str) -> Callable[[Any], str] | None:
    """What says a row's code in that column in words; None for columns that hold words already."""
    name = f"{model._meta.model_name}.{column}"
    if name in {"event.frm", "event.to"}:
        return lambda event: event_state(event, getattr(event, column))
    if name in _ROWS:
        return _ROWS[name]
    words = _WORDS.get(name)
    return (lambda row: words(getattr(row, column))) if words else None


def code_words(model: Any, column: str) -> Callable[[Any], str] | None:
    """What says a code of that column in words, without its row."""
    return _WORDS.get(f"{model._meta.model_name}.{column}")


def event_state(event: Any, code: str) -> str:
    """A state that an event tells: of what its name is about (a review's event stands on the request), else of its subject."""
    told = _TOLD_STATES.get((event.name, code))
    if told is not None:
        return str(told)
    about = _ABOUT.get(event.name) or event.name.partition(".")[0]
    return str(_states(about).get(code) or "") or state(event.subject_type, code)


def state(kind: str, code: str) -> str:
    """A state of that kind of record in words; a role's name where the event is about a role."""
    return str(_states(kind).get(code) or Role.word(code)) if code else ""


@lru_cache(maxsize=100)
def _states(kind: str) -> dict[str, Any]:
    """Every code of a model's columns with choices, and its (lazy) word."""
    fields = [field for model in _models(kind) for field in model._meta.local_fields if field.choices]
    return {code: word for field in reversed(fields) for code, word in field.flatchoices}


def _models(kind: str) -> list[Any]:
    wanted = kind.replace("_", "").lower()
    return [m for m in apps.get_models() if m._meta.model_name == wanted and m.__module__.split(".")[0] in _HOUSE]


def record(code: str) -> str:
    """The name of a kind of record: `quote_request` is a quote request."""
    return _record(code, get_language() or "ko")


@lru_cache(maxsize=400)
def _record(code: str, language: str) -> str:
    named = _models(code)
    return str(named[0]._meta.verbose_name) if named else code.replace("_", " ")


def headline(row: Any) -> str:
    """What a row that has only a code for a name is called; "" for rows that have a name of their own."""
    words = _HEADLINES.get(row._meta.model_name)
    return str(words(row)) if words else ""


def task(code: str) -> str:
    """What somebody looked at: `admin: list user` is `Admin: list of people`, `milestone` the page of a milestone."""
    kind = code.removeprefix("admin: ")
    if kind == code:
        first, _space, ref = code.partition(" ")
        if first == "file":
            return gettext("File %(ref)s") % {"ref": ref}
        return str(_TASKS.get(code) or gettext("Page: %(what)s") % {"what": record(code)})
    way, _space, what = kind.rpartition(" ")
    if way == "list":
        words = gettext("Admin list: %(what)s")
    elif way == "export":
        words = gettext("Admin download: %(what)s")
    else:
        words = gettext("Admin page: %(what)s")
    return words % {"what": record(what)}


def role(code: str) -> str:
    return str(Role.word(code)) if code else ""


def roles(codes: list[str]) -> str:
    return ", ".join(role(code) for code in codes)


def file_kind(code: str) -> str:
    """What a file is: the papers of an application by their own words, the rest by these."""
    return str(_FILES.get(code.upper()) or document_label(code.upper()))


def scan_note(said: str) -> str:
    """What the scanner said; the demo's own says in the reader's language what it can do."""
    return gettext("The demo's scanner: knows only the EICAR test file") if said == DEMO_SCANNER else said


def area(code: str) -> str:
    return str(_AREAS.get(code, code))


def consent(code: str) -> str:
    return str(CONSENT_WORDS.get(code, code))


def consent_place(code: str) -> str:
    """Where a consent was asked."""
    return str(_CONSENT_PLACES.get(code, code))


def certainty(code: str) -> str:
    """How sure a fact is, by the code list of that name."""
    return catalogue.words("certainty").get("certainty", {}).get(code, code) if code else ""


def language(code: str) -> str:
    return str({"ko": _("Korean"), "en": _("English")}.get(code, code))


def owed_by(duty: Any) -> str:
    """Who has the ball: the person, the organisation, or whoever holds the role."""
    return str(duty.user or duty.organisation or Role.word(duty.role))


_ABOUT = {"application.rule_judged": "eligibility_check"}  # whose states an event tells, where its name does not say it
_TOLD_STATES = {("round.evaluation_begun", "ANNOUNCED"): Phase.CLOSED.label}  # the phase that people saw; the clock made it
BY_THE_PORTAL = {"event.by", "ledgerevent.by", "rolegrant.granted_by"}  # empty: nobody's hand, but no mystery either
_HOUSE = {"portal", "vouchers", "providers"}
_ROWS: dict[str, Callable[[Any], str]] = {"duty.owed_by": owed_by, "event.reason": event_words.reason}  # read more than a column
_AREAS = {
    "accounts": _("Accounts"), "documents": _("Files"), "journal": _("Duties and notices"), "providers": _("Providers"),
    "vouchers": _("Vouchers"),
}  # fmt: skip
_FILES = {
    "AGREEMENT": _("Agreement"), "DELIVERABLE": _("Deliverable"), "DRB_DECISION": _("DRB decision"),
    "IRB_DECISION": _("IRB decision"), "OWNERSHIP_CLAIM": _("Evidence for a disputed claim"),
    "OWN_SHARE": _("Proof of the own share"), "TAX_INVOICE": _("Tax invoice"), "INSPECTION": _("File of the report"),
    "FINDING": _("Proof"), "SETTLEMENT": _("Evidence of a settlement"), "RECEIPT": _("Proof of the transfer"),
    "OPINION": _("File of the opinion"), "AUDIT_FILE": _("Whole file of a project"), "PAYMENT_FILE": _("Payment file"),
    "PAYMENT_ANSWER": _("Answer to a payment file"), "OBJECTION": _("Evidence of an objection"),
    "SIGNING_AUTHORITY": _("Authority to sign"), "RULING": _("Ruling"), "GUARANTEE": _("Guarantee"),
}  # fmt: skip
_CONSENT_PLACES = {
    "account": _("The account page"), "company_page": _("The company page"), "company_registration": _("Registration of a company"),
    "signup": _("Sign-up"), "submission": _("Submission"),
}  # fmt: skip
_HEADLINES: dict[str, Callable[[Any], str]] = {
    "accesslog": lambda row: task(row.task),
    "codelist": lambda row: pick(row, "title"),
    "consent": lambda row: f"{row.word} · {row.user}",
    "event": lambda row: event_words.words(row.name),
}
_TASKS = {
    "access": _("Page of a data access case"), "company page": _("Page of a company"),
    "evaluation.file": _("Application, as an evaluator reads it"), "outcome": _("Outcome of an evaluation"),
    "project_plan": _("Plan of the project"), "payment of an audit sample": _("Payment of an audit sample"),
    "outcome surveys as a table": _("Outcome surveys as a table"),
}  # fmt: skip
_WORDS: dict[str, Callable[[str], str]] = {
    "accesslog.subject_type": record,
    "accesslog.task": task,
    "codelist.certainty": certainty,
    "consent.context": consent_place,
    "consent.kind": consent,
    "document.kind": file_kind,
    "document.scan_note": scan_note,
    "duty.role": role,
    "duty.subject_type": record,
    "duty.verb": duty_words.words,
    "event.name": event_words.words,
    "event.roles": roles,
    "event.subject_type": record,
    "notice.app": area,
    "notice.language": language,
    "notice.subject_type": record,
    "notice.template": notice_words.words,
    "paymentattempt.answer": event_words.known_reason,
    "rolegrant.reason": event_words.known_reason,
    "user.language": language,
}
