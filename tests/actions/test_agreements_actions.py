"""Agreements' actions: drafting, versions, signatures, the voucher, and what happens later."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import IntegrityError, transaction
from pypdf import PdfReader

from portal.accounts import second_factor
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.errors import IllegalStep, NotAllowed, Refused
from tests.factories import applications as make
from tests.factories import authorities, halts
from tests.factories import evaluation as ev
from tests.factories.providers import provider
from tests.refusals import refused
from vouchers.agreements import actions, queries
from vouchers.agreements.actions import drafting
from vouchers.agreements.models import Agreement, AgreementLine, AgreementParty, AgreementVersion, Voucher
from vouchers.evaluation import actions as evaluation
from vouchers.evaluation import queries as evaluation_queries
from vouchers.evaluation.models import Award
from vouchers.ledger import queries as ledger
from vouchers.matching.models import Match
from vouchers.payments import actions as payments

pytestmark = pytest.mark.django_db
GRANT = 320_000_000


def pages(document) -> list[str]:
    with document.file.open("rb") as file:
        return [page.extract_text() for page in PdfReader(BytesIO(file.read())).pages]


# ── Drafting ─────────────────────────────────────────────────────────────────────────────────────────
def test_draft_copies_lines_names_parties_and_keeps_the_sum():
    made = ev.drafted()
    row = made.agreement
    assert (row.status, row.grant_won, row.own_cash_won, row.supply_amount_won) == ("DRAFTING", GRANT, 80_000_000, 400_000_000)
    assert row.vat_won == 40_000_000 and row.number == f"A{made.award.project_no}"
    assert [p.role for p in row.parties.all()] == ["OPERATOR", "COMPANY", "PROVIDER"]
    line = row.lines.get()
    assert (line.amount_won, line.tax_kind, line.payee) == (400_000_000, "TAXABLE", row.parties.get(role="PROVIDER").institution)
    award = Award.objects.get(pk=made.award.pk)
    assert award.status == "AGREEMENT_READY"
    assert not Duty.objects.filter(subject_ref=award.ref, closed_at__isnull=True).exists()
    assert queries.intact(row)


def test_draft_pdf_is_korean_says_demo_on_every_page_and_carries_the_hash():
    row = ev.drafted().agreement
    version = row.current()
    texts = pages(version.document)
    whole = "".join(texts)
    for words in (
        "보건의료데이터 바우처 협약서",
        row.number,
        "전담기관",
        "320,000,000",
        "3억 2천만원",
        "제9조",
        version.content_hash,
    ):
        assert words.replace(" ", "") in whole.replace(" ", "").replace("\n", ""), words
    assert all("시연용 문서입니다" in text for text in texts)
    assert version.document.scan_state == "CLEAN" and version.document.media_type == "application/pdf"


def test_draft_english_reading_copy_holds_no_korean_but_names():
    row = ev.drafted().agreement
    version = row.current()
    made = actions.paper(body=version.body, content_hash=version.content_hash, demo=True, lang="en")
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(made)).pages)
    assert "The Korean text is the one that binds" in text and "KRW 320 million" in text and "협약" not in text


def test_draft_needs_an_accepted_award_the_operator_and_a_period():
    at, (award,) = ev.awarded()
    operator = ev.operator()
    refused(actions.draft, "award_not_ready", award_id=award.pk, by=operator, **ev.period())
    from vouchers.evaluation import actions as evaluation

    evaluation.accept_award(award_id=award.pk, by=at.firms[0].representative)
    with pytest.raises(NotAllowed):
        actions.draft(award_id=award.pk, by=at.officer, **ev.period())
    today = clock.today()
    bad = {"starts_on": today, "ends_on": today - timedelta(days=1)}
    refused(actions.draft, "period_order", award_id=award.pk, by=operator, **bad)


def test_draft_names_a_missing_match_and_an_institution_without_people():
    _at, award = ev.accepted()
    operator = ev.operator()
    institution = Match.objects.get().institution
    organisation, institution.organisation = institution.organisation, None
    institution.save()
    with pytest.raises(Refused) as error:
        actions.draft(award_id=award.pk, by=operator, **ev.period())
    assert error.value.code == "provider_cannot_sign" and institution.name_ko in str(error.value)
    institution.organisation = organisation
    institution.save()
    Match.objects.update(status="CANCELLED")
    refused(actions.draft, "no_match", award_id=award.pk, by=operator, **ev.period())


def test_revise_writes_the_next_version_in_the_chain():
    made = ev.drafted()
    first = made.agreement.current()
    row = actions.revise(
        agreement_id=made.agreement.pk, by=made.operator, **ev.period(ends_on=clock.today() + timedelta(days=90))
    )
    second = row.current()
    assert (second.number, second.previous_hash) == (2, first.content_hash) and second.content_hash != first.content_hash
    assert queries.intact(row)


# ── Signing ──────────────────────────────────────────────────────────────────────────────────────────
def test_send_asks_every_party():
    made = ev.to_sign()
    duties = Duty.objects.filter(subject_ref=made.agreement.ref, verb="sign", closed_at__isnull=True)
    assert {d.role for d in duties} == {"OPERATOR_CASE", "REPRESENTATIVE", "PROVIDER_MANAGER"}
    for person in made.everybody:
        assert Notice.objects.filter(user=person, template="agreement_to_sign").count() == 1


def test_last_signature_puts_in_force_issues_the_voucher_and_commits_the_money():
    made = ev.to_sign()
    for person in made.everybody[:2]:
        assert ev.sign(made, person).status == "AWAITING_SIGNATURES"
    assert not Voucher.objects.exists()
    row = ev.sign(made, made.provider)
    voucher = Voucher.objects.get(agreement=row)
    assert (row.status, voucher.grant_won, voucher.number) == ("ACTIVE", GRANT, f"V{made.award.project_no}")
    position = ledger.position(row.round_id)
    assert (position.reserved_won, position.committed_won) == (0, GRANT)
    assert ledger.voucher_balance(voucher.ref).open_won == GRANT
    signed = Event.objects.filter(subject_ref=row.ref, name="agreement.signed")
    assert {e.data["content_hash"] for e in signed} == {row.current().content_hash} and signed.count() == 3
    assert Notice.objects.filter(user=made.company, template="voucher_issued").exists()
    assert list(Duty.objects.filter(subject_ref=row.ref, closed_at__isnull=True).values_list("verb", flat=True)) == [
        "plan_milestones"
    ]
    assert list(queries.faults()) == []


def test_sign_refuses_strangers_staff_wrong_codes_old_texts_and_a_second_time():
    made = ev.to_sign()
    version = made.agreement.current()
    given = {"agreement_id": made.agreement.pk, "content_hash": version.content_hash}
    for nobody in (make.firm().representative, made.panel.firms[0].staff, made.panel.officer):
        with pytest.raises(NotAllowed):
            actions.sign(second_factor_code=second_factor.demo_code(nobody), by=nobody, **given)
    refused(actions.sign, "wrong_code", second_factor_code="000000x", by=made.company, **given)
    right = second_factor.demo_code(made.company)
    refused(
        actions.sign, "text_changed", agreement_id=made.agreement.pk, content_hash="0" * 64, second_factor_code=right, by=made.company
    )  # fmt: skip
    ev.sign(made, made.company)
    refused(actions.sign, "signed_already", second_factor_code=right, by=made.company, **given)


def test_sign_stops_guessing():
    made = ev.to_sign()
    given = {"agreement_id": made.agreement.pk, "content_hash": made.agreement.current().content_hash, "by": made.company}
    for _try in range(second_factor.TRIES):
        refused(actions.sign, "wrong_code", second_factor_code="abc", **given)
    refused(actions.sign, "too_many_codes", second_factor_code=second_factor.demo_code(made.company), **given)


def test_return_to_draft_clears_signatures_and_the_journal_keeps_them():
    made = ev.to_sign()
    ev.sign(made, made.company)
    refused(actions.return_to_draft, "reason_missing", agreement_id=made.agreement.pk, reason="", by=made.operator)
    row = actions.return_to_draft(agreement_id=made.agreement.pk, reason="기간 오류", by=made.operator)
    assert row.status == "DRAFTING" and not row.parties.filter(signed_at__isnull=False).exists()
    event = Event.objects.filter(subject_ref=row.ref, name="agreement.returned").get()
    assert list(event.data["signed"].values()) == [row.current().content_hash]
    actions.revise(agreement_id=row.pk, by=made.operator, **ev.period())
    made.agreement = actions.send_for_signature(agreement_id=row.pk, by=made.operator)
    for person in made.everybody:
        row = ev.sign(made, person)
    assert row.status == "ACTIVE" and list(queries.faults()) == []


def test_a_smaller_agreed_grant_gives_the_rest_back():
    made = ev.drafted()
    assert made.agreement.grant_won == made.award.grant_won
    _at, award = ev.accepted()
    match = award.application.application_matches.get().match
    match.quote.lines.get()
    # agreed lines of 200,000,000: 85 % is 170,000,000, below the award of 320,000,000
    extra = make.match(_at.firms[0], award.application.need, amount_won=200_000_000)
    award.application.application_matches.update(match=extra)
    drafter = ev.operator()
    agreement = actions.draft(award_id=award.pk, by=drafter, **ev.period())
    assert (agreement.grant_won, agreement.own_cash_won) == (170_000_000, 30_000_000)
    agreement = actions.send_for_signature(agreement_id=agreement.pk, by=drafter)
    from portal.accounts.models import User

    provider = User.objects.get(
        role_grants__organisation=agreement.parties.get(role="PROVIDER").organisation, role_grants__role="PROVIDER_MANAGER"
    )
    signing = ev.Signing(_at, award, agreement, drafter, _at.firms[0].representative, provider)
    authorities.of_parties(agreement, *signing.everybody)
    for person in signing.everybody:
        ev.sign(signing, person)
    position = ledger.position(agreement.round_id)
    assert (position.reserved_won, position.committed_won, position.available_won) == (0, 170_000_000, 830_000_000)


# ── The database guards ──────────────────────────────────────────────────────────────────────────────
def test_the_database_refuses_to_change_what_was_agreed():
    made = ev.active()
    row = made.agreement
    changes = [
        (Agreement.objects.filter(pk=row.pk), {"grant_won": 1, "own_cash_won": 399_999_999}),
        (Agreement.objects.filter(pk=row.pk), {"ends_on": clock.today() + timedelta(days=900)}),
        (AgreementVersion.objects.filter(agreement=row), {"content_hash": "0" * 64}),
        (AgreementLine.objects.filter(agreement=row), {"amount_won": 1}),
        (AgreementParty.objects.filter(agreement=row), {"signed_hash": "0" * 64}),
        (AgreementParty.objects.filter(agreement=row), {"signed_hash": "", "signed_at": None, "signed_by": None}),
        (Voucher.objects.filter(agreement=row), {"grant_won": 1}),
    ]
    for rows, change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)
    for rows, _change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            rows._raw_delete(rows.db)


def test_the_database_agrees_to_no_more_than_the_quote_commits_to():
    made = ev.drafted()
    line = made.agreement.lines.get()
    line.pk, line.position, line.amount_won, line._state.adding = None, 2, 1, True
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        line.save()
    assert error.value.__cause__.diag.constraint_name == "agreement_within_quote"
    line.amount_won = 0  # as much as was committed, and no won more
    line.save()


def test_the_database_refuses_force_without_every_signature_and_signatures_of_other_texts():
    made = ev.to_sign()
    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.filter(pk=made.agreement.pk).update(status="ACTIVE", activated_at=clock.now())
    party = AgreementParty.objects.filter(agreement=made.agreement, role="COMPANY")
    with pytest.raises(IntegrityError), transaction.atomic():
        party.update(signed_at=clock.now(), signed_by=made.company, signed_hash="1" * 64)


# ── Later ────────────────────────────────────────────────────────────────────────────────────────────
def test_suspend_resume_complete():
    made = ev.active()
    given = {"agreement_id": made.agreement.pk, "by": made.operator}
    assert halts.suspended(made.agreement, by=made.operator).agreement.status == "SUSPENDED"
    with pytest.raises(IllegalStep):
        actions.complete(**given)
    assert payments.resume(**given).status == "ACTIVE"
    with pytest.raises(NotAllowed):
        actions.complete(agreement_id=made.agreement.pk, by=made.company)
    refused(actions.complete, "deliveries_open", **given)
    assert not actions.owe_completion(agreement_id=made.agreement.pk, settled=lambda: False, by=None)
    owed = [actions.owe_completion(agreement_id=made.agreement.pk, settled=lambda: True, by=None) for _again in range(2)]
    assert owed == [True, False]
    assert actions.complete(**given).status == "COMPLETED"
    assert not Duty.objects.filter(verb="complete_agreement", closed_at__isnull=True).exists()


def test_terminate_before_force_lets_the_reserve_move_up():
    at, awards = ev.awarded((90, 80), slots=1)
    evaluation.accept_award(award_id=awards[0].pk, by=at.firms[0].representative)
    drafter = ev.operator()
    row = actions.draft(award_id=awards[0].pk, by=drafter, **ev.period())
    actions.terminate(agreement_id=row.pk, reason="수요기업 폐업", by=drafter)
    promoted = Award.objects.get(application=at.applications[1])
    assert promoted.status == "NOTIFIED" and ledger.position(row.round_id).reserved_won == GRANT
    told = Event.objects.get(subject_ref=promoted.ref, name="award.notified")
    assert "예비 1순위" in Event.objects.get(subject_ref=at.applications[1].ref, name="application.selected").reason
    assert told.data["promoted"] is True
    assert list(evaluation_queries.faults()) == []


def test_an_organisation_behind_two_institutions_signs_once():
    _at, award = ev.accepted()
    (line,) = queries.lines_for(award)
    own, sister, stranger = line.contracting_party, provider().institution, provider().institution
    sister.organisation = own.organisation
    assert drafting.signers([line]) == [own]
    line.payee = sister
    assert drafting.signers([line]) == [own]
    line.payee = stranger
    assert drafting.signers([line]) == [own, stranger]


def test_terminate_before_force_releases_and_one_in_force_ends_otherwise():
    made = ev.to_sign()
    actions.terminate(agreement_id=made.agreement.pk, reason="합의 해지", by=made.operator)
    assert ledger.position(made.agreement.round_id).reserved_won == 0
    assert Award.objects.get(pk=made.award.pk).status == "CANCELLED"
    told = Notice.objects.filter(user=made.company, template__in=["award_given_up", "application_withdrawn"], language="ko")
    assert [notice.template for notice in told] == ["award_given_up"] and "취소되었습니다" in told[0].title
    later = ev.active()
    refused(actions.terminate, "needs_halt", agreement_id=later.agreement.pk, reason="수행 불가", by=later.operator)
    assert ledger.position(later.agreement.round_id).committed_won == GRANT
