"""How the house speaks to other machines: short timeouts, no redirects, no proxies from the environment."""

import httpx


def client(*, timeout: float = 5.0, verify: bool = True) -> httpx.Client:
    """An HTTP client for a gateway. timeout: seconds for each of connect, read, write."""
    return httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False, verify=verify)
