"""What the admin says about a selection: facts of a run, what keeps one from being proposed."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.kit.won import won
from portal.kit.words import pick
from portal.templatetags.portal import kst_text
from vouchers.evaluation import queries
from vouchers.evaluation.models import SelectionRun


def facts(run: SelectionRun) -> list[tuple[Any, Any]]:
    """Facts beside the policy, for the decision page."""
    found, policy = run.summary, run.round.policy()
    return [
        (_("Round"), run.round),
        *_anew(run),
        (_("Proposed by"), f"{run.proposed_by} · {kst_text(run.created_at)}"),
        (_("Rules of the round"), _(
            "Pass mark %(mark)s, at least %(evaluators)d evaluations, %(reserve)d places on each reserve list"
        ) % {"mark": policy.pass_mark, "evaluators": policy.min_evaluators, "reserve": policy.reserve_length}),
        (_("Budget available"), won(found["budget_won"])),
        (_("Selected"), _("%(n)d projects, %(won)s") % {"n": found["selected"], "won": won(found["selected_won"])}),
        (_("Left after confirming"), won(found["budget_won"] - found["selected_won"])),
        *((pick(track, "name"), track_words(track)) for track in queries.by_track(run)),
        (_("Reserve list"), found["reserve"]),
        (_("Not selected"), found["not_selected"]),
    ]  # fmt: skip


def _anew(run: SelectionRun) -> list[tuple[Any, Any]]:
    """Of a run after an objection: the verdict, and what it decides anew in words."""
    if run.cause is None:
        return []
    lines = queries.lines_of(run).filter(decides=True)
    said = [(f"{line.application} · {line.get_outcome_display()}", pick(line, "reason")) for line in lines]
    return [(_("Verdict on the objection"), run.cause.reason), *said]


def track_words(track: queries.TrackOutcome) -> str:
    """`10개 중 3개 선정 · 960,000,000원 (한도 320,000,000원)`."""
    words = _("%(n)d selected, %(won)s") % {"n": track.selected, "won": won(track.selected_won)}
    if track.slots is not None:
        words = _("%(n)d of %(slots)d slots, %(won)s") % {
            "n": track.selected, "slots": track.slots, "won": won(track.selected_won),
        }  # fmt: skip
    if track.cap_won is None:
        return words
    return f"{words} ({_('ceiling %(won)s each') % {'won': won(track.cap_won)}})"


def consequence(run: SelectionRun) -> str:
    if run.previous_id is not None:
        return _(
            "Everybody who was selected stays selected. What the run decides anew is told to the companies concerned, and places "
            "that are free then go down the reserve list."
        )
    return _(
        "Confirming this selection assigns %(selected)s of the budget of %(budget)s. All results are released at once: companies "
        "are told, awards are made and the money is reserved."
    ) % {"selected": won(run.summary["selected_won"]), "budget": won(run.summary["budget_won"])}


def blocking(blocker: queries.Blocker, found: queries.Obstacles) -> tuple[Any, str, str]:
    """(application, why it blocks, where that is mended)."""
    application = blocker.application
    assign = f"{reverse('admin:vouchers_assignment_assign_page')}?round={application.round_id}"
    match blocker.kind:
        case "UNASSIGNED":
            return application, _("Eligible, but no evaluator is assigned"), assign
        case "TOO_FEW":
            words = _("%(n)d of %(least)d evaluations: assign more evaluators")
            return application, words % {"n": blocker.n, "least": found.min_evaluators}, assign
        case "PENDING":
            address = reverse("admin:vouchers_assignment_changelist")
            return application, _("Not handed in yet: %(n)d") % {"n": blocker.n}, f"{address}?q={application.receipt_no}"
    address = reverse("admin:vouchers_application_change", args=[application.pk])
    return application, _("Not decided: %(state)s") % {"state": application.get_status_display()}, address
