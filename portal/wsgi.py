import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_wsgi_application()


def _ready() -> None:
    """The addresses with all their views are read before the first request. What is here now stays: it is not looked through again
    for garbage, which would hold every request of this process for some tenths of a second."""
    from django.urls import get_resolver

    _ = get_resolver().reverse_dict
    gc.collect()
    gc.freeze()


_ready()
