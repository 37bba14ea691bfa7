"""The database's own statistics, by which it chooses how to read."""

import psycopg
from django.conf import settings
from django.db import connection


def refresh() -> None:
    """Gathers them for all tables at once, as their owner: the running role may not. Autovacuum would, minutes later."""
    if settings.MIGRATE_DATABASE_URL:
        with psycopg.connect(settings.MIGRATE_DATABASE_URL, autocommit=True) as owner:
            owner.execute("ANALYZE")
        return
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
