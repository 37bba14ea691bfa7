"""What a milestone is measured by: promised before it is handed in, and answered by figures with each submission."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.journal import actions as journal
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.agreements import actions as agreements
from vouchers.agreements.models import Agreement
from vouchers.milestones import rules
from vouchers.milestones.models import Figure, Indicator, Milestone


@transaction.atomic
def promise_indicators(*, milestone_id: int, items: Sequence[Mapping[str, Any]], by: Any) -> list[Indicator]:
    """What the delivery is measured by, in place of what was promised before; open until the first submission.

    items: {name, unit, sense, target}. Writes: Indicators, Event. Raises: Refused once something was handed in, for a target that
    is not above zero, or two of the same name."""
    agreement_id = Milestone.objects.only("agreement_id").get(pk=milestone_id).agreement_id
    Agreement.objects.select_for_update().get(pk=agreement_id)
    milestone = (
        Milestone.objects.select_for_update(of=("self",)).select_related("agreement__award__application").get(pk=milestone_id)
    )
    require(by, "vouchers.plan_milestones")
    agreements.require_apart(milestone.agreement, by)
    if milestone.status != rules.MilestoneStatus.PLANNED or milestone.deliverables.exists():
        raise Refused(_("What a milestone is measured by is settled once it was handed in."), "indicators_settled")
    names = [item["name"].strip() for item in items]
    if len(set(names)) != len(names):
        raise Refused(_("Two indicators have the same name."), "indicator_twice", "name")
    if any(item["target"] <= 0 for item in items):
        raise Refused(_("A target lies above zero."), "indicator_target", "target")
    milestone.indicators.all().delete()
    rows = [
        Indicator(
            milestone=milestone, position=position, name=item["name"].strip(), unit=item.get("unit", "").strip(),
            sense=item["sense"], target=item["target"],
        )
        for position, item in enumerate(items, 1)
    ]  # fmt: skip
    for row in rows:
        row.save()
    journal.record(
        "milestone.measured", milestone, by=by, organisations=milestone.organisation_ids(),
        data={"indicators": [f"{row.name} {row.sense} {row.target} {row.unit}".strip() for row in rows]},
    )  # fmt: skip
    return rows


def write_figures(milestone: Milestone, submission: int, figures: Mapping[int, Decimal]) -> None:
    """The figures of a submission, one for each promised indicator. Writes: Figures. Raises: Refused."""
    promised = list(milestone.indicators.all())
    missing = [row.name for row in promised if row.pk not in figures]
    if missing:
        raise Refused(
            _("Enter what was reached for every promised indicator: %(names)s.") % {"names": ", ".join(missing)},
            "figures_missing",
        )
    if any(figures[row.pk] < 0 for row in promised):
        raise Refused(_("A figure is zero or more."), "figure_negative")
    for row in promised:
        Figure(indicator=row, submission=submission, value=figures[row.pk]).save()


def copy_indicators(milestone: Milestone, rest: Milestone) -> None:
    """The rest of a delivery is measured by the same promises. Writes: Indicators."""
    for row in milestone.indicators.all():
        Indicator(
            milestone=rest, position=row.position, name=row.name, unit=row.unit, sense=row.sense, target=row.target
        ).save()  # fmt: skip
