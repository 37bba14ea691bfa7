"""What was proposed for a need falls away once the need is another, waits no longer or is closed."""

from typing import Any

from portal.journal import actions as journal
from vouchers.matching.models import Need
from vouchers.matching.rules import allocations as rules


def end_proposals(need: Need, by: Any) -> int:
    """For the verbs that hold the need's lock, so that none is published beside them. Writes: OfferProposal ENDED, Events.
    Returns: how many.
    """
    rows = list(need.offer_proposals.select_for_update(of=("self",)).open().select_related("institution").order_by("pk"))
    for row in rows:
        row.need = need
        before, row.status = row.status, rules.OFFER_PROPOSAL_LIFECYCLE.step(row.status, "end")
        row.save()
        journal.record(
            "offer_proposal.ended", row, by=by, frm=before, to=row.status, organisations=row.organisation_ids(),
            data={"need_status": need.status},
        )  # fmt: skip
    return len(rows)
