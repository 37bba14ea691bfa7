"""What the section page shows: rows and words, no decisions."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from portal.accounts import queries as accounts
from portal.documents.links import link
from portal.documents.models import Document
from portal.journal.models import Event
from portal.templatetags.portal import error_target, kst_text
from vouchers.applications import queries, rules
from vouchers.applications.forms import CommentForm, SectionForm
from vouchers.applications.models import Application, ApplicationSection
from vouchers.applications.views.filing import file_marks
from vouchers.companies.rules import brn_words
from vouchers.rounds.rules import is_question

K = rules.SectionKey


def section_context(
    request: HttpRequest, application: Application, key: rules.SectionKey, form: SectionForm | None = None, **more: Any
) -> dict[str, Any]:
    """Everything of one section's page; form: what was just typed, else the stored answers."""
    overview = queries.progress(application)
    view = overview.of(key)
    stored = view.section.answers
    taken: dict[str, Any] = {}
    if form is None:
        without = queries.not_asked(application, key) | queries.closed_questions(application, key)
        taken = queries.said_in_need(application, key) if view.editable and not stored else {}
        blind = queries.blind_questions(application)
        form = SectionForm(key, initial={**taken, **stored}, without=without, asked=application.questions, blind=blind)
        form.marks = {name: rules.mark(stored.get(name)) for name in form.fields} | file_marks(application, form)
    files = queries.current_documents(application) if form.asked else []
    form.show_files(queries.answer_files(application) if form.asked else {}, lambda one: _file_link(request, application, one))
    keys = list(rules.ORDER)
    asked = asked_here(application, key, form)
    context: dict[str, Any] = {
        "application": application,
        "key": key,
        "view": view,
        "form": form,
        "progress": overview,
        "number": keys.index(key) + 1,
        "next_key": rules.following(key),
        "version": view.section.version,
        "taken_over": taken,
        "answers": [
            *queries.shown(key, stored),
            *with_blind(queries.own_answers(application, key, stored, files), application, key),
        ],
        "download": True,
        "asked": asked,
        "open": queries.is_open_for(application),
        "closes_at": queries.closes_at(application),
        "closed": queries.closed_questions(application, key) if asked else (),
        **comment_rows(request, application, key),
        **more,
    }
    if key == K.COMPANY:
        context["company_rows"] = company_rows(application)
    elif key == K.DATA_NEED:
        context |= need_rows(application)
    elif key == K.BUDGET:
        context |= budget_rows(application, form)
    elif key == K.DOCUMENTS:
        context["kinds"] = document_rows(application, more.get("upload_errors") or {}, asked)
        context["linked"] = view.editable and any(row["error"] for row in context["kinds"])
    return context


def with_blind(answers: list[queries.Answer], application: Application, key: str) -> list[queries.Answer]:
    """The answers, and the blind versions of those that are files: for the company and for who sees every case."""
    held = queries.answer_files(application)
    files = [(one, held.get(rules.BLIND + one.key)) for one in rules.asked_in(application.questions, key)]
    label = _("%(label)s (blind version)")
    return [*answers, *(queries.Answer(label % {"label": one.label}, file, "file") for one, file in files if file)]


def _file_link(request: HttpRequest, application: Application, document: Document) -> Any:
    return link(document, reverse("applications:download", args=[application.ref, document.ref]), by=request.user)


def comment_rows(request: HttpRequest, application: Application, key: rules.SectionKey) -> dict[str, Any]:
    """What colleagues said about this section; nothing at all for who is not one of them."""
    if application.company.organisation_id not in accounts.organisation_ids_of(request.user):
        return {"colleague": False}
    may_comment = request.user.has_perm("vouchers.edit_application", application) and not application.forgotten_at
    found = queries.comments(application, request.user, key)
    return {"colleague": True, "comments": found, "may_comment": may_comment, "comment_form": CommentForm()}


def asked_here(application: Application, key: rules.SectionKey, form: SectionForm) -> list[queries.Asked]:
    """What the open supplement request asks about questions of this section; each sentence goes beside its question."""
    if application.status != rules.ApplicationStatus.SUPPLEMENT_REQUESTED:
        return []
    found = [one for one in queries.asked(application) if one.open and one.item.section == key]
    for one in found:
        if field := form.fields.get(one.item.field):
            words = _("Asked by the officer: %(sentence)s") % {"sentence": one.item.sentence}
            field.help_text = format_html('<span class="asked">{}</span> {}', words, field.help_text)
    return found


@dataclass(frozen=True)
class BothWrote:
    """A field in which a colleague wrote too. target: id of its first control. mark: of their answer; typed, stored: to be shown.

    parts: (control, value) of theirs, as the page's own form says it. words: who changed it and when, as a sentence.
    """

    name: str
    label: Any
    target: str
    who: str
    when: Any
    mark: str
    typed: queries.Answer
    stored: queries.Answer
    parts: list[tuple[str, str]]

    @property
    def words(self) -> str:
        said = {"who": self.who, "field": self.label, "when": kst_text(self.when)}
        return _("%(who)s changed “%(field)s” on %(when)s; it stands as it was written there.") % said

    @property
    def clash(self) -> str:
        return _("%(who)s wrote in this field too, and yours is not saved yet. Choose which of the two stays.") % {
            "who": self.who
        }


def mark_clashes(form: SectionForm, conflicts: Iterable[BothWrote]) -> None:
    """Says beside each field that two wrote in it, with the way to both texts."""
    for one in conflicts:
        said = format_html('<a class="clash-note" href="#both_{}">{}</a>', one.name, one.clash)
        form[one.name].help_text = format_html("{} {}", said, form[one.name].help_text)


def both_wrote(section: ApplicationSection, form: SectionForm, names: Iterable[str]) -> list[BothWrote]:
    """Who changed these fields and when, and both texts."""
    changes = queries.last_changes(section) if names else {}
    given = form.answers() if form.is_bound and form.errors is not None else {}
    return [_both_wrote(section, form, name, changes.get(name), given.get(name)) for name in names]


def _both_wrote(section: ApplicationSection, form: SectionForm, name: str, event: Event | None, typed: Any) -> BothWrote:
    stored, by = section.answers.get(name), event.by if event else section.updated_by
    return BothWrote(
        name=name,
        label=form.fields[name].label,
        target=error_target(form[name]),
        who=by.get_full_name() if by else _("A colleague"),
        when=event.at if event else section.updated_at,
        mark=rules.mark(stored),
        typed=_shown(form, name, typed),
        stored=_shown(form, name, stored),
        parts=form.parts(name, stored),
    )


def _shown(form: SectionForm, name: str, value: Any) -> queries.Answer:
    own = next((one for one in form.asked if one.key == name), None)
    return queries.answer_to(own, value) if own else queries.Answer(form.fields[name].label, form.shown(name, value), "text")


def company_rows(application: Application) -> list[dict[str, Any]]:
    company = application.company
    certificate = queries.certificate_for(application)
    return [
        {"label": _("Company"), "value": str(company)},
        {"label": _("Business registration number"), "value": brn_words(company.brn)},
        {"label": _("Company size"), "value": company.get_size_display()},
        {
            "label": _("Size certificate"),
            "value": certificate.number if certificate else _("none registered"),
            "note": _("valid until %(day)s") % {"day": kst_text(certificate.valid_to)} if certificate else "",
        },
        {"label": _("Region"), "value": queries.region_words(company.region)},
        {"label": _("Address"), "value": company.address or "—"},
        {"label": _("Business status at the tax service"), "value": company.get_tax_status_display()},
        {"label": _("Registration"), "value": company.get_verification_display()},
        {"label": _("Address for electronic service"), "value": company.service_email or "—"},
    ]


def need_rows(application: Application) -> dict[str, Any]:
    chosen = {m.pk for m in queries.chosen_matches(application)}
    return {
        "needs": queries.needs_of(application),
        "matches": [(match, match.pk in chosen) for match in queries.selectable_matches(application)],
        "match_required": application.round.timing == "BEFORE_SUBMISSION",
        "may_match": (may_match := queries.may_match(application)),
        "taken": queries.taken_elsewhere(application) if may_match else (),
    }


def budget_rows(application: Application, form: SectionForm) -> dict[str, Any]:
    """The amounts and the formula, on what was typed when something was, else on what is stored."""
    policy = queries.policy_of(application)
    typed = form.answers() if form.is_bound and form.is_valid() else None
    sums = queries.money(application, policy, typed=typed)
    return {
        "money": sums,
        "formula": rules.formula(sums) if sums and sums.supply_won else "",
        "money_rows": money_rows(sums) if sums else [],
        "quotes": queries.chosen_matches(application),
        "in_kind_most": int(sums.supply_won * policy.in_kind_max_rate) if sums else 0,
        "match_required": application.round.timing == "BEFORE_SUBMISSION",
    }


def money_rows(sums: Any) -> list[dict[str, Any]]:
    return [
        {"label": _("Supply amount (VAT excluded)"), "amount": sums.supply_won},
        {"label": _("Grant"), "amount": sums.grant_won},
        {"label": _("Own cash"), "amount": sums.own_cash_won},
        {"label": _("Own in kind"), "amount": sums.own_in_kind_won},
        {"label": _("VAT, paid by the company"), "amount": sums.vat_won},
        {
            "label": _("Project cost"),
            "amount": sums.project_cost_won,
            "note": _("supply amount and own in kind"),
            "total": True,
        },
    ]


def document_rows(application: Application, errors: dict[str, str], asked: Iterable[queries.Asked]) -> list[dict[str, Any]]:
    """One row a required kind, then what else was attached and one line for more. asked: what a supplement says about kinds."""
    sentences = {one.item.field: one.item.sentence for one in asked}
    only = queries.only_fields(application, K.DOCUMENTS)
    files = {row.kind: row.document for row in queries.documents(application) if not is_question(row.kind)}
    papers, held = queries.company_papers(application), queries.held_papers(application)
    policy = queries.policy_of(application)
    required = list(policy.required_documents)
    blind = {row.kind: row.document for row in queries.blind_files(application)} if policy.blind_review else {}
    wanted = set(rules.blind_wanted(files)) if policy.blind_review else set()
    kinds = [*required, *(kind for kind in files if kind not in required)]
    if "OTHER" not in kinds:
        kinds.append("OTHER")
    return [
        {
            "kind": kind,
            "label": rules.document_label(kind),
            "required": kind in required,
            "file": files.get(kind),
            "seen": rules.file_mark(files[kind].ref if kind in files else None),
            "paper": papers.get(kind),
            "held": held.get(kind),
            "error": errors.get(kind, ""),
            "asked": sentences.get(kind, ""),
            "open": only is None or kind in only,
            "blind": {
                "file": blind.get(kind), "seen": rules.file_mark(blind[kind].ref if kind in blind else None),
                "error": errors.get(f"blind_{kind}", ""),
            } if kind in wanted else None,
            "blind_url": reverse("applications:blind_document", args=[application.ref, kind]),
            "upload_url": reverse("applications:document", args=[application.ref, kind]),
        }
        for kind in kinds
    ]  # fmt: skip
