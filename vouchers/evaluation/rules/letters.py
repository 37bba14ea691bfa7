"""The letter that tells a result: how it is served, and until when its remedy is open.

Sources: 행정절차법 제14조, 제15조 (service by post or, with consent, electronically; it takes effect on arrival), 제26조 (an adverse
decision names its remedies), 행정기본법 제36조 (objection within 30 days, answer within 14, then 90 days for appeal or suit).
"""

from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from portal.kit import workdays
from portal.kit.codes import Codes
from vouchers.evaluation.rules.stages import Outcome

ADVERSE = frozenset({Outcome.NOT_SELECTED, Outcome.RESERVE})


class Service(Codes):
    ELECTRONIC = "ELECTRONIC", _("Electronically, by consent")
    POST = "POST", _("By post")


def service(service_email: str) -> Service:
    """An address for electronic service is the consent to it."""
    return Service.ELECTRONIC if service_email.strip() else Service.POST


def open_until(served_on: date, days: int) -> date:
    """The last day of the remedy, to its end: the day of service does not count; a day off moves it to the next working day."""
    return workdays.add_working_days(served_on + timedelta(days=days), 0)
