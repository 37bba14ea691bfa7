"""Test companies apply in a rehearsal, through the very actions that a company's own people call."""

from itertools import cycle, islice
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.documents import actions as documents
from portal.documents.models import Document
from portal.journal import actions as journal
from portal.kit import pdf
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.applications import rules
from vouchers.applications.actions.attaching import attach_blind_document, attach_document
from vouchers.applications.actions.drafting import start
from vouchers.applications.actions.submitting import submit
from vouchers.applications.actions.writing import save_section
from vouchers.applications.models import Application
from vouchers.applications.rules.blinding import BAR
from vouchers.companies import actions as companies
from vouchers.companies.models import Company
from vouchers.matching import actions as matching
from vouchers.rounds.models import Round
from vouchers.rounds.rules import MARK_KO, MOST_COMPANIES, Phase, QuestionKind, worked_supply_won

K = rules.SectionKey
_REGIONS = ("SEOUL", "BUSAN", "GANGWON", "GYEONGGI", "JEONNAM")


def apply_in_rehearsal(*, round_id: int, companies_wanted: int, by: User) -> list[Application]:
    """New test companies hand complete applications in: sizes, regions and tracks in turn. companies_wanted: 1 to 20.

    Each in its own transaction. Writes: what a company's start to submission writes. Raises: Refused (no rehearsal, not open,
    another number), NotAllowed.
    """
    require(by, "vouchers.manage_round")
    round_ = Round.objects.get(pk=round_id)
    if not round_.is_rehearsal:
        raise Refused(_("Test companies apply in rehearsals alone."), "rehearsal")
    if round_.phase != Phase.OPEN:
        raise Refused(_("The call of this rehearsal is not open now."), "not_open_yet")
    if not 1 <= companies_wanted <= MOST_COMPANIES:
        raise Refused(_("Choose a number from 1 to 20."), "companies_wanted", "companies_wanted")
    first = Application.objects.filter(round=round_).count()
    return [_apply(round_, number, by) for number in range(first, first + companies_wanted)]


@transaction.atomic
def _apply(round_: Round, number: int, by: User) -> Application:
    policy, tracks = round_.policy(), list(round_.tracks.all())
    size, region = _turn(policy.eligible_company_sizes, number), _turn(_REGIONS, number)
    company, person = companies.make_test_company(size=size, region=region, by=by)
    track = tracks[number % len(tracks)]
    need = matching.save_need(
        need_id=None,
        company_id=company.pk,
        round_id=round_.pk,
        title=f"{MARK_KO}데이터 수요",
        document={"modality": ["CT"]},
        by=person,
    )
    application = start(round_id=round_.pk, track_id=track.pk, by=person, need_id=need.pk)
    supply = worked_supply_won(track.cap_won, track.task_price_won, policy)
    for section in application.sections.all():
        if section.key != K.DOCUMENTS:
            given = rules.rehearsed_answers(K(section.key), supply_won=supply, number=number, questions=policy.questions)
            save_section(application_id=application.pk, key=section.key, answers=given, version=section.version, by=person)
    files = [one.key for one in policy.questions if one.kind == QuestionKind.FILE]
    kinds = [*policy.required_documents, *files]
    for kind in kinds:
        attach_document(application_id=application.pk, kind=kind, document=_paper(company, kind, person), by=person)
    for kind in rules.blind_wanted(kinds, policy.questions) if policy.blind_review else ():
        file = _paper(company, kind, person, f"{rules.SAID} {BAR}")
        attach_blind_document(application_id=application.pk, kind=kind, document=file, by=person)
    made = submit(application_id=application.pk, by=person)
    journal.record(
        "application.made_for_rehearsal", made, by=by, organisations=made.organisation_ids(), data={"round": round_.key}
    )
    return made


def _turn(values: Any, number: int) -> str:
    return str(next(islice(cycle(values), number, None)))


def _paper(company: Company, kind: str, person: User, words: str = rules.SAID) -> Document:
    body = pdf.render("= #data.words", {"words": words}, title=f"{MARK_KO}{kind}", demo=False, lang="ko", rehearsal=True)
    file = SimpleUploadedFile(f"rehearsal-{kind.lower()}.pdf", body, content_type="application/pdf")
    return documents.upload(file=file, kind=kind, organisation=company.organisation, by=person)
