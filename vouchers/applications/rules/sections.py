"""What an application asks, section by section, and what is still missing. Pure; forms and pages read this one table."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.kit.won import won
from vouchers.applications.rules.blinding import BLIND, blind_wanted
from vouchers.applications.rules.questions import applies, asked_in, lacking
from vouchers.applications.rules.stages import SectionKey, SectionState
from vouchers.matching.rules import RegulatoryRoute
from vouchers.rounds.rules import DocumentKind, Question, QuestionKind

type Text = str | Promise


# what may be attached: whatever a policy can require, and anything else that supports the application
DOCUMENT_WORDS: dict[str, Text] = {**dict(DocumentKind.choices()), "OTHER": _("Other supporting document")}


def document_label(kind: str) -> Text:
    """The word of a document kind; a kind that a policy invented is shown as it is written there."""
    return DOCUMENT_WORDS.get(kind) or kind.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Field:
    """One question. kind: line, text, choice, check, number or won. limit: characters, or the largest number."""

    name: str
    kind: str
    label: Text
    hint: Text = ""
    limit: int = 200
    required: bool = True
    choices: tuple[tuple[str, Text], ...] = ()
    rows: int = 4


@dataclass(frozen=True)
class Declaration:
    """A yes that is asked for, with the version of its words. refusable: the law lets it be no (PIPA Art. 16, 22)."""

    kind: str
    version: str
    title: Text
    text: Text
    refusable: bool = False


DECLARATIONS: tuple[Declaration, ...] = (
    Declaration(
        "PRIVACY",
        "2027-1",
        _("I agree to the collection and use of personal data."),
        _(
            "Purpose: receiving, checking and evaluating this application and running the project. Items: name, work e-mail"
            " and role of the persons in charge. Kept: five years after the project ends. You may refuse; the application"
            " cannot then be received."
        ),
    ),
    Declaration(
        "THIRD_PARTY",
        "2027-1",
        _("I agree that the application is given to third parties."),
        _(
            "Recipients: the operating agency, the evaluators and the data providers that you chose. Purpose: evaluation,"
            " agreement and delivery. Items: the application and the persons in charge. Kept: until five years after the"
            " project ends. You may refuse; the application cannot then be evaluated."
        ),
    ),
    Declaration(
        "ELECTRONIC_SERVICE",
        "2027-1",
        _("I agree to receive notices and decisions electronically."),
        _(
            "Decisions are served at the address for electronic service of your company. You may refuse; decisions then come"
            " by post and deadlines run from their arrival."
        ),
        refusable=True,
    ),
    Declaration(
        "NO_PROXY",
        "2027-1",
        _("We wrote this application ourselves; no broker applies in our name."),
        _("Applications by proxy or for a success fee are excluded, and the grant is recovered."),
    ),
    Declaration(
        "NO_DUPLICATE",
        "2027-1",
        _("The same content receives no other public support."),
        _("If the same data work is already supported by another programme, the duplicate part is not paid."),
    ),
    Declaration(
        "TRUTH",
        "2027-1",
        _("What we state is true and the documents are unaltered."),
        _("False statements lead to exclusion, recovery of the grant and a restriction of participation."),
    ),
)


def declaration_field(kind: str) -> str:
    return f"declare_{kind.lower()}"


FIELDS: Mapping[str, tuple[Field, ...]] = {
    SectionKey.COMPANY: (
        Field(
            "introduction",
            "text",
            _("What the company does"),
            _("Products, customers, experience with medical data."),
            800,
        ),
        Field(
            "employees",
            "number",
            _("Employees"),
            _("Persons with employment insurance today."),
            100_000,
            required=False,
        ),
        Field(
            "contact_role",
            "line",
            _("Role of the person in charge"),
            _("For example: research lead. No names: evaluators read this."),
            80,
        ),
        Field("confirmed", "check", _("The company facts are right.")),
    ),
    SectionKey.PROJECT: (
        Field("title", "line", _("Project title"), _("Product and purpose in one line. No company name."), 150),
        Field(
            "summary",
            "text",
            _("Summary"),
            _("Three sentences that somebody outside the field understands."),
            600,
            rows=3,
        ),
        Field("product", "text", _("Product or service"), _("What it is, who uses it, what exists today."), 1500),
        Field(
            "problem",
            "text",
            _("Problem to be solved"),
            _("Which medical or business problem, and how large it is."),
            1500,
        ),
        Field("ai_method", "text", _("AI method"), _("Model, training and validation data, measures of success."), 2000),
        Field("expected_outcome", "text", _("Expected outcome"), _("What will be there at the end, in figures."), 1500),
        Field(
            "regulatory_route",
            "choice",
            _("Market and regulatory route"),
            _("The route that you plan today."),
            choices=tuple(RegulatoryRoute.choices()),
        ),
        Field("market", "text", _("Way to the market"), _("Customers, price, partners, approvals and their dates."), 1500),
        Field(
            "team",
            "text",
            _("Team"),
            _("Roles and experience, no names: for example “data scientist, 6 years CT”."),
            1500,
        ),
        Field("schedule", "text", _("Schedule"), _("Steps with months, from the agreement to the final report."), 1500),
    ),
    SectionKey.DATA_NEED: (
        Field("use_plan", "text", _("Why this data, and what for"), _("Which question it answers in your project."), 1500),
        Field(
            "protection",
            "text",
            _("How the data is protected"),
            _("Place of work, persons with access, deletion."),
            1500,
        ),
    ),
    SectionKey.BUDGET: (
        Field(
            "planned_supply_won",
            "won",
            _("Planned supply amount (VAT excluded)"),
            _("What providers will invoice for processing and analysis. Used until quotes are chosen."),
            10_000_000_000,
            required=False,
        ),
        Field(
            "planned_taxable_won",
            "won",
            _("Of this: subject to VAT"),
            _("Leave empty when all of it is subject to VAT."),
            10_000_000_000,
            required=False,
        ),
        Field(
            "own_in_kind_won",
            "won",
            _("Own contribution in kind"),
            _("For example staff hours and own equipment. It is no part of the supply amount."),
            10_000_000_000,
            required=False,
        ),
        Field("cost_reason", "text", _("Why these costs are needed"), _("Link each cost to a step of the project."), 1500),
    ),
    SectionKey.DOCUMENTS: (),
    SectionKey.DECLARATIONS: tuple(
        Field(declaration_field(d.kind), "check", d.title, d.text, required=not d.refusable) for d in DECLARATIONS
    ),
}
ORDER: tuple[SectionKey, ...] = tuple(SectionKey)


def question_label(section: str, name: str) -> Text:
    """The words of one question; of the documents, of one kind of file."""
    if section == SectionKey.DOCUMENTS:
        return document_label(name)
    return next((f.label for f in FIELDS[SectionKey(section)] if f.name == name), name)


def following(key: SectionKey) -> SectionKey | None:
    """The section after this one; None behind the last."""
    at = ORDER.index(key) + 1
    return ORDER[at] if at < len(ORDER) else None


@dataclass(frozen=True)
class Missing:
    """One thing that is missing. field: where to mend it (an id on the section's page)."""

    field: str
    sentence: Text


@dataclass(frozen=True)
class Surroundings:
    """What a check must know beyond the section's own answers. Money in whole won.

    supply_won: 0 while nothing is quoted or planned. rate_known: the round has a grant rate for the company's size.
    questions: the call's own, of every section. service_address, postal_address: the company has an address for electronic service, and one for post.
    """

    has_need: bool = False
    match_required: bool = False
    confirmed_matches: int = 0
    unconfirmed_matches: int = 0
    supply_won: int = 0
    own_in_kind_won: int = 0
    in_kind_max_rate: Decimal = Decimal(0)
    rate_known: bool = True
    service_address: bool = True
    postal_address: bool = True
    required_documents: Sequence[str] = ()
    documents: Collection[str] = field(default_factory=frozenset)
    questions: Sequence[Question] = ()
    blind_review: bool = False
    blind_documents: Collection[str] = field(default_factory=frozenset)


def missing(key: str, answers: Mapping[str, Any], around: Surroundings) -> list[Missing]:
    """Everything that keeps this section from being complete, in the order of the page."""
    found = [Missing(f"id_{f.name}", _needed(f)) for f in FIELDS[SectionKey(key)] if f.required and not answers.get(f.name)]
    more = {
        SectionKey.DATA_NEED: _need_missing,
        SectionKey.BUDGET: _budget_missing,
        SectionKey.DOCUMENTS: _documents_missing,
    }.get(SectionKey(key))
    if key == SectionKey.DECLARATIONS:
        found += _address_missing(bool(answers.get(declaration_field("ELECTRONIC_SERVICE"))), around)
    own = lacking(asked_in(around.questions, key), answers, around.documents)
    return [
        *(more(around) if more else ()),
        *found,
        *(Missing(question_place(one), sentence) for one, sentence in own),
        *_blind_answers_missing(key, answers, around),
    ]


def question_place(question: Question) -> str:
    """The id at which a question's answer is entered."""
    return f"id_{question.key}_0" if question.kind == QuestionKind.CHOICES else f"id_{question.key}"


def _address_missing(electronic: bool, around: Surroundings) -> list[Missing]:
    """Decisions are served electronically or come by post; the company page must hold the address of the way that was chosen."""
    if electronic and not around.service_address:
        words = _("Enter the address for electronic service on your company page, or leave that consent out.")
    elif not electronic and not around.postal_address:
        words = _(
            "Without electronic service decisions come by post. Enter the postal address on your company page, or give that consent."
        )
    else:
        return []
    return [Missing("id_declare_electronic_service", words)]


def _needed(f: Field) -> Text:
    if f.kind == "check":
        return _("Please confirm: “%(label)s”") % {"label": f.label}
    return _("“%(label)s” is empty.") % {"label": f.label}


def _need_missing(around: Surroundings) -> list[Missing]:
    found = []
    if not around.has_need:
        found.append(Missing("id_need", _("Choose the data need that this application is about.")))
    if around.unconfirmed_matches:
        found.append(
            Missing("id_matches", _("A chosen match is not confirmed by both sides any more. Drop it or have it confirmed."))
        )
    if around.match_required and not around.confirmed_matches:
        found.append(Missing("id_matches", _("This call asks for a confirmed match. Choose at least one.")))
    return found


def _budget_missing(around: Surroundings) -> list[Missing]:
    if not around.supply_won and around.match_required:
        return [Missing("id_supply", _("The supply amount comes from the quotes. Choose a confirmed match first."))]
    if not around.supply_won:
        return [Missing("id_planned_supply_won", _("Type the planned supply amount."))]
    found = []
    if not around.rate_known:
        found.append(Missing("id_supply", _("This call has no grant rate for the size of your company.")))
    if around.own_in_kind_won > in_kind_most(around):
        found.append(Missing("id_own_in_kind_won", in_kind_words(around)))
    return found


def in_kind_most(around: Surroundings) -> int:
    """The largest contribution in kind, whole won."""
    return int(around.supply_won * around.in_kind_max_rate)


def in_kind_words(around: Surroundings) -> str:
    """The refusal of a larger one, with the limit."""
    words = _("With this supply amount the contribution in kind may be at most %(most)s. Type a smaller amount.")
    return str(words) % {"most": won(in_kind_most(around))}


def _documents_missing(around: Surroundings) -> list[Missing]:
    return [
        Missing(f"id_document_{kind}", _("“%(label)s” has not been uploaded.") % {"label": document_label(kind)})
        for kind in around.required_documents
        if kind not in around.documents
    ] + _blind_missing(around)


NO_BLIND = _("The blind version of “%(label)s” has not been uploaded.")


def _blind_missing(around: Surroundings) -> list[Missing]:
    """In a blind review each file that evaluators read needs its blind version."""
    wanted = blind_wanted(sorted(around.documents)) if around.blind_review else []
    return [
        Missing(f"id_document_{kind}", NO_BLIND % {"label": document_label(kind)})
        for kind in wanted
        if kind not in around.blind_documents
    ]


def _blind_answers_missing(key: str, answers: Mapping[str, Any], around: Surroundings) -> list[Missing]:
    """The same of the files that answer the section's questions, as far as they are asked."""
    asked = asked_in(around.questions, key)
    wanted = blind_wanted(around.documents, asked) if around.blind_review else []
    return [
        Missing(f"id_{BLIND}{one.key}", NO_BLIND % {"label": one.label})
        for one in asked
        if one.key in wanted and one.key not in around.blind_documents and applies(one, asked, answers)
    ]


def section_state(answers: Mapping[str, Any], lacking: Sequence[Missing], touched: bool, returned: bool) -> SectionState:
    """touched: somebody saved it once; returned: an officer asked for it and nobody has answered yet."""
    if returned:
        return SectionState.NEEDS_WORK
    if not lacking and (touched or answers):
        return SectionState.COMPLETE
    return SectionState.IN_PROGRESS if touched or any(answers.values()) else SectionState.NOT_STARTED
