"""What the portal stores about people. The sentences follow the tables; a new table with people in it needs a line here."""

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _


class Stored(NamedTuple):
    """One kind of data, as the privacy notice names it."""

    what: Any
    items: Any
    purpose: Any
    kept: Any


KINDS = (
    Stored(
        _("Account"), _("E-mail address, name, language, password (unreadable), second factor, roles"),
        _("To sign you in and to know for which organisation you act"),
        _("While the account exists; records of roles given and taken for three years"),
    ),
    Stored(
        _("Sign-ins"), _("Network address, browser, time"), _("To recognise misuse and to let you end sign-ins elsewhere"),
        _("Until you sign out or the sign-in runs out"),
    ),
    Stored(
        _("Company"),
        _("Registration numbers, address, size certificate, representative's name, address for service, consents with day and wording"),
        _("To check the registration and to serve decisions"),
        _("Until the company leaves the portal; the representative's name for the check is erased within seven days"),
    ),
    Stored(
        _("Applications and projects"),
        _("Answers, files, persons in charge, certifications, signatures, agreements, reviews, deliverables"),
        _("To receive, check and evaluate applications and to run the projects"), _("Five years after the project ends"),
    ),
    Stored(
        _("Evaluation"), _("Evaluators' declarations, scores and opinions"), _("To select fairly and to be able to account for it"),
        _("Five years after the project ends"),
    ),
    Stored(
        _("Payments"), _("Accounts of the institutions that are paid, invoices, transfers"), _("To pay and to settle the grant"),
        _("Five years after the project ends"),
    ),
    Stored(
        _("Notices and mails"), _("Address, subject, words"), _("To tell you what concerns you"),
        _("With the case that they speak of; links for sign-in and passwords are erased once sent"),
    ),
    Stored(
        _("Journal of events"), _("Who did what, when, and why"), _("To show that a decision came about properly; nobody can alter it"),
        _("With the case that it speaks of"),
    ),
    Stored(
        _("Access log"), _("Account, time, network address, whose data, task"), _("To find out about unjustified reading"),
        _("At least one year; two years from 50,000 persons on, or with sensitive data"),
    ),
)  # fmt: skip
