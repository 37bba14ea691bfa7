"""So often and no more: for doors that anybody may use without an account. Counted in the shared cache."""

from django.core.cache import cache


def spent(what: str, who: str, *, times: int, seconds: int) -> bool:
    """Counts one use of `what` by `who` (an address, a person); True once there were more than `times` within `seconds`."""
    key = f"throttle:{what}:{who}"
    cache.add(key, 0, seconds)
    try:
        return bool(cache.incr(key) > times)
    except ValueError:  # it expired between the two
        return False
