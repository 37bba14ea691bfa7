"""The dossier as each institution receives it: complete, copied and hashed at every hand-over."""

from django.utils.translation import gettext_lazy as _

from portal.kit.errors import Refused
from vouchers.access import queries, rules
from vouchers.access.models import AccessCase, AccessRequest, SubmittedDossier

DOSSIER_REQUIRED = ("purpose", "method", "data_items", "safeguards", "recipients", "destruction")


def missing(case: AccessCase) -> list[str]:
    """Names of dossier fields that still stand empty."""
    empty = [name for name in DOSSIER_REQUIRED if not str(case.dossier.get(name, "")).strip()]
    return empty + [name for name in ("use_from", "use_until") if getattr(case, name) is None]


def hand_over(request: AccessRequest) -> SubmittedDossier:
    """Copies the dossier for this institution's boards; an unchanged one keeps its last copy.

    Writes: SubmittedDossier. Raises: Refused while fields are empty.
    """
    case = AccessCase.objects.get(
        pk=request.case_id
    )  # one row, read whole; a lock here would wait crosswise with a joint proposal
    gaps = missing(case)
    if gaps:
        raise Refused(
            _("The dossier is not complete yet: %(count)d fields are empty.") % {"count": len(gaps)}, "dossier_incomplete"
        )
    body = {
        "title": case.title, "dossier": case.dossier,
        "use_from": case.use_from.isoformat() if case.use_from else None,
        "use_until": case.use_until.isoformat() if case.use_until else None,
    }  # fmt: skip
    own, last = rules.dossier_hash(body), queries.handed_over(request)
    if last is not None and last.content_hash == own:
        return last
    copy = SubmittedDossier(request=request, number=last.number + 1 if last else 1, body=body, content_hash=own)
    copy.save()
    return copy
