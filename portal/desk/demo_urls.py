"""Addresses that exist only in a demonstration or while debugging."""

from importlib.util import find_spec

from django.urls import include, path

urlpatterns = []
if find_spec("portal.desk.styles"):
    from portal.desk import styles

    urlpatterns.append(path("styles/", styles.styles, name="styles"))
if find_spec("portal.journal.demo_urls"):
    urlpatterns.append(path("demo/mail/", include("portal.journal.demo_urls")))
if find_spec("vouchers.payments.demo_urls"):
    urlpatterns.append(path("demo/bank/", include("vouchers.payments.demo_urls")))
