"""`python -m portal.management.faults.workers FOLDER NAME…`: a nursery that forks each worker again whenever it was killed.

The parent holds the imported code and no connection. payer…: the very sweeps that Celery runs; celery, beat: these themselves;
clerk: the people of a payment, from the accepted milestone to the registered disbursement, through the actions; naive: the
design that pays twice.
"""

import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
if __name__ == "__main__":
    django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections

from portal.accounts import second_factor
from portal.accounts.models import User
from portal.documents import actions as documents
from portal.kit import clock
from portal.kit.embedded.processes import die_with_parent
from portal.management.faults import naive, quick, traps
from vouchers.milestones import actions as milestones
from vouchers.milestones.models import Milestone
from vouchers.payments import actions as payments
from vouchers.payments import tasks
from vouchers.payments.models import Disbursement

PAUSE = 0.05  # seconds between two sweeps
PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@dataclass(frozen=True)
class Cast:
    """Ids of the agreement's people (company: its representative; second: finance, too) and of who hands in files."""

    agreement: int
    company: int
    manager: int
    operator: int
    finance: int
    registrar: int
    second: int

    def save(self, folder: Path) -> None:
        (folder / "cast.json").write_text(json.dumps(asdict(self)))

    @classmethod
    def load(cls, folder: Path) -> "Cast":
        return cls(**json.loads((folder / "cast.json").read_text()))


def told(folder: Path, name: str) -> list[Any]:
    """What the stage says: batch (ids of milestones), off (names of workers that rest)."""
    with contextlib.suppress(FileNotFoundError):
        found: list[Any] = json.loads((folder / f"{name}.json").read_text())
        return found
    return []


# ── The people ───────────────────────────────────────────────────────────────────────────────────────
class Clerk:
    """Does for every milestone of the batch whatever comes next, one action at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        cast = Cast.load(folder)
        self.who = {name: User.objects.get(pk=pk) for name, pk in asdict(cast).items() if name != "agreement"}
        self.done: set[int] = set()

    def round(self) -> None:
        for pk in told(self.folder, "batch"):
            while pk not in self.done and self.step(pk):
                pass

    def step(self, pk: int) -> bool:
        """The next step of one payment. Returns: there may be another."""
        milestone = Milestone.objects.select_related("agreement__company__organisation", "institution__organisation").get(pk=pk)
        row = Disbursement.objects.filter(milestone=milestone).first()
        if row is None:
            self.deliver(milestone) if milestone.status != "ACCEPTED" else self.request(milestone)
        elif (verb := {"REQUESTED": self.confirm, "COMPANY_CONFIRMED": self.check}.get(row.status)) is not None:
            verb(milestone, row)
        elif row.status in {"EVIDENCE_CHECKED", "APPROVED"}:
            self.release(row)
        else:
            self.done.add(pk)
        return pk not in self.done

    def deliver(self, milestone: Milestone) -> None:
        if milestone.status in {"PLANNED", "IN_PROGRESS"}:
            handed = [self.paper("deliverable", milestone.institution.organisation, "manager")]
            milestones.submit_milestone(milestone_id=milestone.pk, documents=handed, note="결과", by=self.who["manager"])
        elif milestone.status == "SUBMITTED":
            milestones.accept_milestone(milestone_id=milestone.pk, by=self.who["company"])
        else:
            milestones.confirm_milestone(milestone_id=milestone.pk, by=self.who["operator"])

    def request(self, milestone: Milestone) -> None:
        invoice = self.paper("tax_invoice", milestone.institution.organisation, "manager")
        payments.request_disbursement(
            milestone_id=milestone.pk, invoice_no=f"F-{milestone.ref}", invoice_on=clock.today(), invoice_document=invoice,
            by=self.who["manager"],
        )  # fmt: skip

    def confirm(self, milestone: Milestone, row: Disbursement) -> None:
        proof = self.paper("own_share", milestone.agreement.company.organisation, "company")
        payments.confirm_disbursement(
            disbursement_id=row.pk, own_share_deposited_on=clock.today(), own_share_document=proof, by=self.who["company"]
        )

    def check(self, _milestone: Milestone, row: Disbursement) -> None:
        payments.check_evidence(disbursement_id=row.pk, by=self.who["operator"])

    def release(self, row: Disbursement) -> None:
        approve = row.status == "EVIDENCE_CHECKED"
        action, name = (payments.approve_disbursement, "finance") if approve else (payments.register_disbursement, "registrar")
        action(disbursement_id=row.pk, second_factor_code=second_factor.demo_code(self.who[name]), by=self.who[name])

    def paper(self, kind: str, organisation: Any, name: str) -> Any:
        file = SimpleUploadedFile(f"{kind}.pdf", PAPER, content_type="application/pdf")
        return documents.upload(file=file, kind=kind, organisation=organisation, by=self.who[name])


# ── Working ──────────────────────────────────────────────────────────────────────────────────────────
def sweep(name: str, folder: Path) -> None:
    """As a Celery worker does: a sweep that breaks is forgotten, the next one opens a new connection."""
    traps.lay(traps.Traps(folder))
    clerk: Clerk | None = None
    while True:
        try:
            if name in told(folder, "off"):
                pass
            elif name == "clerk":
                clerk = clerk or Clerk(folder)
                clerk.round()
            else:
                tasks.pay_due()
                tasks.reconcile()
        except Exception as error:  # the database, the cache or the bank was killed
            print(type(error).__name__, str(error)[:300], file=sys.stderr, flush=True)
            with contextlib.suppress(Exception):
                connections.close_all()
        time.sleep(PAUSE)


def work(name: str, folder: Path) -> None:
    """Until it is killed. Celery and its beat begin once they do not rest; they are stopped by a kill."""
    if name not in {"celery", "beat", "naive"}:
        sweep(name, folder)
    while name in told(folder, "off"):
        time.sleep(PAUSE)
    if name == "celery":
        quick.app.worker_main(["worker", "-c", "1", "-l", "CRITICAL", "--without-mingle", "--without-gossip"])
    elif name == "beat":
        quick.app.start(["beat", "-l", "CRITICAL", "-s", str(folder / "beat"), "--pidfile="])
    else:
        naive.work()


def fork(name: str, folder: Path, arm: Callable[[], None] | None) -> int:
    """Process id of a worker, written down for whoever kills it. It leads a group of its own."""
    child = os.fork()
    if child == 0:
        try:
            os.setsid()
            if arm:
                arm()
            work(name, folder)
        finally:
            os._exit(1)
    new = folder / f"{name}.newpid"
    new.write_text(str(child))
    new.rename(folder / f"{name}.pid")
    return child


def nursery(folder: Path, names: list[str]) -> None:
    arm = die_with_parent(signal.SIGKILL)  # made here: it remembers who the parent is
    running = {fork(name, folder, arm): name for name in names}
    while True:
        died, _status = os.wait()
        time.sleep(PAUSE)
        name = running.pop(died)
        running[fork(name, folder, arm)] = name


if __name__ == "__main__":
    nursery(Path(sys.argv[1]), sys.argv[2:])
