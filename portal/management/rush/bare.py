"""What the web server of the yardstick loads: Django with a new project's middleware and one address that writes one row."""

import os
from typing import Any


def _application() -> Any:
    """Changes the settings of its own process, which serves nothing else."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler

    from portal.management.yardstick import MIDDLEWARE

    settings.MIDDLEWARE, settings.ROOT_URLCONF = MIDDLEWARE, "portal.management.rush.bare_view"
    return WSGIHandler()


application = _application()
