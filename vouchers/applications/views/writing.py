"""Start, write, save as typed, choose, attach."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.kit.access import needs, sentences_of, signed_in
from portal.kit.errors import DomainError
from portal.kit.htmx import form_errors, page, redirect
from portal.kit.pages import Pages
from vouchers.applications import actions, queries, rules
from vouchers.applications.forms import SEEN, SectionForm, TrackForm, UploadForm, WriterForm
from vouchers.applications.models import Application
from vouchers.applications.views.fetch import application_or_404, section_key, signed_in_keeping_text
from vouchers.applications.views.filing import attach, file_answers, file_marks, files_changed
from vouchers.applications.views.shape import both_wrote, mark_clashes, section_context
from vouchers.companies import queries as companies
from vouchers.rounds.models import Round


@signed_in
@require_GET
def applications(request: HttpRequest) -> HttpResponse:
    """The company's applications, newest first, and the rounds that are open now."""
    mine = list(queries.mine(request.user))  # one a round and track: a company has few, so they are not counted apart
    may_start = request.user.has_perm("vouchers.edit_application")
    context = {
        "page": Pages(mine, 20).get_page(request.GET.get("page")),
        "open_rounds": queries.startable_rounds(request.user) if may_start else [],
        "has_company": bool(mine) or companies.company_of(request.user) is not None,
        "total_sections": len(rules.ORDER),
    }
    return page(request, "vouchers/applications/list.html", context)


@needs("vouchers.edit_application")
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, key: str) -> HttpResponse:
    """Choose the track of an open round; the company's live application is shown instead when there is one."""
    round_ = Round.objects.announced().exclude(kind="REHEARSAL").filter(key=key).first()
    company = companies.company_of(request.user)
    if round_ is None:
        raise Http404
    is_open, late = queries.is_open(round_), queries.late_tracks(round_, company)
    sources = queries.copyable(company)[:20] if company else Application.objects.none()
    form = TrackForm(
        request.POST if request.method == "POST" else None, round_=round_, wanted=request.GET.get("track", ""),
        sources=queries.copyable(company) if company else None,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            made = _started(round_, form, request.user)
            return redirect(request, reverse("applications:detail", args=[made.ref]))
        except DomainError as error:
            form_errors(form, error)
    context = {
        "round": round_,
        "form": form,
        "company": company,
        "live": queries.blocking_live(company, round_) if company else [],
        "tracks": [track for track in queries.tracks_of(round_) if is_open or track.pk in late],
        "sources": sources,
        "open": is_open or bool(late),
        "closes_at": queries.closing_time(round_, company.pk) if late and company else round_.closes_at,
    }
    return page(request, "vouchers/applications/start.html", context, status=422 if form.errors else 200)


def _started(round_: Round, form: TrackForm, by: Any) -> Application:
    track, source = form.cleaned_data["track"], form.cleaned_data["source"]
    if source is None:
        return actions.start(round_id=round_.pk, track_id=track.pk, by=by)
    return actions.start_as_copy(round_id=round_.pk, track_id=track.pk, source_id=source.pk, by=by)


@signed_in_keeping_text
@require_http_methods(["GET", "POST"])
def section(request: HttpRequest, ref: str, key: str) -> HttpResponse:
    """One section. POST saves, or with `calculate` only shows the formula on what was typed."""
    application, which = application_or_404(request, ref), section_key(key)
    if request.method == "GET":
        return page(request, "vouchers/applications/section.html", section_context(request, application, which))
    form = queries_form(application, which, request)
    if "calculate" in request.POST:
        context = section_context(request, application, which, form=form)
        return page(request, "vouchers/applications/section.html", context, status=200 if form.is_valid() else 422)
    answer = _save(request, application, which, form)
    refused = {} if "refused" in answer else file_answers(request, application, form, WriterForm(request.POST).seen())
    fresh = application_or_404(request, ref)
    _show_merged(fresh, which, form, answer)
    for name, words in refused.items():
        form.add_error(name, words)
    limited = _name_limit(fresh, which, form, going_on="next" in request.POST)
    if answer.pop("saved") and not refused and not limited:
        messages.success(request, " ".join([_("Saved."), *answer["merged_words"]]))
        return redirect(request, _after(ref, which, going_on="next" in request.POST))
    status = answer.pop("status")
    mark_clashes(form, answer["conflicts"])
    context = section_context(request, fresh, which, form=form, unsaved=sentences_of(request), **answer)
    return page(request, "vouchers/applications/section.html", context, status=status)


def _name_limit(application: Application, key: rules.SectionKey, form: SectionForm, *, going_on: bool) -> bool:
    """Names the real limit of the amount in kind where more was typed; so does going on with more than it, which was saved.

    Returns: whether the form now says so.
    """
    name = "own_in_kind_won"
    if key != rules.SectionKey.BUDGET or not (going_on or form.has_error(name, "max")):
        return False
    around = queries.surroundings(application, queries.policy_of(application))
    too_large = form.has_error(name, "max")
    if not around.supply_won or not (too_large or around.own_in_kind_won > rules.in_kind_most(around)):
        return False
    form.errors.pop(name, None)
    form.add_error(name, rules.in_kind_words(around))
    return True


def _after(ref: str, key: rules.SectionKey, *, going_on: bool) -> str:
    """The same section, or what comes after it: the next one, behind the last one the check before handing in."""
    following = rules.following(key) if going_on else key
    return reverse("applications:section", args=[ref, following]) if following else reverse("applications:submit", args=[ref])


def queries_form(application: Application, key: rules.SectionKey, request: HttpRequest) -> SectionForm:
    """The bound form of a section, without the questions that do not apply to this application."""
    without = queries.not_asked(application, key) | queries.closed_questions(application, key)
    blind = queries.blind_questions(application)
    return SectionForm(key, request.POST, request.FILES, without=without, asked=application.questions, blind=blind)


def _save(request: HttpRequest, application: Application, key: rules.SectionKey, form: SectionForm) -> dict[str, Any]:
    """One action; its refusal becomes words. The well-formed fields are stored even when one is not, or a colleague wrote in it."""
    writer = WriterForm(request.POST)
    well_formed = form.is_valid()
    version = writer.cleaned_data["version"] if writer.is_valid() else None
    try:
        stored, merged = actions.merge_section(
            application_id=application.pk, key=key, answers=form.answers(), version=version, seen=writer.seen(),
            keep=writer.keep(), drop=writer.drop(), by=request.user,
        )  # fmt: skip
    except DomainError as error:
        form_errors(form, error)
        return {"saved": False, "status": error.status if error.status == 403 else 422, "refused": error.message}
    status = 409 if merged.conflicts else 422
    return {"saved": well_formed and not merged.conflicts, "status": status, "version": stored.version, "merged": merged}


def _show_merged(application: Application, key: rules.SectionKey, form: SectionForm, answer: dict[str, Any]) -> None:
    """Puts into the form what a colleague wrote where this writer had not, and into `answer` the words about it."""
    merged = answer.pop("merged", None)
    answer["merged_in"] = answer["conflicts"] = answer["files_changed"] = ()
    if merged is None:
        return
    seen = dict(form.marks)
    section = queries.progress(application).of(key).section
    wrong = set(form.errors)
    form.show(section.answers, merged.theirs)
    form.marks |= {n: rules.mark(section.answers.get(n)) for n in form.fields if n not in merged.conflicts and n not in wrong}
    form.marks |= file_marks(application, form)  # a file that was not taken is chosen anew by who has read of the other one
    own = {*form.files_sent(), *wrong, form.data.get("remove", "")}
    answer["files_changed"] = files_changed(application, form, seen, own)
    if merged.theirs or merged.conflicts:
        answer["merged_in"] = both_wrote(section, form, merged.theirs)
        answer["conflicts"] = both_wrote(section, form, merged.conflicts)
    answer["merged_words"] = [one.words for one in (*answer["merged_in"], *answer["files_changed"])]
    answer["held"] = {SEEN + name for name in (*merged.theirs, *merged.conflicts)}  # the page itself learns these marks


@signed_in_keeping_text
@require_POST
def autosave(request: HttpRequest, ref: str, key: str) -> HttpResponse:
    """The same saving while typing: answers with a line under the form, never with the form itself."""
    application, which = application_or_404(request, ref), section_key(key)
    form = queries_form(application, which, request)
    answer = _save(request, application, which, form)
    fresh = application_or_404(request, ref)
    _show_merged(fresh, which, form, answer)
    status = 200 if answer.pop("saved") else answer["status"]
    _name_limit(fresh, which, form, going_on=False)
    context = section_context(request, fresh, which, form=form, **{k: v for k, v in answer.items() if k != "status"})
    return page(request, "vouchers/applications/saved.html", context, status=status)


# ── Need, matches, documents ─────────────────────────────────────────────────────────────────────────
def _back(request: HttpRequest, application: Application, key: str, anchor: str = "") -> HttpResponse:
    return redirect(request, reverse("applications:section", args=[application.ref, key]) + anchor)


def _number(request: HttpRequest, name: str) -> int:
    """A row's id out of the form; what is no number is nobody's row."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _or_message(request: HttpRequest, run: Any, done: str, **given: Any) -> None:
    """Runs one action; says that it is done, or why it was refused."""
    try:
        run(by=request.user, **given)
        messages.success(request, done)
    except DomainError as error:
        messages.error(request, str(error.message))


@signed_in
@require_POST
def need(request: HttpRequest, ref: str) -> HttpResponse:
    """This application is about that data need."""
    application = application_or_404(request, ref)
    _or_message(
        request, actions.choose_need, _("Data need chosen."), application_id=application.pk, need_id=_number(request, "need")
    )
    return _back(request, application, rules.SectionKey.DATA_NEED, "#matches")


@signed_in
@require_POST
def matches(request: HttpRequest, ref: str) -> HttpResponse:
    """Stands on this match, or no longer."""
    application = application_or_404(request, ref)
    dropping = "drop" in request.POST
    run, done = (actions.drop_match, _("Match dropped.")) if dropping else (actions.choose_match, _("Match chosen."))
    match_id = _number(request, "drop" if dropping else "choose")
    _or_message(request, run, done, application_id=application.pk, match_id=match_id)
    return _back(request, application, rules.SectionKey.DATA_NEED, "#matches")


@signed_in
@require_POST
def document(request: HttpRequest, ref: str, kind: str) -> HttpResponse:
    """Uploads the file of a kind, or replaces it."""
    return _upload(request, ref, kind, actions.check_attachable, actions.attach_document)


@signed_in
@require_POST
def blind_document(request: HttpRequest, ref: str, kind: str) -> HttpResponse:
    """Uploads the version of a file that evaluators of a blind review read."""
    return _upload(
        request,
        ref,
        kind,
        actions.check_blind,
        partial(actions.attach_blind_document, of=request.POST.get("of")),
        refused="blind_",
    )


def _upload(request: HttpRequest, ref: str, kind: str, check: Any, keep: Any, *, refused: str = "") -> HttpResponse:
    """refused: where a refusal stands, before the kind's name."""
    application = application_or_404(request, ref)
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            keep = partial(keep, seen=request.POST.get("seen"))
            file = attach(application, kind, form.cleaned_data["file"], request.user, check, keep)
            messages.success(request, _("“%(name)s” was uploaded.") % {"name": file.name})
            return _back(request, application, rules.SectionKey.DOCUMENTS)
        except DomainError as error:
            form_errors(form, error)
    wrong = " ".join(str(e) for errors in form.errors.values() for e in errors)
    context = section_context(
        request, application, rules.SectionKey.DOCUMENTS, upload_errors={refused + kind: wrong}, refused=wrong, refused_kind=kind
    )
    return page(request, "vouchers/applications/section.html", context, status=422)


@signed_in
@require_POST
def take_document(request: HttpRequest, ref: str, kind: str) -> HttpResponse:
    """The company's own file of this kind counts, without a second upload."""
    application = application_or_404(request, ref)
    done = _("Taken from your company's documents.")
    _or_message(
        request, actions.take_company_document, done, application_id=application.pk, kind=kind, seen=request.POST.get("seen")
    )
    return _back(request, application, rules.SectionKey.DOCUMENTS, f"#title_document_{kind}")


@signed_in
@require_POST
def remove_document(request: HttpRequest, ref: str, kind: str) -> HttpResponse:
    """No file counts for this kind any more."""
    application = application_or_404(request, ref)
    done = _("Document removed.")
    _or_message(request, actions.remove_document, done, application_id=application.pk, kind=kind, seen=request.POST.get("seen"))
    return _back(request, application, rules.SectionKey.DOCUMENTS)
