"""The tax service's business registration API, and how a name waits for it."""

from vouchers.companies.gateways.nts import (
    Business,
    HttpNts,
    Nts,
    NtsDown,
    NtsRefused,
    TaxFact,
    gateway,
)
from vouchers.companies.gateways.sealed import seal, unseal

__all__ = ["Business", "HttpNts", "Nts", "NtsDown", "NtsRefused", "TaxFact", "gateway", "seal", "unseal"]
