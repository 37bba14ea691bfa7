"""Assembly only: the rooms' models, in the order of the journey."""

from vouchers.access.models import (
    AccessCase,
    AccessRequest,
    DataReview,
    EthicsReview,
    JointReview,
    SiteParticipation,
    SubmittedDossier,
)
from vouchers.agreements.models import (
    Agreement,
    AgreementLine,
    AgreementParty,
    AgreementVersion,
    Voucher,
)
from vouchers.applications.models import (
    Application,
    ApplicationDocument,
    ApplicationMatch,
    ApplicationSection,
    BlindDocument,
    Certification,
    CheckBatch,
    CheckBatchLine,
    EligibilityCheck,
    LateEntry,
    SectionComment,
    SupplementItem,
)
from vouchers.companies.models import (
    Company,
    ConflictOfInterest,
    OwnershipDispute,
    RepresentativeChange,
    Restriction,
    SizeCertificate,
)
from vouchers.evaluation.models import (
    Affiliation,
    Assignment,
    AssignmentRun,
    Award,
    CaseConflict,
    Challenge,
    PanelPhase,
    PenaltyRecord,
    PoolMember,
    PresentationSchedule,
    PresentationSeat,
    PresentationSlot,
    Reading,
    Score,
    ScoreVersion,
    SelectionLetter,
    SelectionLine,
    SelectionRecord,
    SelectionRun,
)
from vouchers.ledger.models import (
    Account,
    Entry,
    LedgerEvent,
)
from vouchers.matching.models import (
    FeasibilityQuery,
    Match,
    MatchRun,
    Need,
    Quote,
    QuoteLine,
    QuoteRequest,
)
from vouchers.milestones.models import (
    Deliverable,
    Milestone,
)
from vouchers.objections.models import (
    Objection,
    ObjectionDocument,
)
from vouchers.payments.models import (
    Disbursement,
    PayeeAccount,
    PaymentAttempt,
)
from vouchers.rounds.models import (
    Amendment,
    Criterion,
    Inquiry,
    PolicyVersion,
    Round,
    Track,
)

__all__ = [
    "AccessCase", "AccessRequest", "Account", "Affiliation", "Agreement", "AgreementLine", "AgreementParty",
    "AgreementVersion", "Amendment", "Application", "ApplicationDocument", "ApplicationMatch", "ApplicationSection",
    "Assignment", "AssignmentRun", "Award", "BlindDocument", "CaseConflict", "Certification", "Challenge", "CheckBatch", "CheckBatchLine",
    "Company", "ConflictOfInterest", "Criterion", "DataReview", "Deliverable", "Disbursement", "EligibilityCheck", "Entry",
    "EthicsReview", "FeasibilityQuery", "Inquiry", "JointReview", "LateEntry", "LedgerEvent", "Match", "MatchRun", "Milestone", "Need", "Objection",
    "ObjectionDocument", "OwnershipDispute", "PanelPhase", "PayeeAccount", "PaymentAttempt", "PenaltyRecord",
    "PolicyVersion", "PoolMember", "PresentationSchedule", "PresentationSeat", "PresentationSlot", "Quote", "QuoteLine", "QuoteRequest", "Reading", "RepresentativeChange", "Restriction",
    "Round", "Score", "ScoreVersion", "SectionComment", "SelectionLetter", "SelectionLine", "SelectionRecord", "SelectionRun",
    "SiteParticipation", "SizeCertificate", "SubmittedDossier", "SupplementItem", "Track", "Voucher",
]  # fmt: skip
