"""The score: named integer components that sum to at most 10,000, each weight × thousandths ÷ 1,000."""

from vouchers.matching.rules.facts import Candidate
from vouchers.matching.rules.kinds import core
from vouchers.matching.rules.need import Need
from vouchers.matching.rules.policy import WORKING_DAYS_A_MONTH, Policy

FULL, NONE, UNKNOWN_YEARS = 1000, 0, 350
OUTSIDE, NEAR = 700, 300  # of the region: outside the capital area; in the company's own
FITTING_STANDARDS = {
    "IMAGING": {"DICOM", "WSI_FORMAT"},
    "BIOSIGNAL": {"VITAL_FILE", "SLEEP_CDM", "FHIR"},
    "STRUCTURED": {
        "OMOP_CDM",
        "KCURE_BASELINE",
        "KCURE_CCLD",
        "FHIR",
        "CLAIMS",
        "COMMON_CDW",
        "COHORT_SCHEMA",
        "REGISTRY_SCHEMA",
    },
    "TEXT": {"OMOP_CDM", "KCURE_BASELINE", "KCURE_CCLD"},
    "OMICS": {"VCF", "FASTQ", "PLINK"},
    "PATIENT_TRAIT": {"SURVEY_SCHEMA", "COHORT_SCHEMA"},
}


def components(need: Need, found: Candidate, policy: Policy) -> dict[str, int]:
    """Component → points."""
    parts = {
        "modality": modality(need, found, policy),
        "disease": disease(need, found),
        "volume": volume(need, found),
        "purpose": purpose(need, found),
        "access": access(need, found),
        "supplier": supplier(found, policy),
        "terms": terms(need, found, policy),
        "labels": labels(need, found),
        "period": period(need, found, policy),
        "standard": standard(need, found, policy),
        "population": population(need, found),
        "certainty": certainty(found),
        "region": region(need, found, policy),
    }
    return {name: policy.weights[name] * part // FULL for name, part in parts.items()}


def modality(need: Need, found: Candidate, policy: Policy) -> int:
    """How much of what was asked for is inside; what nothing else replaces counts three times what comes with it."""
    if not found.modality:
        return 300
    first = core(need, found, policy)
    weigh = {code: 3 if code in first else 1 for code in need.modality}
    held = {*found.modality, *(policy.by_linkage if found.linkage is not False else ())}
    inside = sum(weight for code, weight in weigh.items() if code in held)
    return inside * FULL // sum(weigh.values())


def disease(need: Need, found: Candidate) -> int:
    """Coverage of the codes asked for, then how much of the collection is about them."""
    wanted = need.disease_codes
    if wanted is None or not wanted.include.texts:
        return FULL
    if not wanted.include.spans:
        return 400
    if found.diseases is None:
        return 400 if found.disease_scope == "ALL" else 300
    covered = wanted.include.covered_by(found.diseases)
    if found.disease_scope != "LISTED":
        return 400 + covered * 200 // FULL
    if found.unread and not wanted.include.overlaps(found.diseases):
        return 300
    focus = found.diseases.share_in(wanted.include)
    return covered * (700 + min(FULL, focus * 2) * 300 // FULL) // FULL


def volume(need: Need, found: Candidate) -> int:
    """Published persons against those wanted; of a collection of all diseases less counts, since yours are fewer."""
    wanted = need.patients_wanted or need.patients_minimum
    count = found.individuals if found.individuals is not None else found.records
    if count is None:
        return 300
    if not wanted:
        wanted = 10_000
    share = min(FULL, count * FULL // wanted)
    unsure = found.disease_scope != "LISTED" and need.disease_codes is not None
    if found.individuals is None:  # records, not persons
        share = share * 700 // FULL
    return share * 400 // FULL if unsure else share


def supplier(found: Candidate, policy: Policy) -> int:
    return FULL if policy.pays(found.holder) else NONE


def labels(need: Need, found: Candidate) -> int:
    return FULL if not need.labels or found.annotation_words else NONE


def purpose(need: Need, found: Candidate) -> int:
    if not need.commercial:
        return FULL
    return {True: FULL, None: 400, False: NONE}[found.allows(need.purpose)]


def access(need: Need, found: Candidate) -> int:
    parts = access_parts(need, found)
    return sum(parts.values()) // len(parts)


def access_parts(need: Need, found: Candidate) -> dict[str, int]:
    """The way of use, what may be taken out and, where something is to be joined, whether it may be: each in thousandths."""
    if not need.access_modes_acceptable:
        mode = FULL if found.modes else 500
    elif not found.modes:
        mode = 400
    else:
        mode = FULL if set(found.modes) & set(need.access_modes_acceptable) else NONE
    if not need.exports_wanted:
        way_out = FULL if found.ways_out else 500
    elif not found.ways_out:
        way_out = 400
    else:
        way_out = FULL if set(need.exports_wanted) <= set(found.ways_out) else NONE
    if not need.linkage:
        return {"mode": mode, "exit": way_out}
    joined = FULL if found.joins(need.linkage) else {True: FULL, None: 400, False: NONE}[found.linkage]
    return {"mode": mode, "exit": way_out, "linkage": joined}


def region(need: Need, found: Candidate, policy: Policy) -> int:
    """A supplier outside the capital area counts in the selection; one in the company's own region is nearer."""
    if not policy.pays(found.holder):
        return NONE
    outside = policy.prefer_outside_capital and found.holder.capital_area is False
    near = need.region is not None and need.region == found.holder.region
    return (OUTSIDE if outside else 0) + (NEAR if near else 0)


def terms(need: Need, found: Candidate, policy: Policy) -> int:
    """A published offer; room in the budget and in time; a joint review."""
    offer = found.offer
    if offer is None:
        return NONE
    points = 400
    if offer.floor_won is not None:
        limit = policy.budget_of(need)
        points += 200 if limit is None or offer.floor_won <= limit else 0
    if offer.lead_time_days is not None:
        window = need.months * WORKING_DAYS_A_MONTH if need.months else 120
        points += 200 * max(0, window - offer.lead_time_days) // window
    points += 100 if offer.joint_drb else 0
    points += 100 if set(need.processing_wanted) <= set(offer.processing) and offer.open_capacity != 0 else 0
    return points


def period(need: Need, found: Candidate, policy: Policy) -> int:
    """The years asked for that are covered; without a wish, how recent the data is."""
    if found.first_year is None and found.last_year is None:
        return UNKNOWN_YEARS
    first, last = found.first_year or 0, found.last_year or policy.year
    if need.period is None:
        return max(200, FULL - 100 * max(0, policy.year - last))
    low = need.period[0] if need.period[0] is not None else max(first, 1990)
    high = need.period[1] if need.period[1] is not None else policy.year
    years = max(1, high - low + 1)
    least = UNKNOWN_YEARS if found.grows and high > last else NONE  # the rest may have been added since
    return max(least, max(0, min(high, last) - max(low, first) + 1) * FULL // years)


def standard(need: Need, found: Candidate, policy: Policy) -> int:
    if not found.standard:
        return 200
    kinds = {policy.words.kind(code) for code in need.modality}
    fits = any(set(found.standard) & FITTING_STANDARDS.get(kind, set()) for kind in kinds)
    return FULL if fits else 500


def population(need: Need, found: Candidate) -> int:
    """Ages and follow-up that are known to suit; sites inside one collection."""
    points = FULL - (FULL - ages_covered(need, found)) * 600 // FULL
    if need.follow_up_months_minimum and (found.first_year is None or found.last_year is None):
        points -= 300
    if need.sites_minimum and need.sites_minimum > 1 and (found.sites or 0) < need.sites_minimum:
        points -= 300
    return max(0, points)


def ages_covered(need: Need, found: Candidate) -> int:
    """Thousandths of the ages asked for (up to 100 years) that are inside; two thirds when nothing is published."""
    if need.min_age is None and need.max_age is None:
        return FULL
    if found.min_age is None and found.max_age is None:
        return 667
    low, high = need.min_age or 0, max(need.max_age if need.max_age is not None else 100, (need.min_age or 0))
    inside = min(high, found.max_age if found.max_age is not None else 150) - max(low, found.min_age or 0) + 1
    return max(0, min(FULL, inside * FULL // (high - low + 1)))


def certainty(found: Candidate) -> int:
    base = {"published": FULL, "derived": 500, "recalled": 200}.get(found.certainty, 500)
    asked = {"*", "modality", "access_mode", "exits", "commercial_use_allowed", "standard"}
    return max(100, base - 150 * len(found.uncertain & asked))
