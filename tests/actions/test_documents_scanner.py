"""One contract for every scanner behind CLAMD_URL: the demo's own, and a real clamd where CLAMD_CONTRACT_URL names one."""

import io
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from portal.documents import actions, gateways, tasks
from portal.documents.queries import may_open
from portal.kit.embedded.processes import free_port
from portal.kit.scanner import EICAR, VERSION
from tests import services
from tests.factories.accounts import make_organisation, make_pdf, make_staff


@pytest.fixture(scope="module")
def demo_scanner() -> Iterator[str]:
    """The process that `manage.py up` starts."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "portal.kit.scanner", str(port)], cwd=services.ROOT)
    url = f"tcp://127.0.0.1:{port}"
    end = time.monotonic() + 20
    while not gateways.ping(url):
        assert time.monotonic() < end and process.poll() is None
        time.sleep(0.05)
    yield url
    process.terminate()
    assert process.wait(5) == 0


@pytest.fixture(params=["demo", "clamd"])
def url(request: pytest.FixtureRequest) -> str:
    if request.param == "demo":
        return str(request.getfixturevalue("demo_scanner"))
    real = os.environ.get("CLAMD_CONTRACT_URL", "")
    if not real:
        pytest.skip("CLAMD_CONTRACT_URL names no clamd")
    return real


def test_it_says_that_it_is_there_and_who_it_is(url: str) -> None:
    assert gateways.ping(url)
    assert gateways.version(url).startswith(("ClamAV ", VERSION))


@pytest.mark.parametrize("size", [1, gateways.PIECE - 1, gateways.PIECE, gateways.PIECE + 1, 3_000_000])
def test_a_clean_file_of_any_size_passes(url: str, size: int) -> None:
    assert gateways.scan(io.BytesIO(b"a" * size), url) == gateways.Verdict(True)


def test_the_test_file_is_found_and_named(url: str) -> None:
    verdict = gateways.scan(io.BytesIO(EICAR), url)
    assert not verdict.clean and "eicar" in verdict.found.lower()


def test_an_unknown_command_is_no_verdict(url: str) -> None:
    with pytest.raises(gateways.NoAnswer):
        gateways._verdict(gateways._ask(url, b"zNONSENSE\0").encode())


def test_a_file_that_breaks_off_gets_no_verdict(url: str) -> None:
    host, _colon, port = url.removeprefix("tcp://").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(b"zINSTREAM\0" + (100).to_bytes(4, "big") + b"half")
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(5)
        assert b"OK" not in gateways._answer(connection)
    assert gateways.ping(url), "it goes on for the others"


def test_the_demo_scanner_finds_what_lies_across_two_pieces(demo_scanner: str) -> None:
    assert not gateways.scan(io.BytesIO(b"a" * (gateways.PIECE - 20) + EICAR + b"b" * 10), demo_scanner).clean


def test_the_demo_scanner_says_what_it_is_worth(demo_scanner: str) -> None:
    assert "EICAR" in gateways.version(demo_scanner) and "Demo" in gateways.version(demo_scanner)


@pytest.mark.django_db
def test_in_the_demo_everybody_who_may_see_a_file_can_open_it(demo_scanner: str, settings) -> None:
    settings.CLAMD_URL = demo_scanner
    document = actions.upload(file=make_pdf(), kind="PLAN", organisation=make_organisation(), by=None)
    operator = make_staff("OPERATOR_CASE")
    assert document.scan_state == "QUARANTINED" and not may_open(operator, document)
    assert tasks.scan_waiting() == 1
    document.refresh_from_db()
    assert document.scan_state == "CLEAN" and may_open(operator, document) and document.scan_note == VERSION
