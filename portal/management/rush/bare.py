"""What the web server of the yardstick loads: Django as a new project has it (middleware, sessions, sign-in), one address that
writes one row. Of the portal it has the models and the connection's settings."""

import os
from typing import Any


def _application() -> Any:
    """Changes the settings of its own process, which serves nothing else."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler

    from portal.management.rush.world import BACKEND
    from portal.management.yardstick import MIDDLEWARE

    settings.MIDDLEWARE, settings.ROOT_URLCONF = MIDDLEWARE, "portal.management.rush.bare_view"
    settings.SESSION_ENGINE, settings.AUTHENTICATION_BACKENDS = "django.contrib.sessions.backends.db", [BACKEND]
    return WSGIHandler()


application = _application()
