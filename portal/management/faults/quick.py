"""The portal's Celery with the sweeps of payments alone, every third of a second: `celery -A portal.management.faults.quick`."""

from portal.celery import app

app.conf.beat_schedule = {name: {"task": name, "schedule": 0.3} for name in ("payments.pay_due", "payments.reconcile")}
app.conf.beat_max_loop_interval = 0.2
app.conf.beat_sync_every = 0
