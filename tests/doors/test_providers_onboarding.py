"""An institution applies in the browser, is verified by the operating agency, and publishes its service before anybody applies."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.models import Organisation
from portal.accounts.rules import Role
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock, words
from portal.kit.errors import Refused
from providers.institutions import actions, queries
from providers.institutions.models import Institution
from tests.doors import as_
from tests.factories import providers
from tests.factories.accounts import make_organisation

pytestmark = pytest.mark.django_db
APPLY, STATE, EDIT, WITHDRAW = (
    f"/providers/{name}/" for name in ("apply", "application", "application/edit", "application/withdraw")
)


@pytest.fixture(autouse=True)
def codes() -> None:
    providers.code_lists()


def newcomer() -> Any:
    return providers.person("")


def filled(**changes: str) -> dict[str, str]:
    return {
        "name_ko": "새빛병원", "name_en": "Saebit Hospital", "institution_type": "HOSPITAL", "hospital_type": "GENERAL", "region": "INCHEON",
        "consortium": "CONS_SNUH", "consortium_role": "MEMBER", "site": "saebit.example", "notes": "2015년부터의 영상", "desk_ko": "데이터실",
        "desk_en": "Data office", "desk_email": "data@saebit.example", "desk_phone": "032-000-0000", **changes,
    }  # fmt: skip


def applied(person: Any) -> Institution:
    assert as_(person).post(APPLY, filled()).status_code == 303
    return Institution.objects.get(name_ko="새빛병원")


def seen(person: Any, address: str = STATE) -> str:
    answer = as_(person).get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_new_institution_applies_and_is_verified(django_assert_max_num_queries: Any) -> None:
    person = newcomer()
    page = seen(person, APPLY)
    assert "목록에 있는" in page and "name_ko" in page
    institution = applied(person)
    assert (institution.status, institution.capital_area, institution.voucher_supplier) == ("APPLIED", True, False)
    assert (
        institution.organisation.kind == "PROVIDER"
        and queries.applied_by(person.__class__.objects.get(pk=person.pk)) == institution
    )
    duty = Duty.objects.get(verb="verify_institution")
    assert duty.role == Role.OPERATOR_CASE and Notice.objects.filter(template="institution_applied", user=person).exists()
    assert "신청" in seen(person) and institution.ref in seen(person) and as_(person).get(APPLY).status_code == 303
    assert Client().get(f"/providers/institutions/{institution.key}/").status_code == 404  # not public yet
    operator = providers.person(Role.OPERATOR_CASE)
    actions.start_verification(institution_id=institution.pk, by=operator)
    assert "지금은 바꿀 수 없습니다" in seen(person) and as_(person).post(EDIT, filled(version="2")).status_code == 422
    actions.activate(institution_id=institution.pk, by=operator, voucher_supplier=True)
    assert not Duty.objects.filter(verb="verify_institution", closed_at=None).exists()
    assert Notice.objects.filter(template="institution_verified", user=person).exists()
    assert (
        Institution.objects.get().voucher_supplier
        and Client().get(f"/providers/institutions/{institution.key}/").status_code == 200
    )
    assert "확인을 마쳤습니다" in seen(person)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"name_ko": ""}, "name_ko"), ({"institution_type": "SHOP"}, "institution_type"), ({"region": ""}, "region"),
     ({"desk_email": "nobody"}, "desk_email"), ({"desk_ko": ""}, "desk_ko"), ({"consortium_role": ""}, "consortium_role"),
     ({"consortium": ""}, "consortium"), ({"notes": "x" * 1001}, "notes")],
)  # fmt: skip
def test_a_bad_application_is_answered_beside_its_field(change: dict[str, str], field: str) -> None:
    answer = as_(newcomer()).post(APPLY, filled(**change))
    text = answer.content.decode()
    assert answer.status_code == 422 and f"id_{field}_error" in text and "Saebit Hospital" in text
    assert not Organisation.objects.exists() and not Institution.objects.exists()


def test_an_institution_of_the_list_is_chosen_not_entered_again() -> None:
    actions.register_reference(
        record={"key": "known", "name_ko": "새 빛 병원", "name_en": "Known", "institution_type": "HOSPITAL"}, is_demo=True
    )
    person = newcomer()
    answer = as_(person).post(APPLY, filled())
    assert answer.status_code == 422 and "id_name_ko_error" in answer.content.decode() and not Organisation.objects.exists()
    assert as_(person).post(APPLY, {"claim": "1", "institution": "nothing"}).status_code == 422
    assert as_(person).post(APPLY, {"claim": "1", "institution": "known"}).status_code == 303
    known = Institution.objects.get()
    assert known.organisation is None and known.claimant is not None and "요청" in seen(person)
    rival = newcomer()
    assert "새 빛 병원" not in seen(rival, APPLY)  # somebody asks to act for it already
    with pytest.raises(Refused):
        actions.claim(institution_id=known.pk, by=rival)
    operator = providers.person(Role.OPERATOR_CASE)
    with pytest.raises(Refused):
        actions.refuse_claim(institution_id=known.pk, claimant=known.claimant.ref, reason=" ", by=operator)
    actions.refuse_claim(institution_id=known.pk, claimant=known.claimant.ref, reason="재직 확인 불가", by=operator)
    assert Notice.objects.filter(template="institution_refused", user=person).exists()
    assert as_(person).post(APPLY, {"claim": "1", "institution": "known"}).status_code == 303  # with better papers
    asked = known.claimant.ref
    actions.confirm_claim(institution_id=known.pk, claimant=asked, by=operator)
    known.refresh_from_db()
    assert known.organisation is not None and known.claimant is None and "확인을 마쳤습니다" in seen(person)
    assert Organisation.objects.filter(kind="PROVIDER").count() == 1
    assert not Duty.objects.filter(verb="verify_institution", closed_at=None).exists()
    with pytest.raises(Refused):
        actions.confirm_claim(institution_id=known.pk, claimant=asked, by=operator)


def test_who_is_confirmed_or_refused_is_who_the_page_showed() -> None:
    record = {"key": "known", "name_ko": "새 빛 병원", "name_en": "Known", "institution_type": "HOSPITAL"}
    known = actions.register_reference(record=record, is_demo=True)
    first, second, operator = newcomer(), newcomer(), as_(providers.person(Role.OPERATOR_CASE))
    asked = actions.claim(institution_id=known.pk, by=first).claimant
    confirm, refuse = (
        reverse("admin:providers_institution_verb", args=[known.pk, verb]) for verb in ("confirm_claim", "refuse_claim")
    )
    page = operator.get(confirm).content.decode()
    assert asked is not None and str(asked) in page and f'value="{asked.ref}"' in page
    assert (
        asked.ref in page and reverse("admin:accounts_organisation_change", args=[asked.pk]) in page
    )  # told apart from the next
    assert operator.post(refuse, {"claimant": asked.ref, "reason": "재직 확인 불가"}).status_code == 302  # by a colleague
    other = actions.claim(institution_id=known.pk, by=second).claimant
    for address, more in ((confirm, {}), (refuse, {"reason": "늦었음"})):
        for old in (asked.ref, ""):
            late = operator.post(address, {"claimant": old, **more})
            assert late.status_code == 422 and "다른 조직" in late.content.decode()
    known.refresh_from_db()
    assert known.organisation is None and known.claimant == other  # nothing happened
    assert other is not None and operator.post(confirm, {"claimant": other.ref}).status_code == 302
    known.refresh_from_db()
    assert known.organisation == other and known.claimant is None
    done = operator.post(confirm, {"claimant": other.ref})
    assert done.status_code == 422 and "더 이상" in done.content.decode()


def test_what_is_sent_back_is_completed_and_looked_at_again() -> None:
    person = newcomer()
    institution = applied(person)
    operator = providers.person(Role.OPERATOR_CASE)
    actions.start_verification(institution_id=institution.pk, by=operator)
    with pytest.raises(Refused):
        actions.return_application(institution_id=institution.pk, reason="", by=operator)
    actions.return_application(institution_id=institution.pk, reason="창구 전화번호가 틀립니다", by=operator)
    assert "창구 전화번호가 틀립니다" in seen(person)
    assert Duty.objects.filter(verb="complete_institution", closed_at=None).exists()
    institution.refresh_from_db()
    form = seen(person, EDIT)
    assert 'value="032-000-0000"' in form
    stale = as_(person).post(EDIT, filled(version="1", desk_phone="1"))
    assert stale.status_code == 422 and 'value="1"' in stale.content.decode()
    done = as_(person).post(EDIT, filled(version=str(institution.version), desk_phone="032-111-1111"))
    assert done.status_code == 303 and Institution.objects.get().desk_phone == "032-111-1111"
    assert not Duty.objects.filter(verb="complete_institution", closed_at=None).exists()
    assert Duty.objects.filter(verb="verify_institution", closed_at=None).count() == 1


def test_a_refusal_has_its_reason_and_ends_nothing_for_ever() -> None:
    person = newcomer()
    institution = applied(person)
    operator = providers.person(Role.OPERATOR_CASE)
    actions.start_verification(institution_id=institution.pk, by=operator)
    actions.refuse(institution_id=institution.pk, reason="데이터를 보유하지 않습니다", by=operator)
    assert "데이터를 보유하지 않습니다" in seen(person) and Notice.objects.filter(template="institution_refused").exists()
    assert as_(person).get(APPLY).status_code == 200
    assert as_(person).post(APPLY, filled(name_ko="새빛의료원", name_en="Saebit Hospital")).status_code == 303
    again = Institution.objects.get(name_ko="새빛의료원")
    assert again.organisation == institution.organisation and again.key != institution.key
    assert as_(person).post(WITHDRAW).status_code == 303
    again.refresh_from_db()
    assert again.status == "RETIRED" and not Duty.objects.filter(verb="verify_institution", closed_at=None).exists()
    assert as_(person).post(WITHDRAW, follow=True).status_code == 200  # an old page: a sentence, no error page
    assert Event.objects.filter(name="institution.application_withdrawn").count() == 1


def test_what_is_not_verified_is_prepared_and_not_handed_in() -> None:
    person = newcomer()
    institution = applied(person)
    manager = type(person).objects.get(pk=person.pk)
    made = providers.own_dataset(providers.Provider(institution, institution.organisation, manager))
    from providers.catalogue import actions as catalogue
    from providers.offers import actions as offers

    with pytest.raises(Refused) as refused:
        catalogue.submit(dataset_id=made.pk, by=manager)
    assert refused.value.code == "not_verified"
    offer = offers.create_offer(
        institution=institution, values=providers.values(kind="PROCESSING"), lines=providers.lines(), by=manager
    )
    with pytest.raises(Refused) as refused:
        offers.submit(offer_id=offer.pk, by=manager)
    assert refused.value.code == "not_verified"


def test_who_has_another_role_cannot_apply_and_strangers_see_nothing() -> None:
    company = providers.person(Role.REPRESENTATIVE, make_organisation())
    assert "다른 계정" in seen(company, APPLY)
    answer = as_(company).post(APPLY, filled())
    assert answer.status_code in (409, 422) and not Institution.objects.exists()
    assert Organisation.objects.filter(kind="PROVIDER").count() == 0
    assert Client().get(APPLY).status_code == 302 and Client().get(STATE).status_code == 302
    person = newcomer()
    assert as_(person).get(STATE).status_code == 404
    institution = applied(person)
    assert as_(company).get(STATE).status_code == 404 and as_(company).get(EDIT).status_code == 403
    secretary = providers.person(Role.PROVIDER_DRB_SECRETARY, institution.organisation)
    assert 'href="/providers/"' not in seen(secretary) and as_(secretary).get(EDIT).status_code == 403
    manager = type(person).objects.get(pk=person.pk)
    assert as_(manager).post(APPLY, filled(name_ko="둘째")).status_code == 303 and Institution.objects.count() == 1


def test_whoever_waits_for_the_verification_reads_so_on_the_desk() -> None:
    person = newcomer()
    institution = applied(person)
    manager = type(person).objects.get(pk=person.pk)
    desk = seen(manager, "/home/")
    duty = Duty.objects.get(verb="verify_institution")
    due = clock.to_kst(duty.due_at - timedelta(seconds=1)).date()
    assert "확인하고 있습니다" in desk and "새빛병원" in desk and STATE in desk and "다른 곳의 차례" in desk
    assert words.day(clock.today()) in desk and words.day(due) in desk and "지금 처리하실 일이 없습니다" not in desk
    operator = providers.person(Role.OPERATOR_CASE)
    actions.start_verification(institution_id=institution.pk, by=operator)
    assert "확인하고 있습니다" in seen(manager, "/home/")
    actions.return_application(institution_id=institution.pk, reason="창구 전화번호가 틀립니다", by=operator)
    desk = seen(manager, "/home/")  # now it is the institution's turn
    assert "다른 곳의 차례" not in desk and "공급기관 등록 신청 보완" in desk


def test_whoever_asked_to_act_for_an_institution_reads_so_on_the_desk() -> None:
    record = {"key": "known", "name_ko": "새 빛 병원", "name_en": "Known", "institution_type": "HOSPITAL"}
    known, person = actions.register_reference(record=record, is_demo=True), newcomer()
    asked = actions.claim(institution_id=known.pk, by=person).claimant
    manager = type(person).objects.get(pk=person.pk)
    assert "새 빛 병원" in seen(manager, "/home/") and "Waiting for others" in seen(manager, "/en/home/")
    actions.confirm_claim(institution_id=known.pk, claimant=asked.ref, by=providers.person(Role.OPERATOR_CASE))
    assert "다른 곳의 차례" not in seen(manager, "/home/")


def test_the_providers_place_says_whose_it_is_and_how_to_come_in() -> None:
    owner = providers.provider()
    for person, said, unsaid in (
        (newcomer(), APPLY, "다른 계정"),
        (providers.person(Role.REPRESENTATIVE, make_organisation()), "다른 계정", APPLY),
        (providers.person(Role.PROVIDER_DRB_SECRETARY, owner.organisation), str(owner.institution), APPLY),
    ):
        answer = as_(person).get("/providers/")
        page = answer.content.decode()
        assert answer.status_code == 403 and "데이터 공급기관을 위한 화면" in page and said in page and unsaid not in page
        assert as_(person).get("/providers/offers/new/").status_code == 403
    assert as_(owner.user).get("/providers/").status_code == 200 and Client().get("/providers/").status_code == 302


def test_the_operator_verifies_in_the_admin() -> None:
    person = newcomer()
    institution = applied(person)
    operator = as_(providers.person(Role.OPERATOR_CASE))
    page = f"/admin/providers/institution/{institution.pk}/change/"
    text = operator.get(page).content.decode()
    assert "데이터실" in text and "INCHEON" not in text
    for verb, data in (("start_verification", {}), ("activate", {"voucher_supplier": "yes"})):
        answer = operator.post(f"/admin/providers/institution/{institution.pk}/verb/{verb}/", data)
        assert answer.status_code in (302, 303), (verb, answer.content.decode()[:2000])
    institution.refresh_from_db()
    assert (institution.status, institution.voucher_supplier) == ("ACTIVE", True)


# ── Service levels ───────────────────────────────────────────────────────────────────────────────────
def service(institution: Institution, **changes: Any) -> dict[str, Any]:
    return {
        "review_mode": "JOINT", "desk_ko": "데이터실", "desk_en": "", "desk_email": "data@hospital.example", "desk_phone": "",
        "days_quote": "7", "days_drb": "12", "version": str(institution.version), **changes,
    }  # fmt: skip


def test_service_levels_are_published_before_anybody_applies() -> None:
    from datetime import date

    owner = providers.provider()
    providers.offer(owner, published=True)
    institution = owner.institution
    client = as_(owner.user)
    assert client.post("/providers/service/", service(institution)).status_code == 303
    for kind, positive, n in (("quote", 9, 12), ("review", 1, 3)):
        actions.record_measured_rate(
            institution_id=institution.pk, kind=kind, positive=positive, n=n, least=10, as_of=date(2026, 11, 20)
        )
    page = Client().get(f"/en/providers/institutions/{institution.key}/").content.decode()
    for told_ in ("Takes part in joint review", "data@hospital.example", "75% of 12 cases until 20 Nov 2026",
                  "Fewer than 10 cases until 20 Nov 2026", "5 more projects"):  # fmt: skip
        assert told_ in page, told_
    told = Client().get("/api/v1/institutions/").json()["results"][0]
    assert told["review_mode"] == "JOINT" and told["contact_desk"]["email"] == "data@hospital.example"
    assert told["target_days"] == {"quote": 7, "drb": 12} and told["open_capacity"] == {"offers": 1, "open": 5, "not_limited": 0}
    assert told["measured_rates"] == {
        "quote": {"least": 10, "as_of": "2026-11-20", "permille": 750, "n": 12}, "review": {"least": 10, "as_of": "2026-11-20"},
    }  # fmt: skip
    version = Institution.objects.get().version
    actions.record_measured_rate(
        institution_id=institution.pk, kind="quote", positive=9, n=12, least=10, as_of=date(2026, 11, 20)
    )
    assert Institution.objects.get().version == version  # idempotent


@pytest.mark.parametrize(("change", "field"), [
    ({"days_quote": "0"}, "days_quote"), ({"days_drb": "251"}, "days_drb"), ({"review_mode": "NONE"}, "review_mode"),
    ({"desk_ko": ""}, "desk_ko"), ({"desk_email": "x"}, "desk_email"),
])  # fmt: skip
def test_bad_service_levels_are_answered_beside_their_field(change: dict[str, str], field: str) -> None:
    owner = providers.provider()
    answer = as_(owner.user).post("/providers/service/", service(owner.institution, **change))
    assert answer.status_code == 422 and f"id_{field}_error" in answer.content.decode()
    assert Institution.objects.get().review_mode == ""


def test_service_levels_are_their_own_institutions() -> None:
    owner, other = providers.provider(), providers.provider()
    address = f"/providers/service/{owner.institution.key}/"
    assert as_(owner.user).get(address).status_code == 200 and as_(other.user).get(address).status_code == 404
    assert as_(providers.person(Role.PROVIDER_DRB_SECRETARY, owner.organisation)).get(address).status_code == 403
    assert Client().get(address).status_code == 302
    stale = as_(owner.user).post(address, service(owner.institution, version="0", desk_ko="늦은 창구"))
    assert stale.status_code == 422 and "늦은 창구" in stale.content.decode()
