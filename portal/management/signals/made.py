"""A round of honest projects as they are, with twelve frauds of the known kinds planted among them. Fictional, the same by each seed.

Honest ones have much in common too: incubators in which six to ten start-ups share an address and a network, spin-offs with their
hospital's e-mail, offices of one law firm, namesakes, a carrier's network, sentences from one template, a manual that a hospital
hands to everybody, a foundation's account for two hospitals, prices that are higher for a reason.
"""

import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from vouchers.signals.rules import SignalKind

K = SignalKind
FIRST_DAY = date(2026, 3, 2)
FAMILY = "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남"
GIVEN = [
    "가람",
    "나래",
    "다온",
    "라온",
    "마루",
    "바름",
    "새결",
    "아람",
    "자람",
    "차오름",
    "하람",
    "한결",
    "해솔",
    "늘봄",
    "도담",
    "미르",
    "보람",
    "슬기",
    "예솔",
    "온새",
]
HEADS = [
    "다솜",
    "초롱",
    "푸름",
    "한빛나",
    "새터",
    "이음",
    "두레",
    "미리내",
    "여울",
    "가온",
    "너울",
    "솔빛",
    "아토",
    "해밀",
    "그린비",
]
TAILS = ["메디", "헬스", "바이오", "닥터", "케어", "비전", "데이터", "랩", "시그널", "진단"]
WORDS = [
    "영상",
    "판독",
    "모델",
    "학습",
    "병변",
    "검출",
    "폐결절",
    "유방",
    "위암",
    "심전도",
    "뇌파",
    "혈압",
    "당뇨",
    "안저",
    "피부",
    "골절",
    "병리",
    "조직",
    "내시경",
    "초음파",
    "환자",
    "코호트",
    "추적",
    "관찰",
    "예후",
    "예측",
    "위험",
    "점수",
    "정확도",
    "민감도",
    "특이도",
    "외부",
    "검증",
    "다기관",
    "가명",
    "처리",
    "라벨",
    "품질",
    "점검",
    "전문의",
    "합의",
    "표준",
    "용어",
    "변환",
    "익명",
    "분석",
    "환경",
    "클라우드",
    "반입",
    "반출",
    "심의",
    "승인",
    "계획",
    "일정",
    "인력",
    "연구",
    "개발",
    "사업화",
    "허가",
    "인증",
    "시장",
    "고객",
    "병원",
    "구축",
    "시범",
    "운영",
    "비용",
    "절감",
    "시간",
    "단축",
    "접근성",
    "지역",
    "의료",
    "격차",
    "해소",
    "조기",
    "발견",
    "재입원",
    "감소",
    "알림",
    "설명",
    "가능",
    "편향",
    "점검",
    "보안",
    "통제",
    "기록",
    "감사",
    "배포",
    "갱신",
    "성능",
    "저하",
    "감시",
    "재학습",
    "파이프라인",
    "자동화",
    "검수",
    "도구",
    "주석",
    "합성",
    "증강",
    "소수",
    "집단",
    "공정성",
    "임상",
    "시험",
    "설계",
    "표본",
    "크기",
    "산출",
    "통계",
    "검정",
    "결과",
    "보고",
    "활용",
    "확산",
]


@dataclass(frozen=True)
class Person:
    key: str
    name: str
    mail: str


@dataclass(frozen=True)
class Provider:
    """account: bank and number."""

    number: int
    name: str
    domain: str
    account: tuple[str, str]
    holder: str
    contact: str
    consortium: str
    people: tuple[Person, ...]


@dataclass(frozen=True)
class Project:
    """payments: (won, day of the invoice). deliveries: a set of files a payment. fraud: the case's name; "": honest."""

    number: int
    name: str
    address: str
    mail: str
    people: tuple[Person, ...]
    provider: int
    network: str
    text: str
    unit_won: int
    payments: tuple[tuple[int, date], ...]
    deliveries: tuple[tuple[str, ...], ...]
    proof: str
    plan: str
    fraud: str = ""


@dataclass
class World:
    """ordinary: how many of the providers are no fraud's own. cases: name of a fraud → the kinds of signal of which one must name each
    of its projects."""

    providers: list[Provider]
    projects: list[Project]
    ordinary: int
    cases: dict[str, set[str]] = field(default_factory=dict)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def made(honest: int, seed: int, *, providers: int = 24, frauds: bool = True) -> World:
    """So many honest projects, and the twelve cases at random places among them."""
    chance = random.Random(seed)
    offering = [_provider(number, chance) for number in range(providers)]
    templates = [_sentences(chance, 3) for _ in range(30)]
    projects = [_project(number, chance, offering, templates) for number in range(honest)]
    _neighbours(projects, offering, chance)
    world = World(offering, projects, len(offering))
    if frauds:
        for case, plant, kinds in CASES:
            world.cases[case] = {kind.value for kind in kinds}
            world.projects += [replace(one, fraud=case) for one in plant(world, chance, templates)]
        chance.shuffle(world.projects)
    return world


# ── Honest people ────────────────────────────────────────────────────────────────────────────────────
def _provider(number: int, chance: random.Random) -> Provider:
    """Two of each six belong to one foundation, which is paid for both."""
    domain, pair = f"hospital{number:03d}.example.kr", number - number % 6 if number % 6 < 2 else number
    people = tuple(Person(f"h{number}-{n}", _name(chance), f"data{n}@{domain}") for n in range(2))
    holder = f"학교법인 가상재단 {pair}" if number % 6 < 2 else f"가상병원 {number}"
    return Provider(
        number,
        f"가상병원 {number}",
        domain,
        ("088", f"1002{pair:08d}"),
        holder,
        f"finance@{domain}",
        f"consortium-{pair}",
        people,
    )


def _name(chance: random.Random) -> str:
    return chance.choice(FAMILY) + chance.choice(GIVEN)


def _sentences(chance: random.Random, many: int) -> str:
    return " ".join(" ".join(chance.choice(WORDS) for _ in range(chance.randrange(9, 16))) + "." for _ in range(many))


def _text(chance: random.Random, templates: list[str]) -> str:
    """Two paragraphs of the accelerator's template, seven of one's own."""
    return "\n".join([*chance.sample(templates, 2), *(_sentences(chance, 3) for _ in range(7))])


def _project(number: int, chance: random.Random, providers: list[Provider], templates: list[str]) -> Project:
    name = f"{chance.choice(HEADS)}{chance.choice(TAILS)} {number}"
    domain = f"firm{number:05d}.example.kr"
    provider = chance.randrange(len(providers))
    total, parts = chance.randrange(20, 160) * 1_000_000, chance.choice((1, 2, 2, 3))
    day = FIRST_DAY + timedelta(days=chance.randrange(60))
    payments = []
    for _part in range(parts):  # the parts of an agreement are months apart
        payments.append((total // parts, day))
        day += timedelta(days=chance.randrange(40, 80))
    own = [tuple(f"{number}-{part}-{n}" for n in range(chance.randrange(2, 4))) for part in range(parts)]
    manual = (f"manual-{provider}",) if chance.random() < 0.6 else ()
    usual = _usual(provider)
    return Project(
        number, name, f"가상시 {chance.choice(HEADS)}로 {chance.randrange(1, 400)} {chance.randrange(1, 20)}층 {number}호",
        f"office@{domain}", (Person(f"c{number}-0", _name(chance), f"ceo@{domain}"), Person(f"c{number}-1", _name(chance), f"rnd@{domain}")),
        provider, digest(f"network of {number}"), _text(chance, templates),
        int(usual * chance.uniform(0.85, 1.2) * (1.4 if chance.random() < 0.03 else 1)), tuple(payments),
        tuple(one + manual for one in own), f"proof-{number}", f"plan-{number}",
    )  # fmt: skip


def _usual(provider: int) -> int:
    """What a provider asks for a unit."""
    return 100_000 + 7_000 * provider


def _moved(one: Project, provider: int) -> Project:
    """With another provider, at its prices."""
    return replace(one, provider=provider, unit_won=one.unit_won * _usual(provider) // _usual(one.provider))


def _neighbours(projects: list[Project], providers: list[Provider], chance: random.Random) -> None:
    """What honest companies have in common, in place."""
    places = list(range(len(projects)))
    chance.shuffle(places)
    taken = iter(places)

    def some(count: int) -> list[int]:
        return [number for number, _ in zip(taken, range(count), strict=False)]

    for house in range(max(1, len(projects) // 80)):  # incubators: one floor, one line, and a mail domain that some keep
        for place, number in enumerate(some(chance.randrange(6, 11))):
            one = projects[number]
            mail = f"team{number}@hub{house}.example.kr" if place < 3 else one.mail
            projects[number] = replace(
                one, address=f"가상시 창업로 {house + 1} 창업보육센터 3층", network=digest(f"hub {house}"), mail=mail
            )
    for _spin in range(max(1, len(projects) // 60)):  # spin-offs: a professor's company with the hospital that it came from
        hospital = chance.choice(providers)
        for number in some(chance.randrange(2, 5)):
            one = projects[number]
            head = replace(one.people[0], mail=f"prof{number}@{hospital.domain}")
            projects[number] = replace(_moved(one, hospital.number), people=(head, *one.people[1:]))
    for firm in range(max(1, len(projects) // 150)):  # registered at their law firm's
        for number in some(9):
            projects[number] = replace(projects[number], address=f"가상시 법원로 {firm + 1} 가상법무법인")
    for line in range(max(1, len(projects) // 100)):  # behind one carrier's address
        for number in some(15):
            projects[number] = replace(projects[number], network=digest(f"carrier {line}"))
    for _pair in range(max(2, len(projects) // 50)):  # two firms of one small office
        pair = some(2)
        for number in pair[1:]:
            projects[number] = replace(projects[number], address=projects[pair[0]].address)


# ── Frauds ───────────────────────────────────────────────────────────────────────────────────────────
def _fresh(world: World, chance: random.Random, templates: list[str], many: int) -> list[Project]:
    begin = 1 + max(one.number for one in world.projects)
    return [_project(begin + n, chance, world.providers[: world.ordinary], templates) for n in range(many)]


def _ghost(world: World, chance: random.Random, **changes: object) -> Provider:
    """A provider of the fraud's own."""
    made_up: Provider = replace(_provider(len(world.providers) * 6 + 5, chance), number=len(world.providers), **changes)  # type: ignore[arg-type]
    world.providers.append(made_up)
    return made_up


def _holder(world: World, chance: random.Random, templates: list[str]) -> Iterator[Project]:
    """Payback: the provider is paid to an account of the company's own representative."""
    (one,) = _fresh(world, chance, templates, 1)
    yield replace(one, provider=_ghost(world, chance, holder=one.people[0].name).number)


def _person(world: World, chance: random.Random, templates: list[str]) -> Iterator[Project]:
    """Payback: who answers for the provider acts for the company too."""
    (one,) = _fresh(world, chance, templates, 1)
    yield replace(one, people=(*one.people, world.providers[one.provider].people[0]))


def _contact(world: World, chance: random.Random, templates: list[str]) -> Iterator[Project]:
    """Payback: whoever is told about the provider's account is the company."""
    (one,) = _fresh(world, chance, templates, 1)
    yield replace(one, provider=_ghost(world, chance, contact=one.mail).number)


def _proof(world: World, chance: random.Random, templates: list[str]) -> Iterator[Project]:
    """Payback: one deposit proves the own share of two companies."""
    two = _fresh(world, chance, templates, 2)
    yield from (replace(one, proof=two[0].proof) for one in two)


def _broker(world: World, chance: random.Random, templates: list[str]) -> Iterator[Project]:
    """Proxy: one person prepares and hands in for five."""
    broker = Person("broker", _name(chance), "broker@agency.example.kr")
    yield from (replace(one, people=(*one.people, broker)) for one in _fresh(world, chance, templates, 5))


def _copied(world: World, chance: random.Random, templates: list[str]) -> Iterator[Project]:
    """Proxy: three applications by one hand, some words changed."""
    three = _fresh(world, chance, templates, 3)
    for one in three:
        said = [chance.choice(WORDS) if chance.random() < 0.01 else word for word in three[0].text.split(" ")]
        yield replace(one, text=" ".join(said))


def _network(world: World, chance: random.Random, templates: list[str]) -> Iterator[Project]:
    """Proxy: three companies in three towns, one line and one mail domain."""
    for one in _fresh(world, chance, templates, 3):
        yield replace(one, network=digest("a line of its own"), mail=f"info{one.number}@apply.example.kr")


def _plan(world: World, chance: random.Random, templates: list[str]) -> Iterator[Project]:
    """Proxy: two companies, one business plan."""
    two = _fresh(world, chance, templates, 2)
    yield from (replace(one, plan=two[0].plan) for one in two)


def _inflated(world: World, chance: random.Random, templates: list[str]) -> Iterator[Project]:
    """Inflation: more than twice what the provider asks everybody else."""
    (one,) = _fresh(world, chance, templates, 1)
    yield replace(one, unit_won=int(2.3 * _usual(one.provider)))


def _split(world: World, chance: random.Random, templates: list[str]) -> Iterator[Project]:
    """Inflation: three invoices within two weeks, each just below an amount from which more is asked."""
    (one,) = _fresh(world, chance, templates, 1)
    day = one.payments[0][1]
    paid = tuple((19_400_000 + 150_000 * n, day + timedelta(days=6 * n)) for n in range(3))
    yield replace(one, payments=paid, deliveries=tuple((f"{one.number}-split-{n}",) for n in range(3)))


def _delivered(world: World, chance: random.Random, templates: list[str]) -> Iterator[Project]:
    """Inflation: the same work is sold twice."""
    two = _fresh(world, chance, templates, 2)
    yield from (replace(_moved(one, two[0].provider), payments=two[0].payments, deliveries=two[0].deliveries) for one in two)


def _ghosts(world: World, chance: random.Random, templates: list[str]) -> Iterator[Project]:
    """Inflation: two providers that have nothing to do with each other are one account."""
    for one in _fresh(world, chance, templates, 2):
        yield replace(one, provider=_ghost(world, chance, account=("004", "99887766554433"), consortium="").number)


CASES: tuple[tuple[str, Callable[[World, random.Random, list[str]], Iterator[Project]], frozenset[SignalKind]], ...] = (
    ("payback: account of the company's own", _holder, frozenset({K.RELATED_SIDES})),
    ("payback: one person on both sides", _person, frozenset({K.RELATED_SIDES})),
    ("payback: the account's contact is the company", _contact, frozenset({K.RELATED_SIDES})),
    ("payback: one deposit for two companies", _proof, frozenset({K.SAME_FILE})),
    ("proxy: one person for five", _broker, frozenset({K.SAME_CONTACT})),
    ("proxy: one text for three", _copied, frozenset({K.SAME_TEXT})),
    ("proxy: one line and one domain in three towns", _network, frozenset({K.RELATED_APPLICANTS})),
    ("proxy: one plan for two", _plan, frozenset({K.SAME_FILE})),
    ("inflation: twice the provider's price", _inflated, frozenset({K.FAR_PRICE})),
    ("inflation: split under an amount", _split, frozenset({K.SPLIT_PAYMENTS})),
    ("inflation: the same work twice", _delivered, frozenset({K.SAME_FILE})),
    ("inflation: one account behind two providers", _ghosts, frozenset({K.SAME_ACCOUNT})),
)
