"""What would raise a result's score: of each component that is not full, what you could change in the need and by how many points,
what to ask of the holder, or why nothing helps. Read from the components alone."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

from providers.catalogue.rules import disease
from vouchers.matching.rules import score
from vouchers.matching.rules.conditions import CONFIRMED_FACTS, PROCESSING_WORDS
from vouchers.matching.rules.content import span_words
from vouchers.matching.rules.facts import Candidate, Words
from vouchers.matching.rules.need import Need
from vouchers.matching.rules.policy import Policy
from vouchers.matching.rules.verdict import number

CHANGE, ASK, STAYS = "CHANGE", "ASK", "STAYS"
ORDER = {CHANGE: 0, ASK: 1, STAYS: 2}
LEAST = 10  # hundredths of a point: what is less is no help to anybody
FULL = score.FULL
LONGER = 3  # months by which a project is lengthened to see what that brings


class Raise(NamedTuple):
    """part: the component; kind: a CHANGE of the need, which brings exactly so many points; something to ASK of the holder, which
    brings at most so many; or so many are missing and it STAYS so. eased: the need as changed."""

    part: str
    kind: str
    points: int
    ko: str
    en: str
    eased: Need | None = None

    def document(self) -> dict[str, Any]:
        return {"component": self.part, "kind": self.kind, "points": self.points, "reason_ko": self.ko, "reason_en": self.en}


def raises(need: Need, found: Candidate, policy: Policy, points: Mapping[str, int]) -> tuple[Raise, ...]:
    """points: of the components. Changes first, then questions, then what stays; the most points first."""
    said = [
        one
        for part, reads in PARTS.items()
        if policy.weights[part] - points[part] >= LEAST
        for one in reads(_At(need, found, policy, points[part], part))
        if one.points >= LEAST
    ]
    return tuple(sorted(said, key=lambda one: (ORDER[one.kind], -one.points)))


class _At(NamedTuple):
    """One component of one result that is not full."""

    need: Need
    found: Candidate
    policy: Policy
    points: int
    part: str

    def change(self, ko: str, en: str, *also: str, **fields: Any) -> Raise:
        """also: other components that read these fields."""
        eased = object.__new__(Need)  # as `replace` does it, in a tenth of the time
        values = vars(eased)
        values |= {**vars(self.need), **fields}
        gain = self.of(eased, self.part) - self.points
        for part in also:
            gain += self.of(eased, part) - self.of(self.need, part)
        return Raise(self.part, CHANGE, gain, f"{ko} {_n(gain)}점이 오릅니다.", f"{en}: {_n(gain)} points more.", eased)

    def of(self, need: Need, part: str) -> int:
        return self.policy.weights[part] * READ[part](need, self.found, self.policy) // FULL

    def ask(self, ko: str, en: str, most: int = FULL) -> Raise:
        """most: thousandths of the component that the answer can bring it to."""
        gain = self.worth(most)
        return Raise(self.part, ASK, gain, *_asked(ko, en, gain))

    def stays(self, ko: str, en: str, gap: int | None = None) -> Raise:
        gap = self.worth(FULL) if gap is None else gap
        return Raise(self.part, STAYS, gap, *_missing(ko, en, gap))

    def worth(self, thousandths: int) -> int:
        return self.policy.weights[self.part] * thousandths // FULL - self.points


@lru_cache(maxsize=2048)
def _asked(ko: str, en: str, gain: int) -> Words:
    return f"보유기관에 확인: {ko} 최대 {_n(gain)}점이 오릅니다.", f"Ask the holder {en}: up to {_n(gain)} points more."


@lru_cache(maxsize=2048)
def _missing(ko: str, en: str, gap: int) -> Words:
    return f"{_n(gap)}점 부족: {ko}", f"{_n(gap)} points are missing: {en}"


@lru_cache(maxsize=2048)
def _n(points: int) -> str:
    return f"{points / 100:,.1f}"


# ── What is inside ───────────────────────────────────────────────────────────────────────────────────
def _modality(at: _At) -> Iterator[Raise]:
    need, found, policy = at.need, at.found, at.policy
    if not found.modality:
        yield at.ask("어떤 종류의 데이터가 들어 있는지 확인되면", "which kinds of data are inside")
        return
    held = {*found.modality, *(policy.by_linkage if found.linkage is not False else ())}
    kept = tuple(code for code in need.modality if code in held)
    ko, en = policy.words.join("modality", [code for code in need.modality if code not in held])
    if kept:
        yield at.change(f"{ko} 없이 진행하시면", f"Doing without {en}", "standard", modality=kept)


_PARTLY = (
    "요청하신 질환이 모두 들어 있지는 않거나 다른 질환도 들어 있습니다.",
    "not all of the diseases that you asked for are inside, or others are as well.",
)
_OTHERS = "요청하신 질환만의 데이터가 아닙니다.", "it is not only about the disease that you asked for."


def _disease(at: _At) -> Iterator[Raise]:
    wanted, found = at.need.disease_codes, at.found
    if wanted is None or not wanted.include.spans:
        yield at.stays("KCD로 적은 질환만 비교할 수 있습니다.", "only diseases coded by KCD can be compared.")
    elif found.diseases is None and found.disease_scope != "ALL":
        yield at.ask("대상 질환과 그 KCD 코드가 확인되면", "which diseases are inside, by their KCD codes")
    elif found.diseases is None or found.disease_scope != "LISTED":
        yield at.stays(*_OTHERS)
    elif found.unread and not wanted.include.overlaps(found.diseases):
        yield at.ask("요청하신 질환이 들어 있는지 확인되면", "whether the disease that you asked for is inside")
    else:
        kept, gap = wanted.include.common(found.diseases), at.worth(FULL)
        if kept and len(kept) < len(wanted.include.texts):
            eased, codes = replace(wanted, include=disease.codes(wanted.system, kept)), ", ".join(kept)
            one = at.change(f"{codes}만 요청하시면", f"Asking for {codes} alone", disease_codes=eased)
            gap -= one.points
            yield one
        yield at.stays(*_PARTLY, gap)


def _volume(at: _At) -> Iterator[Raise]:
    need, found = at.need, at.found
    most = 400 if found.disease_scope != "LISTED" and need.disease_codes is not None else FULL
    count = found.individuals if found.individuals is not None else found.records
    asked = need.patients_wanted or need.patients_minimum or 10_000
    if found.individuals is None:
        yield at.ask("몇 명의 데이터인지 확인되면", "of how many persons the data is", most)
    if count and count < asked:
        ko, en = f"희망 환자 수를 {number(count)}명으로 낮추시면", f"Wishing for {number(count)} patients"
        if not need.patients_wanted:
            ko = f"필요한 환자 수를 적지 않아 10,000명과 비교했습니다. {number(count)}명으로 충분하다고 적으시면"
            en = f"You named no number of patients, so 10,000 were compared. Wishing for {number(count)}"
        yield at.change(ko, en, patients_wanted=count)
    if most < FULL:
        yield at.stays(
            "공표된 수는 전 질환 합계로, 요청하신 질환의 환자는 더 적습니다.",
            "the number counts all diseases together, and those with yours are fewer.",
            at.policy.weights[at.part] - at.policy.weights[at.part] * most // FULL,
        )


def _period(at: _At) -> Iterator[Raise]:
    need, found, policy = at.need, at.found, at.policy
    if found.first_year is None and found.last_year is None:
        yield at.ask("수집 기간이 확인되면", "which years are inside")
        return
    first, last = found.first_year or 0, found.last_year or policy.year
    if need.period is None:
        if found.grows:
            yield at.ask(f"{last}년 이후의 데이터가 추가되었는지 확인되면", f"whether years after {last} have been added")
        else:
            yield at.stays(
                f"{last}년까지의 데이터입니다. 최근일수록 점수가 높습니다.", f"it ends in {last}; newer data has more points."
            )
        return
    low = need.period[0] if need.period[0] is not None else max(first, 1990)
    high = need.period[1] if need.period[1] is not None else policy.year
    if found.grows and high > last:
        yield at.ask(f"{last}년 이후의 데이터가 추가되었는지 확인되면", f"whether years after {last} have been added")
    low, high = max(low, first), min(high, last)
    if low <= high and (high - low + 1) * 12 >= (need.follow_up_months_minimum or 0):
        ko, en = (f"{low}년", f"{low}") if low == high else (f"{low}~{high}년", f"{low}–{high}")
        yield at.change(f"{ko}만 요청하시면", f"Asking for the years {en} alone", period=(low, high))


def _population(at: _At) -> Iterator[Raise]:
    need, found = at.need, at.found
    now = score.population(need, found)
    if (inside := score.ages_covered(need, found)) < FULL:
        if found.min_age is None and found.max_age is None:
            yield at.ask("대상 연령이 확인되면", "which ages are inside", now + (FULL - inside) * 600 // FULL)
        else:
            low = max(need.min_age or 0, found.min_age or 0) or None
            highs = [age for age in (need.max_age, found.max_age) if age is not None]
            ages = {"min_age": low, "max_age": min(highs) if highs else None}
            ko, en = span_words(low or 0, ages["max_age"])
            yield at.change(f"{ko}만 요청하시면", f"Asking for patients of {en}", **ages)
    if need.follow_up_months_minimum and (found.first_year is None or found.last_year is None):
        yield at.ask("수집 기간(추적 가능 기간)이 확인되면", "from when to when patients were followed", min(FULL, now + 300))
    if need.sites_minimum and need.sites_minimum > 1 and found.sites is None:
        yield at.ask(
            f"{need.sites_minimum}곳 이상의 데이터인지 확인되면", f"whether data of {need.sites_minimum} institutions is inside", min(FULL, now + 300)
        )  # fmt: skip


def _labels(at: _At) -> Iterator[Raise]:
    yield at.change("라벨 없이 받아 직접 만드시면", "Without labels, which you make yourself", labels=None)
    yield at.ask("라벨이 들어 있는지 확인되면", "whether labels are inside")


def _standard(at: _At) -> Iterator[Raise]:
    if at.found.standard:
        ko, en = at.policy.words.join("standard", at.found.standard)
        yield at.stays(
            f"요청하신 종류에 맞는 표준이 아닙니다({ko}).", f"its standard is not one for the kinds you asked for ({en})."
        )
    else:
        yield at.ask("데이터 표준(DICOM, OMOP CDM 등)이 확인되면", "which standard it follows (DICOM, OMOP CDM)")


# ── How it is had ────────────────────────────────────────────────────────────────────────────────────
def _purpose(at: _At) -> Iterator[Raise]:
    yield at.ask("요청하신 목적의 상업적 이용이 허용되면", "whether commercial use for your purpose is allowed")


ACCESS_WORDS: dict[str, Words] = {
    "mode": ("원하시는 이용 방식이 가능한지 확인되면", "whether it can be used in a way that you accept"),
    "exit": ("무엇을 반출할 수 있는지 확인되면", "what may be taken out"),
    "linkage": ("결합할 수 있는지 확인되면", "whether it may be linked"),
}


def _access(at: _At) -> Iterator[Raise]:
    parts = score.access_parts(at.need, at.found)
    for name, part in parts.items():
        if part < FULL:
            yield at.ask(*ACCESS_WORDS[name], (sum(parts.values()) - part + FULL) // len(parts))


def _supplier(at: _At) -> Iterator[Raise]:
    yield at.stays(
        "이번 사업의 바우처 공급기관이 아닙니다.", "its holder is no voucher supplier of this call; no change of yours helps."
    )


def _region(at: _At) -> Iterator[Raise]:
    now = score.region(at.need, at.found, at.policy)
    if now < score.OUTSIDE:
        outside = "비수도권 공급기관에 주는 점수입니다.", "these are for suppliers outside the capital area."
        nobody = "이번 사업에서는 아무도 받지 않는 점수입니다.", "nobody gets these in this call."
        yield at.stays(*(outside if at.policy.prefer_outside_capital else nobody), at.worth(now + score.OUTSIDE))
    if now not in (score.NEAR, FULL):
        yield at.stays(
            "귀사와 같은 지역의 공급기관에 주는 점수입니다.",
            "these are for suppliers in your own region.",
            at.worth(now + score.NEAR),
        )


def _terms(at: _At) -> Iterator[Raise]:
    need, offer = at.need, at.found.offer
    if offer is None and not at.policy.pays(at.found.holder):
        yield at.stays(
            "보유기관에 직접 신청하는 데이터로, 공급 상품이 없습니다.", "it is applied for at the holder and has no offer."
        )
    elif offer is None:
        yield at.ask("가격과 처리기간을 밝힌 공급 상품이 나오면", "to publish an offer with price and lead time")
    if offer is None:
        return
    now = score.terms(need, at.found, at.policy)
    if offer.floor_won is None:
        yield at.ask("가격이 예산 안으로 확인되면", "for a price, if it is within your budget", now + 200)
    if offer.lead_time_days is None:
        yield at.ask("처리기간이 확인되면", "for the lead time", now + 200)
    elif need.months:
        months = need.months + LONGER
        ko, en = f"과제 기간을 {months}개월로 늘리시면", f"With a project of {months} months"
        yield at.change(ko, en, project_months=months)
    if not offer.joint_drb:
        yield at.ask("공동 DRB에 참여하면", "to take part in the joint data review", now + 100)
    if offer.open_capacity == 0:
        yield at.ask("접수 여력이 다시 생기면", "when capacity opens again", now + 100)
    elif lacking := [code for code in need.processing_wanted if code not in offer.processing]:
        ko, en = (", ".join(PROCESSING_WORDS[code][place] for code in lacking) for place in (0, 1))
        inside = tuple(code for code in need.processing_wanted if code in offer.processing)
        yield at.change(f"{ko} 작업을 직접 하시면", f"Without this work of the provider ({en})", processing_wanted=inside)


def _certainty(at: _At) -> Iterator[Raise]:
    named = [words for name, words in CONFIRMED_FACTS.items() if name in at.found.uncertain]
    ko, en = ", ".join(ko for ko, _en in named), ", ".join(en for _ko, en in named)
    tail_ko, tail_en = (f"({ko})", f" ({en})") if named else ("", "")
    yield at.ask(f"보유기관이 항목의 내용을 직접 확인하면{tail_ko}", f"to confirm what the entry says{tail_en}")


PARTS: Mapping[str, Callable[[_At], Iterator[Raise]]] = {
    "modality": _modality, "disease": _disease, "volume": _volume, "purpose": _purpose, "access": _access, "supplier": _supplier,
    "terms": _terms, "labels": _labels, "period": _period, "standard": _standard, "population": _population,
    "certainty": _certainty, "region": _region,
}  # fmt: skip
READ: Mapping[str, Callable[[Need, Candidate, Policy], int]] = {  # the components that a change of the need moves
    "modality": score.modality,
    "disease": lambda need, found, policy: score.disease(need, found),
    "volume": lambda need, found, policy: score.volume(need, found),
    "terms": score.terms,
    "labels": lambda need, found, policy: score.labels(need, found),
    "period": score.period,
    "standard": score.standard,
    "population": lambda need, found, policy: score.population(need, found),
}
