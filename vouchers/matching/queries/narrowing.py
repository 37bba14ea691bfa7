"""A large catalogue is narrowed on indexes first, then scored by the same engine. Here for a need that nobody stores; `making`
does it for a ranking that is kept."""

from typing import Any

from providers.catalogue import queries as catalogue
from vouchers.matching import rules
from vouchers.matching.queries.needs import engine_policy, of_demo
from vouchers.matching.queries.reading import read
from vouchers.matching.rules.kinds import WITH_A_RECORD
from vouchers.rounds.models import Round

READ_WHOLE = 1_000  # datasets: up to so many are all read, and the list of what is left out is complete
MOST_TOLD = 200  # of what is left out of a larger catalogue, unless the page shows none


def rank_document(document: dict[str, Any], round_: Round | None, *, told: int | None = MOST_TOLD) -> rules.MatchResult:
    """The engine's answer to a need document that nobody has stored. Raises Refused naming the field that is wrong.

    The results are those of the whole catalogue however large it is; of what is left out, a large one tells the `told` nearest
    and how many there are (None: a page that shows neither), and of what stood in the way how often at least.
    """
    code_lists = catalogue.code_lists_kept()
    known = {entry["key"]: [item["code"] for item in entry["items"]] for entry in code_lists}
    policy, need, demo = engine_policy(round_, code_lists), rules.parse_need(document, known), of_demo(round_)
    everything = catalogue.for_needs(demo=demo)
    asked = reach_of(need, demo=demo)
    near = read(catalogue.within_reach(**asked), demo=demo)
    if near.size <= READ_WHOLE and everything[: READ_WHOLE + 1].count() <= READ_WHOLE:
        return rules.match(need, read(everything, demo=demo).candidates, policy)
    found = near.match(need, policy, told=told or 0)
    if found.results:
        return found if told is None else rules.beside(found, {"": everything.count() - near.size})
    return rules.beside(found, catalogue.out_of_reach(**asked, core=policy.words.core(need.modality)))


def reach_of(need: rules.Need, *, demo: bool) -> dict[str, Any]:
    """What `catalogue.within_reach` is asked for a need. spans: diseases, where they are codes that can be compared. Who asks for
    something that comes with a record is helped by records that do not list it."""
    spans = need.disease_codes.include.spans if need.disease_codes else ()
    kinds = (*need.modality, *(("EHR",) if WITH_A_RECORD & set(need.modality) else ()))
    return {"demo": demo, "kinds": kinds, "named": need.linkage, "spans": spans}
