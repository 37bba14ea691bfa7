"""The made-up market as rows, for a database that is dropped afterwards: what one need's page reads."""

from typing import Any

from django.db import connection, transaction

from portal.kit import clock
from portal.kit.models import make_ref
from portal.management.market import made
from providers.catalogue.models import Dataset, DatasetVersion
from providers.catalogue.rules import comparable, spans
from providers.institutions.models import Institution
from providers.offers.models import Offer, OfferLine

UNSEEN = "0" * 64  # hash of a version that nobody compares


def pour(count: int) -> int:
    """`count` datasets of hospitals with an offer each. Writes: Institution, Dataset,
    DatasetVersion, Offer, OfferLine. Returns: offers that stand."""
    listed = made.listed(count)
    hospitals = {holder["key"]: holder for _dataset, holder, _offer in listed}
    Institution.objects.bulk_create(
        Institution(ref=make_ref("ins"), **{**one, "certainty": "derived"}) for one in hospitals.values()
    )
    holders = dict(Institution.objects.filter(key__in=hospitals).values_list("key", "pk"))
    with transaction.atomic():  # a published row and its version name each other
        made_up = [_dataset(one, holders[one["institution"]]) for one, _holder, _offer in listed]
        rows = {one.key: one.pk for one in Dataset.objects.bulk_create(made_up, batch_size=1000)}
        versions = (
            DatasetVersion(dataset=one, number=1, profile=one.profile, content=one.content([]), sha256=UNSEEN) for one in made_up
        )
        DatasetVersion.objects.bulk_create(versions, batch_size=1000)
    now = clock.now()
    offers = [
        Offer(
            ref=offer["ref"], institution_id=holders[one["institution"]], dataset_id=rows[one["key"]], kind="DATA", status="PUBLISHED",
            published_at=now, title_ko=offer["title_ko"], title_en=offer["title_en"], capacity=offer["open_capacity"],
            open_capacity=offer["open_capacity"], capacity_since=clock.to_kst(now).date(), access_modes=list(offer["access_modes"]), exits=list(offer["exits"]),
            lead_time_days=offer["lead_time_days"], allowed_purposes=list(offer["purposes"]), floor_won=offer["floor_won"],
            commercial_ai_allowed=offer["commercial_ai_allowed"], joint_drb=offer["joint_drb"],
        )
        for one, _holder, offer in listed
    ]  # fmt: skip
    Offer.objects.bulk_create(offers, batch_size=1000)
    lines = [
        OfferLine(ref=make_ref("ofl"), offer=offer, position=place, kind=kind, title_ko="작업", title_en="Work", unit="CASE", unit_price_won=1, tax_kind="TAXABLE")
        for offer, (_one, _holder, facts) in zip(offers, listed, strict=True)
        for place, kind in enumerate(facts["processing"])
    ]  # fmt: skip
    OfferLine.objects.bulk_create(lines, batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return len(offers)


def _dataset(one: dict[str, Any], holder: int) -> Dataset:
    kept = {name: value for name, value in one.items() if name in Dataset.MATCHED and value is not None}
    population = one["population"]
    counted = {name: population.get(name) for name in ("individuals", "records")}
    return Dataset(
        ref=make_ref("dst"),
        **{**kept, **counted, "record_unit": population.get("record_unit") or "", "population_note": population.get("note") or ""},
        institution_id=holder, publication="PUBLISHED", profile="DCAT_AP", published_number=1, published_sha256=UNSEEN,
        disease_spans=spans(one["disease_areas"] or ()), diseases_comparable=comparable(one["disease_areas"] or ()),
    )  # fmt: skip
