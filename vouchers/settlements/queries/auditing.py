"""What belongs to a project's whole file: its rows, what happened to them, its money, its papers."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from portal.documents.models import Document
from portal.documents.rules import ScanState
from portal.journal.models import Event, Seal
from vouchers.access.models import AccessRequest, DataReview, EthicsReview
from vouchers.agreements.models import Agreement, AgreementChange, AgreementVersion, CarryOver, VersionSignature, Voucher
from vouchers.applications.models import ApplicationDocument
from vouchers.ledger.models import Entry, LedgerEvent
from vouchers.milestones.models import Deliverable, Milestone
from vouchers.objections.models import Objection, ObjectionDocument
from vouchers.payments.models import Disbursement, PaymentAttempt
from vouchers.settlements import rules
from vouchers.settlements.models import AuditFile, Clawback, Debt, Receipt, Settlement

S = rules.AuditFileStatus


def audit_files_for(user: Any) -> QuerySet[AuditFile]:
    return (
        AuditFile.objects.visible_to(user)
        .select_related("agreement__company", "document", "asked_by")
        .order_by("-created_at", "-id")
    )


def waiting_audit_file(now: datetime) -> int | None:
    """The next one to make: asked for, or left behind by a worker that did not come back."""
    asked = AuditFile.objects.filter(Q(status=S.WAITING) | Q(status=S.MAKING)).order_by("id")
    for row in asked.only("pk", "status", "claimed_at"):
        if row.status == S.WAITING or rules.left_behind(row.claimed_at, now):
            return row.pk
    return None


def audit_file_of(digest: str) -> AuditFile | None:
    """The archive with this fingerprint, of itself or of its SHA256SUMS."""
    found = AuditFile.objects.filter(Q(sha256=digest) | Q(manifest_sha256=digest), status=S.READY)
    return found.select_related("agreement").order_by("-id").first()


class Project:
    """An agreement and every row that hangs on it."""

    def __init__(self, agreement: Agreement) -> None:
        self.agreement, self.application = agreement, agreement.award.application
        self.voucher = Voucher.objects.filter(agreement=agreement).first()
        self.milestones = Milestone.objects.filter(agreement=agreement)
        self.disbursements = Disbursement.objects.filter(milestone__agreement=agreement)
        self.requests = AccessRequest.objects.filter(match_id__in=agreement.lines.values("match_id"))
        self.settlements = Settlement.objects.filter(agreement=agreement)
        self.debts = Debt.objects.filter(agreement=agreement)
        self.clawbacks = Clawback.objects.filter(agreement=agreement)
        self.objections = Objection.objects.filter(subject_ref=self.application.ref)

    def owners(self) -> list[str]:
        """Of whom pots of the ledger are."""
        return [self.application.ref, *([self.voucher.ref] if self.voucher else [])]

    def refs(self) -> list[str]:
        """Of every row of which the journal tells."""
        rows: Iterable[QuerySet[Any]] = (
            self.milestones, self.disbursements, PaymentAttempt.objects.filter(disbursement__in=self.disbursements), self.requests,
            self.settlements, self.debts, self.clawbacks, self.objections, AgreementChange.objects.filter(agreement=self.agreement),
            CarryOver.objects.filter(agreement=self.agreement), self.ledger_events(), self.documents(),
        )  # fmt: skip
        own = [self.agreement.ref, self.agreement.award.ref, *self.owners()]
        return [*own, *(ref for found in rows for ref in found.values_list("ref", flat=True))]

    def ledger_events(self) -> QuerySet[LedgerEvent]:
        return LedgerEvent.objects.filter(entries__account__owner_ref__in=self.owners()).distinct()

    def entries(self) -> QuerySet[Entry]:
        """Both sides of every movement, so that each adds up."""
        found = Entry.objects.filter(event__in=self.ledger_events()).select_related("event__by", "account")
        return found.order_by("event__at", "event_id", "id")

    def events(self) -> Iterator[Event]:
        """What happened to any of them, each subject's chain whole and in its order."""
        return Event.objects.filter(subject_ref__in=self.refs()).select_related("by").order_by("subject_ref", "seq").iterator()

    def documents(self) -> QuerySet[Document]:
        """Files as they were handed in and made; none that was found infected or erased."""
        of = self._kept()
        ids = {pk for kept, names in of for pk in _ids(kept, names)}
        return Document.objects.filter(pk__in=ids, erased_at__isnull=True).exclude(scan_state=ScanState.INFECTED).order_by("pk")

    def _kept(self) -> list[tuple[QuerySet[Any], tuple[str, ...]]]:
        return [
            (AgreementVersion.objects.filter(agreement=self.agreement), ("document_id",)),
            (ApplicationDocument.objects.filter(application=self.application), ("document_id",)),
            (Deliverable.objects.filter(milestone__in=self.milestones), ("document_id",)),
            (self.disbursements, ("invoice_document_id", "own_share_document_id")),
            (EthicsReview.objects.filter(request__in=self.requests), ("document_id",)),
            (DataReview.objects.filter(request__in=self.requests), ("document_id",)),
            (self.settlements, ("verification_id", "interest_proof_id", "lines__proof_id")),
            (Receipt.objects.filter(debt__in=self.debts), ("proof_id",)),
            (self.clawbacks, ("opinion_file_id", "ruling_file_id")),
            (ObjectionDocument.objects.filter(objection__in=self.objections), ("document_id",)),
        ]

    def proofs(self) -> dict[str, Any]:
        """Versions of the agreement with their chain and signatures; the seals of the journal."""
        versions = AgreementVersion.objects.filter(agreement=self.agreement).order_by("number")
        signed = VersionSignature.objects.filter(agreement_version__agreement=self.agreement).order_by("id")
        return {
            "agreement": self.agreement.number,
            "versions": list(
                versions.values("number", "content_hash", "previous_hash", "body", "created_at", "document__sha256")
            ),
            "signatures": list(
                self.agreement.parties.values("role", "organisation__name_ko", "signed_by__ref", "signed_at", "signed_hash")
            ),
            "signatures_of_changes": list(
                signed.values(
                    "agreement_version__number", "party__organisation__name_ko", "signed_by__ref", "signed_at", "signed_hash"
                )
            ),
            "seals": list(Seal.objects.order_by("day").values("day", "events", "previous_head", "head", "sealed_at")),
        }


def _ids(found: QuerySet[Any], names: tuple[str, ...]) -> Iterator[int]:
    for row in found.values_list(*names):
        yield from (pk for pk in row if pk)
