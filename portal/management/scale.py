"""Pours synthetic companies with applications and their evaluators' assignments by COPY, the one exception to the one writer; `verify` must accept them.

Everything is fictional, belongs to the demo's rounds, and each application and assignment has its chained event and, where
somebody owes something on it, its duty. Reproducible by seed.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.db.models import Model

from portal.accounts.models import Organisation, User
from portal.journal import rules as journal
from portal.journal.models import Duty, Event
from portal.kit import clock
from portal.kit.models import CROCKFORD
from vouchers.applications.models import Application
from vouchers.companies.models import Company
from vouchers.companies.rules import brn_valid
from vouchers.evaluation.models import Assignment
from vouchers.rounds.models import Round
from vouchers.rounds.rules import money

BATCH = 5_000
# state → share of the applications of a hundred
STATES = (
    ("DRAFT", 10), ("SUBMITTED", 20), ("ELIGIBILITY_CHECK", 15), ("SUPPLEMENT_REQUESTED", 5), ("ELIGIBLE", 15),
    ("INELIGIBLE", 8), ("IN_EVALUATION", 20), ("WITHDRAWN", 7),
)  # fmt: skip
DUTIES = {
    "SUBMITTED": ("begin_check", "요건검토를 시작해 주십시오", "Begin the eligibility check"),
    "ELIGIBILITY_CHECK": ("decide_eligibility", "요건검토 결과를 정해 주십시오", "Decide about eligibility"),
    "ELIGIBLE": ("assign", "평가위원을 배정해 주십시오", "Assign evaluators"),
}
EVALUATORS = tuple(f"evaluator{n}@demo.example" for n in range(1, 10))
REGIONS = (
    "SEOUL", "GYEONGGI", "BUSAN", "DAEGU", "INCHEON", "GWANGJU", "DAEJEON", "ULSAN", "SEJONG", "GANGWON", "CHUNGBUK",
    "CHUNGNAM", "JEONBUK", "JEONNAM", "GYEONGBUK", "GYEONGNAM", "JEJU",
)  # fmt: skip


def _ref(chance: random.Random, prefix: str) -> str:
    return f"{prefix}-" + "".join(chance.choices(CROCKFORD, k=10))


def _reserve(model: type[Model], n: int) -> list[int]:
    """n primary keys from the table's own sequence."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [model._meta.db_table, n])
        return [row[0] for row in cursor.fetchall()]


def _copy(rows: Sequence[Model]) -> None:
    """COPY of whole rows: every concrete column as Django would write it; constraints and triggers hold."""
    fields = rows[0]._meta.concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        raw = cursor.cursor.cursor if hasattr(cursor.cursor, "cursor") else cursor.cursor
        with raw.copy(f"COPY {rows[0]._meta.db_table} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([f.get_db_prep_save(getattr(row, f.attname), connection) for f in fields])


def _brns(start: int) -> Iterable[str]:
    """Business numbers of tax offices that do not exist (001–099), each once."""
    number = start
    while True:
        number += 1
        head = f"{number:09d}"
        for digit in range(10):
            if brn_valid(head + str(digit)):
                yield head + str(digit)
                break


def pour(n: int, seed: int, say: Callable[[str], Any]) -> None:
    """n companies with one application each, those in evaluation with two of the demo's evaluators (where it has them).

    Writes by COPY: Organisation, Company, Application, Assignment, Event, Duty.
    """
    if settings.PRODUCTION or not settings.DEMO:
        raise CommandError("Synthetic rows are poured into a demonstration only.")
    round_ = Round.objects.filter(kind="DEMO").order_by("id").first()
    if round_ is None:
        raise CommandError("Play the demo story first: manage.py seed.")
    chance = random.Random(seed)
    writer = User.objects.filter(email="applicant@demo.example").get()
    first = Company.objects.filter(brn__startswith="0").count() * 7 + 20_000_000
    numbers = iter(_brns(first + seed * 1_000_000))
    for begin in range(0, n, BATCH):
        size = min(BATCH, n - begin)
        with transaction.atomic():
            _batch(size, begin, chance, round_, writer, numbers)
        say(f"  · {begin + size} of {n} companies")


def _batch(size: int, begin: int, chance: random.Random, round_: Round, writer: User, numbers: Any) -> None:
    policy, version = round_.policy(), round_.policy_version()
    tracks = list(round_.tracks.all())
    assert round_.opens_at is not None and round_.closes_at is not None
    window = (min(round_.closes_at, clock.now()) - round_.opens_at).total_seconds()
    organisations, companies, applications, events, duties = [], [], [], [], []
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('vouchers_application_receipt') FROM generate_series(1, %s)", [size])
        receipts = [row[0] for row in cursor.fetchall()]
    ids = {model: _reserve(model, size) for model in (Organisation, Company, Application)}
    for i in range(size):
        label = f"{begin + i + 1:06d}"
        company_size = chance.choice(policy.eligible_company_sizes)
        organisation = Organisation(
            pk=ids[Organisation][i], ref=_ref(chance, "org"), kind="COMPANY", name_ko=f"합성기업 {label}",
            name_en=f"Synthetic Company {label}", is_demo=True, version=1,
        )  # fmt: skip
        company = Company(
            pk=ids[Company][i], ref=_ref(chance, "cmp"), organisation=organisation, name_ko=organisation.name_ko,
            name_en=organisation.name_en, brn=next(numbers), opened_on=date(2018, 1, 1) + timedelta(days=i % 2000),
            region=chance.choice(REGIONS), address="가상시 합성로 1", size=company_size, verification="VERIFIED", verified_how="TAX_SERVICE",
            tax_status="ACTIVE", version=1,
        )  # fmt: skip
        state = chance.choices([s for s, _share in STATES], [share for _s, share in STATES])[0]
        track = chance.choice(tracks)
        supply = (track.cap_won or 80_000_000) // 4 + chance.randrange(10_000_000, 90_000_000)
        sums = money(
            supply_won=supply, taxable_won=supply, company_size=company_size, cap_won=track.cap_won, policy=policy,
            region=company.region,
        )  # fmt: skip
        submitted = None if state == "DRAFT" else round_.opens_at + timedelta(seconds=chance.random() * window * 0.99)
        application = Application(
            pk=ids[Application][i], ref=_ref(chance, "app"), round=round_, track=track, company=company, status=state,
            title=f"합성 과제 {label}", summary="합성 자료", created_by=writer, supply_amount_won=sums.supply_won,
            vat_won=sums.vat_won, grant_won=sums.grant_won, own_cash_won=sums.own_cash_won, version=1,
        )  # fmt: skip
        if submitted is not None:
            application.submitted_at, application.deadline_at, application.submitted_by = submitted, round_.closes_at, writer
            application.receipt_no = f"S{round_.fiscal_year}-{receipts[i]:06d}"
            application.region, application.company_size, application.policy_version = company.region, company_size, version
        moment = submitted or clock.now()
        events.append(_event(application, state, moment, organisation.pk))
        if state in DUTIES:
            duties.append(_duty(chance, application, state, moment))
        organisations.append(organisation)
        companies.append(company)
        applications.append(application)
    for rows in (organisations, companies, applications):
        _copy(rows)
    assignments = _assignments(chance, [one for one in applications if one.status == "IN_EVALUATION"], events, duties)
    for model, rows in ((Assignment, assignments), (Event, events), (Duty, duties)):
        for row, pk in zip(rows, _reserve(model, len(rows)), strict=True):
            row.pk = pk
        if rows:
            _copy(rows)


def _assignments(
    chance: random.Random, applications: list[Application], events: list[Event], duties: list[Duty]
) -> list[Assignment]:
    """Two evaluators an application, invited and not yet answered; what each owes is appended to events and duties."""
    evaluators = list(User.objects.filter(email__in=EVALUATORS).order_by("email"))
    officer = User.objects.filter(email="officer@demo.example").first()
    if len(evaluators) < 2 or officer is None:
        return []
    now, made = clock.now(), []
    for application in applications:
        for evaluator in chance.sample(evaluators, 2):
            row = Assignment(
                ref=_ref(chance, "asg"), application=application, evaluator=evaluator, assigned_by=officer,
                due_at=now + timedelta(days=chance.randrange(5, 15)), version=1,
            )  # fmt: skip
            made.append(row)
            events.append(_chained("assignment.invited", "assignment", row.ref, row.status, now, [], application=application.ref))
            duties.append(Duty(
                ref=_ref(chance, "dty"), subject_type="assignment", subject_ref=row.ref, verb="accept",
                title_ko=f"이해충돌 여부를 알려 주십시오: {application.receipt_no} {application.title}",
                title_en=f"Say whether you may evaluate: {application.receipt_no} {application.title}",
                url=f"/evaluation/{row.ref}/", user=evaluator, opened_at=now, due_at=row.due_at, version=1,
            ))  # fmt: skip
    return made


def _event(application: Application, state: str, moment: Any, organisation_id: int) -> Event:
    name = "application.started" if state == "DRAFT" else "application.submitted"
    return _chained(name, "application", application.ref, state, moment, [organisation_id])


def _chained(name: str, kind: str, ref: str, to: str, moment: Any, organisations: list[int], **data: Any) -> Event:
    event = Event(
        at=moment, name=name, subject_type=kind, subject_ref=ref, seq=1, to=to, organisations=organisations,
        data={"synthetic": True, **data}, previous_hash=journal.GENESIS,
    )  # fmt: skip
    event.hash = journal.chain(event.previous_hash, event.content())
    return event


def _duty(chance: random.Random, application: Application, state: str, moment: Any) -> Duty:
    verb, ko, en = DUTIES[state]
    return Duty(
        ref=_ref(chance, "dty"), subject_type="application", subject_ref=application.ref, verb=verb,
        title_ko=f"{ko}: {application.title}", title_en=f"{en}: {application.title}",
        url=f"/admin/vouchers/application/{application.pk}/change/", role="MINISTRY_OFFICER", opened_at=moment,
        due_at=moment + timedelta(days=7), version=1,
    )  # fmt: skip
