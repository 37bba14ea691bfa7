"""Which addresses the portal asks on its own: public ones alone, whatever a name resolves to. Pure."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.utils.translation import gettext_lazy as _

from portal.kit.errors import Refused
from providers.catalogue.rules.profiles import is_address

_NAT64 = ip_network("64:ff9b::/96")
_NOT_GLOBAL = tuple(map(ip_network, ("192.88.99.0/24", "3fff::/20")))  # relays of old, documentation: nobody's
PORTS = frozenset({80, 443, 8000, 8080, 8443})  # where catalogues answer; nothing else is asked, whatever a redirect says
LONGEST = 500
PACKAGE_SEARCH = "api/3/action/package_search"


def is_public(text: str) -> bool:
    """Whether an IP address is reached over the public network; an address inside of another one counts as itself."""
    try:
        address: IPv4Address | IPv6Address = ip_address(text.split("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inside = IPv4Address(int(address) & 0xFFFFFFFF)
        if address.teredo:
            return False
        if inside is not None:
            address = inside
    if any(address in network for network in _NOT_GLOBAL if network.version == address.version):
        return False
    site_local = isinstance(address, IPv6Address) and address.is_site_local  # private before fc00::/7 was, and still in use
    return address.is_global and not (address.is_multicast or address.is_reserved or site_local)


def against(address: str, port: int) -> str:
    """Why nothing is asked there: "private", "port", or "" where it may be."""
    if not is_public(address):
        return "private"
    return "" if port in PORTS else "port"


def check_source(address: str) -> None:
    """Raises Refused for an address that cannot be a source, with what to do about it."""
    if len(address) > LONGEST or not is_address(address):
        raise Refused(_("Enter an address that begins with https:// or http://."), "address", "address")
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    if port not in PORTS:
        listed = ", ".join(map(str, sorted(PORTS)))
        raise Refused(_("Sources are asked at the ports %(ports)s alone.") % {"ports": listed}, "port", "address")
    try:
        ip_address(host)
    except ValueError:
        if "." not in host or host.endswith((".localhost", ".local", ".internal", ".")):
            raise Refused(_("This host is not on the public network. Enter a public address."), "private", "address") from None
    else:
        if not is_public(host):
            raise Refused(_("This host is not on the public network. Enter a public address."), "private", "address")


def search_page(address: str, start: int, rows: int) -> str:
    """The address of one page of a CKAN search. address: of the portal, or of its package_search with conditions of its own."""
    parts = urlsplit(address)
    path = parts.path if "/api/" in parts.path else f"{parts.path.rstrip('/')}/{PACKAGE_SEARCH}"
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("start", "rows", "sort")]
    query = urlencode([*kept, ("sort", "id asc"), ("rows", rows), ("start", start)])
    return urlunsplit((parts.scheme, parts.netloc, path, query, ""))
