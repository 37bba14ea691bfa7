"""Asking a source: public addresses alone, a limit on time and size, its robots.txt first; a real server behaves badly."""

import gzip
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from portal.kit.errors import Refused
from providers.catalogue.gateways import fetching, network
from providers.catalogue.rules.reaching import against, check_source, is_public, search_page
from providers.catalogue.rules.reading import Unreadable
from tests.factories import sources

ONE = "@prefix dcat: <http://www.w3.org/ns/dcat#> . <https://h.example/1> a dcat:Dataset ."


@pytest.fixture
def there(settings) -> Iterator[sources.Server]:
    settings.HARVEST_AGAINST = "tests.factories.sources.loopback"
    with sources.server() as server:
        yield server


def refused(address: str, **known: str) -> Unreadable:
    with pytest.raises(Unreadable) as unreadable:
        fetching.fetch(address, **known)
    return unreadable.value


def test_a_document_with_its_marks(there: sources.Server) -> None:
    there.says("/a.ttl", ONE, ETag='"one"', **{"Last-Modified": "Fri, 27 Nov 2026 00:00:00 GMT"})
    found = fetching.fetch(f"{there.base}/a.ttl")
    assert (found.content, found.media_type, found.etag) == (ONE.encode(), "text/turtle", '"one"')
    again = fetching.fetch(f"{there.base}/a.ttl", etag=found.etag, last_modified=found.last_modified)
    assert again.content is None
    path, headers = there.asked[-1]
    assert path == "/a.ttl" and headers["If-None-Match"] == '"one"' and headers["If-Modified-Since"] == found.last_modified
    assert network.AGENT in headers["User-Agent"] and "Cookie" not in headers and "Authorization" not in headers


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1", "255.255.255.255",
     "::1", "::", "fec0::1", "feff::1", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
     "2002:7f00:1::", "2002:a00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "192.88.99.1", "3fff::1", "not an address", ""],
)  # fmt: skip
def test_what_is_not_public(address) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_what_is_public(address) -> None:
    assert is_public(address)


def test_the_loopback_is_not_asked_unless_a_test_says_so() -> None:
    with sources.server() as server:
        server.says("/a.ttl", ONE)
        for host in ("127.0.0.1", "localhost", "[::1]", "0.0.0.0", "2130706433", "127.1"):
            assert refused(f"http://{host}:{server.http.server_port}/a.ttl").code in ("private", "unreachable")
        assert server.asked == []


def test_a_name_with_one_private_address_among_public_ones_is_not_asked(monkeypatch) -> None:
    tried: list[Any] = []
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("93.184.215.14", "10.0.0.8")]
    monkeypatch.setattr(network.socket, "getaddrinfo", lambda *_args, **_more: found)
    monkeypatch.setattr(network.httpcore.SyncBackend, "connect_tcp", lambda _self, host, *_args, **_more: tried.append(host))
    assert refused("http://two-faced.example/a").code == "private" and tried == []


def test_a_name_that_is_answered_otherwise_the_second_time_leads_nowhere(there: sources.Server, monkeypatch) -> None:
    """Each connection is made to the very address that was judged for it."""
    answers, real = iter(["127.0.0.1", "10.0.0.1"]), socket.getaddrinfo

    def turning(host: str, port: int, *args: Any, **more: Any) -> Any:
        return real(next(answers) if host == "rebinding.example" else host, port, *args, **more)

    monkeypatch.setattr(network.socket, "getaddrinfo", turning)
    there.says("/a.ttl", ONE)
    assert refused(f"http://rebinding.example:{there.http.server_port}/a.ttl").code == "private"
    assert [(path, headers["Host"].split(":")[0]) for path, headers in there.asked] == [("/robots.txt", "rebinding.example")]


@pytest.mark.parametrize(
    "target",
    ["http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://localhost:{port}/a.ttl", "http://[::1]:{port}/"],
)
def test_a_redirect_to_a_private_address_is_not_followed(there: sources.Server, target, monkeypatch) -> None:
    there.leads("/moved", target.format(port=there.http.server_port))
    monkeypatch.setattr(
        "tests.factories.sources.loopback",
        lambda address, port: "" if address == "127.0.0.1" and len(there.asked) < 2 else "private",
    )
    assert refused(f"{there.base}/moved").code in ("private", "unreachable")
    assert [path for path, _headers in there.asked] == ["/robots.txt", "/moved"]


def test_a_redirect_is_followed_with_the_same_checks(there: sources.Server) -> None:
    there.leads("/old", "/new")
    there.says("/new", ONE)
    assert fetching.fetch(f"{there.base}/old").address == f"{there.base}/new"
    there.leads("/round", "/round")
    assert refused(f"{there.base}/round").code == "redirect"
    for target in ("file:///etc/passwd", "ftp://h.example/", "gopher://h.example/"):
        there.leads("/away", target)
        assert refused(f"{there.base}/away").code == "redirect"


@pytest.mark.parametrize("behaviour", ["hangs", "drips", "drips_head"])
def test_a_source_that_hangs_or_drips_is_given_up(there: sources.Server, monkeypatch, behaviour) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.6)
    if behaviour == "hangs":
        there.hangs("/slow")
    else:
        there.drips("/slow", head=behaviour == "drips_head")
    began = time.monotonic()
    assert refused(f"{there.base}/slow").code == "hangs"
    assert time.monotonic() - began < 5


def test_a_source_without_end_is_given_up_at_the_limit(there: sources.Server, settings) -> None:
    settings.MAX_UPLOAD_BYTES = 1 << 20
    there.floods("/endless")
    assert refused(f"{there.base}/endless").code == "too_large"
    time.sleep(0.2)
    assert there.sent < 64 << 20  # what fits into the buffers between, not ten gigabytes
    there.floods("/said", length=10 << 30)
    assert refused(f"{there.base}/said").about == {"megabytes": 1}


def test_a_packed_answer_is_unpacked_no_further_than_the_limit(there: sources.Server, settings) -> None:
    settings.MAX_UPLOAD_BYTES = 1 << 20
    there.floods("/bomb", packed=True)
    assert refused(f"{there.base}/bomb").code == "too_large"
    there.says("/packed", gzip.compress(ONE.encode()), Content_Encoding="gzip")
    assert fetching.fetch(f"{there.base}/packed").content == ONE.encode()
    there.says("/odd", b"?", Content_Encoding="br")
    assert refused(f"{there.base}/odd").code == "packed"
    there.says("/broken", b"no gzip at all", Content_Encoding="gzip")
    assert refused(f"{there.base}/broken").code == "unreachable"


@pytest.mark.parametrize("status", [204, 401, 403, 404, 418, 429, 500, 503])
def test_another_status_is_told(there: sources.Server, status) -> None:
    there.says("/no", "", status=status)
    assert refused(f"{there.base}/no").about == {"status": status}


def test_a_source_that_speaks_no_http_or_is_not_there(there: sources.Server) -> None:
    there.pages["/odd"] = lambda to: (to.wfile.write(b"\x16\x03\x01 hello"), None)[1]
    assert refused(f"{there.base}/odd").code == "unreachable"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert refused(f"http://127.0.0.1:{port}/a").code == "unreachable"
    assert refused("http://does-not-exist.invalid/a").code == "unreachable"


# ── robots.txt ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("robots", "status", "allowed"),
    [
        ("User-agent: *\nDisallow: /", 200, False),
        ("User-agent: *\nDisallow: /private/", 200, True),
        (f"User-agent: {network.AGENT}\nDisallow: /\n\nUser-agent: *\nAllow: /", 200, False),
        ("", 200, True),
        ("<html>no robots</html>", 200, True),
        ("gone", 404, True),
        ("denied", 403, True),
        ("oh", 500, False),
        ("too many", 429, False),
    ],
)
def test_robots_txt_is_heeded(there: sources.Server, robots, status, allowed) -> None:
    there.says("/robots.txt", robots, kind="text/plain", status=status)
    there.says("/a.ttl", ONE)
    if allowed:
        assert fetching.fetch(f"{there.base}/a.ttl").content == ONE.encode()
    else:
        assert refused(f"{there.base}/a.ttl").code == "robots"
        assert [path for path, _headers in there.asked] == ["/robots.txt"]


def test_a_robots_txt_behind_a_redirect_or_packed_is_heeded(there: sources.Server) -> None:
    forbids = "User-agent: *\nDisallow: /"
    there.says("/a.ttl", ONE)
    there.leads("/robots.txt", "/r1")
    for turn in range(1, 5):
        there.leads(f"/r{turn}", f"/r{turn + 1}")
    there.says("/r5", forbids, kind="text/plain")
    assert refused(f"{there.base}/a.ttl").code == "robots"
    there.leads("/r5", "/r6")
    assert refused(f"{there.base}/a.ttl").code == "robots", "who leads in a circle is not asked"
    there.leads("/robots.txt", "http://10.0.0.1/robots.txt")
    assert refused(f"{there.base}/a.ttl").code == "private"
    there.says("/robots.txt", gzip.compress(forbids.encode()), kind="text/plain", Content_Encoding="gzip")
    assert refused(f"{there.base}/a.ttl").code == "robots"
    for kind in ("br", "gzip"):  # what cannot be read
        there.says("/robots.txt", b"neither", kind="text/plain", Content_Encoding=kind)
        assert refused(f"{there.base}/a.ttl").code == "robots"
    assert "/a.ttl" not in [path for path, _headers in there.asked]


def test_nothing_is_asked_at_a_port_where_no_catalogue_answers() -> None:
    assert [against("8.8.8.8", port) for port in (80, 443, 8080, 8443, 22, 5432, 6379)] == [
        "",
        "",
        "",
        "",
        "port",
        "port",
        "port",
    ]
    assert against("10.0.0.1", 443) == "private"
    assert refused("http://93.184.215.14:22/").code == "port"
    with pytest.raises(Refused) as no:
        check_source("http://data.hospital.example:22/")
    assert no.value.code == "port" and no.value.field == "address"


def test_the_wished_delay_is_taken_up_to_a_limit(there: sources.Server) -> None:
    there.says("/a.ttl", ONE)
    for wish, delay in (("2", 2.0), ("9999", fetching.LONGEST_DELAY), ("soon", 0.0)):
        there.says("/robots.txt", f"User-agent: *\nCrawl-delay: {wish}\nDisallow: /x", kind="text/plain")
        assert fetching.fetch(f"{there.base}/a.ttl").delay == delay


def test_a_robots_txt_without_end_is_read_to_its_limit(there: sources.Server) -> None:
    there.floods("/robots.txt")
    there.says("/a.ttl", ONE)
    assert fetching.fetch(f"{there.base}/a.ttl").content == ONE.encode()


# ── Addresses ────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "address",
    ["", "h.example", "ftp://h.example/", "https://me:pass@h.example/", "http://127.0.0.1/", "http://[::1]/", "http://10.1.2.3/x",
     "http://localhost/", "http://db.internal/", "http://printer.local/", "http://intranet/", "https://h.example/" + "a" * 500, "file:///etc/passwd"],
)  # fmt: skip
def test_an_address_that_cannot_be_a_source(address) -> None:
    with pytest.raises(Refused) as no:
        check_source(address)
    assert no.value.field == "address"


def test_an_address_that_can_be_a_source() -> None:
    check_source("https://data.hospital.example/catalogue.ttl")
    check_source("http://93.184.215.14:8080/x")


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("https://c.example", "https://c.example/api/3/action/package_search?sort=id+asc&rows=10&start=20"),
        ("https://c.example/data/", "https://c.example/data/api/3/action/package_search?sort=id+asc&rows=10&start=20"),
        ("https://c.example/api/3/action/package_search?fq=organization%3Ah&rows=5", "https://c.example/api/3/action/package_search?fq=organization%3Ah&sort=id+asc&rows=10&start=20"),
    ],
)  # fmt: skip
def test_the_page_of_a_ckan_search(address, page) -> None:
    assert search_page(address, 20, 10) == page
