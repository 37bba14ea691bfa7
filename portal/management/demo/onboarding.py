"""A hospital that applied and waits; what the first hospital publishes about its service; its key, which nobody can look up."""

from portal.accounts import actions as accounts
from portal.accounts import second_factor
from portal.accounts.models import ApiKey, User
from portal.management.demo.stage import Stage, moment
from providers.institutions import actions as institutions
from providers.institutions.models import Institution

FACTS = {
    "name_ko": "가상 새빛병원", "name_en": "Fictional Saebit Hospital", "institution_type": "HOSPITAL", "hospital_type": "GENERAL",
    "consortium": "", "consortium_role": "", "region": "GANGWON", "site": "saebit.example",
    "notes": "[시연] 2015년부터 모은 흉부 영상과 판독문", "desk_ko": "의료데이터실", "desk_en": "Health data office",
    "desk_email": "data@saebit.example", "desk_phone": "033-000-0000",
}  # fmt: skip
SERVICE = {
    "review_mode": "JOINT", "desk_ko": "의료정보실 데이터 창구", "desk_en": "Health information office, data desk",
    "desk_email": "data@hanbit.example", "desk_phone": "02-000-0000",
}  # fmt: skip


def play(stage: Stage) -> None:
    """A hospital applies, and another one publishes how long it takes."""
    with moment(stage.now, -2):
        if not Institution.objects.filter(name_ko=FACTS["name_ko"], is_demo=True).exists():
            institutions.apply_as_new(facts=FACTS, by=_newcomer())
    manager = stage.cast.people["provider"]
    with moment(stage.now, -60):
        own = Institution.objects.get(key="demo-hanbit")
        if not own.desk_ko:
            institutions.set_service(
                institution_id=own.pk, version=own.version, values=SERVICE, target_days={"quote": 10, "drb": 12, "preparation": 15},
                by=manager,
            )  # fmt: skip
        if own.organisation is not None and not ApiKey.objects.filter(organisation=own.organisation).exists():
            _key, _token = accounts.make_key(
                organisation=own.organisation, name="[시연] 야간 가격 동기화", scopes=["offers:write"], days=365,
                second_factor_code=second_factor.demo_code(manager), by=manager,
            )  # fmt: skip


def _newcomer() -> User:
    """Somebody nobody signs in as."""
    email = "newcomer@demo.example"
    found = User.objects.filter(email=email).first()
    return found or accounts.make_background_user(email=email, name="가상 새빛병원 담당자")
