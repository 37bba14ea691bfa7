"""Whether a file is a version of an agreement, for whoever holds the file. Nothing of it is kept."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from vouchers.agreements import rules
from vouchers.agreements.models import Agreement, AgreementVersion
from vouchers.agreements.queries.agreeing import intact, noted_apart
from vouchers.agreements.queries.changing import signatures, signed_version

NUMBER = re.compile(rb"A\d{4}-\d{5}(?!\d)")  # as the file's own title names it


@dataclass(frozen=True)
class Verified:
    """A file that is a version as the portal wrote it. held: the number of the version that holds now; intact: whether the chain
    of versions is whole; apart: numbers of versions that were only noted and say other money, or another text, than what was signed;
    signatures: over this very text."""

    agreement: Agreement
    version: AgreementVersion
    standing: rules.Standing
    held: int
    intact: bool
    apart: list[int]
    signatures: list[rules.Signature]


def fingerprint(chunks: Iterable[bytes]) -> tuple[str, str]:
    """(SHA-256 of a file, the agreement's number by which it calls itself or "")."""
    digest, named, tail = hashlib.sha256(), "", b""
    for chunk in chunks:
        digest.update(chunk)
        if not named and (found := NUMBER.search(tail + chunk)):
            named = found.group().decode()
        tail = chunk[-16:]
    return digest.hexdigest(), named


def verified(sha256: str) -> Verified | None:
    """The version whose file has this SHA-256; None when there is none."""
    found = AgreementVersion.objects.filter(document__sha256=sha256, document__kind="agreement").select_related("change").first()
    if found is None:
        return None
    agreement = Agreement.objects.select_related("company", "round").get(pk=found.agreement_id)
    current, signed = agreement.current(), signed_version(agreement)
    change = found.change.status if found.change else ""
    standing = rules.standing(
        found.number, held=current.number, in_force=agreement.activated_at is not None, status=agreement.status, change=change
    )  # fmt: skip
    is_signed = found.pk == signed.pk or change == rules.ChangeStatus.IN_FORCE or _first_signed(agreement, found)
    given = [one for one in signatures(found) if one.at] if is_signed or change == rules.ChangeStatus.APPROVED else []
    apart = noted_apart(agreement.versions.select_related("change"))
    return Verified(agreement, found, standing, current.number, intact(agreement), apart, given)


def _first_signed(agreement: Agreement, version: AgreementVersion) -> bool:
    """Whether this is the text that the parties signed at first, which a change replaced later."""
    return version.change_id is None and agreement.parties.filter(signed_hash=version.content_hash).exists()


def known(number: str) -> bool:
    """Whether the portal has an agreement of this number."""
    return bool(number) and Agreement.objects.filter(number=number).exists()
