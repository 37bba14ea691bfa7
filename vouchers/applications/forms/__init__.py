"""The shape of what a company types, and of what an officer answers."""

from vouchers.applications.forms.asking import FileAnswer
from vouchers.applications.forms.filling import (
    SEEN,
    BatchForm,
    CommentForm,
    FitForm,
    JudgeForm,
    RehearsalForm,
    RoundInCheckForm,
    SectionForm,
    SubmitForm,
    SupplementForm,
    TrackForm,
    UploadForm,
    WithdrawForm,
    WriterForm,
)
from vouchers.applications.forms.late import LateCodeForm, LateEntryForm

__all__ = [
    "SEEN", "BatchForm", "CommentForm", "FileAnswer", "FitForm", "JudgeForm", "LateCodeForm", "LateEntryForm", "RehearsalForm", "RoundInCheckForm", "SectionForm", "SubmitForm", "SupplementForm", "TrackForm", "UploadForm", "WithdrawForm",
    "WriterForm",
]  # fmt: skip
