"""What the portal stores about people. The sentences follow the tables; a new table with people in it needs a line here."""

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _


class Stored(NamedTuple):
    """One kind of data, as the privacy notice names it.

    procedures: the sweeps (names in portal.celery.SWEEPS) that end what `kept` promises; a kind without one says why the
    portal itself erases nothing of it.
    """

    what: Any
    items: Any
    purpose: Any
    kept: Any
    procedures: tuple[str, ...] = ()
    why_not: Any = ""


# 공공기록물 관리에 관한 법률 제27조: whoever destroys public records needs the records officer's appraisal and a council's advice
RECORDS = _(
    "Public records: once the time is over, the records officer and a council decide about their destruction (Public Records Management Act, Art. 27). The portal itself erases none."
)
KINDS = (
    Stored(
        _("Account"), _("E-mail address, name, language, password (unreadable), second factor, roles, days away and who stands in"),
        _("To sign you in and to know for which organisation you act"),
        _("While the account exists, and as long as a case names it; a sign-up that nobody confirms for 30 days; records of roles and absences for three years after they ended"),
        ("accounts.forget_sign_ups", "accounts.forget_role_grants"),
    ),
    Stored(
        _("Sign-ins"), _("Network address, browser, time"), _("To recognise misuse and to let you end sign-ins elsewhere"),
        _("Until you sign out or the sign-in runs out"), ("accounts.forget_sign_ins",),
    ),
    Stored(
        _("Company"),
        _("Registration numbers, address, size certificate, representative's name, address for service, consents with day and wording"),
        _("To check the registration and to serve decisions"),
        _("As long as its applications and projects; the representative's name for the check is erased within seven days"),
        ("companies.check_registrations",),
    ),
    Stored(
        _("Drafts of applications"), _("Answers and files that were never handed in"), _("To let you go on writing"),
        _("Until 90 days after the call closed"), ("applications.forget_drafts",),
    ),
    Stored(
        _("Applications and projects"),
        _("Answers, files, persons in charge, certifications, signatures, agreements, reviews, deliverables"),
        _("To receive, check and evaluate applications and to run the projects"), _("Five years after the project ends"),
        why_not=RECORDS,
    ),
    Stored(
        _("Networks of applications"), _("A digest of the network from which an application was handed in; not the address itself"),
        _("To notice applications by proxy: organisations that say they know nothing of each other"),
        _("As long as the call's policy says, a year after it closed where it says nothing"), ("applications.forget_networks",),
    ),
    Stored(
        _("Signs of fraud"), _("References of applications, files, payments and persons, digests, the officer's decision and reason"),
        _("To find payback, applications by proxy and inflated prices; a person decides, nothing is stopped by itself"),
        _("Five years after the project ends"), why_not=RECORDS,
    ),
    Stored(
        _("Evaluation"), _("Evaluators' affiliations, declarations, conflicts of interest, challenges, scores and opinions, when and how long they read files"), _("To select fairly and to be able to account for it"),
        _("Five years after the project ends"), why_not=RECORDS,
    ),
    Stored(
        _("Payments"), _("Accounts of the institutions that are paid, invoices, transfers"), _("To pay and to settle the grant"),
        _("Five years after the project ends"), why_not=RECORDS,
    ),
    Stored(
        _("Notices and mails"), _("Address, subject, words"), _("To tell you what concerns you"),
        _("With the case that they speak of; links for sign-in and passwords are erased once sent"), ("journal.deliver_notices",),
        RECORDS,
    ),
    Stored(
        _("Subscriptions to series of datasets"), _("Which series, since when"), _("To tell you when a release opens"),
        _("Until you end it"), why_not=_("You end it yourself on the page of the series."),
    ),
    Stored(
        _("Saved searches"), _("What you searched for, since when"), _("To tell you what is new"),
        _("Until you remove it"), why_not=_("You remove it yourself on the page of your saved searches."),
    ),
    Stored(
        _("Keys of programs"),
        _("Who made the key, what it is for and may do, when it was used last, what its writes were answered"),
        _("So that an institution's programs write in the name of whoever made the key"),
        _("As long as its events; answers for a day"), ("accounts.forget_answers",),
    ),
    Stored(
        _("Principal investigators named in quotes"), _("Name, e-mail address, whether and when they agreed"),
        _("To ask whoever is responsible for the data before a quote leaves the institution"),
        _("Five years after the project ends"), why_not=RECORDS,
    ),
    Stored(
        _("Journal of events"), _("Who did what, when, and why"), _("To show that a decision came about properly; nobody can alter it"),
        _("With the case that it speaks of"), why_not=RECORDS,
    ),
    Stored(
        _("Access log"), _("Account, time, network address, whose data, task"), _("To find out about unjustified reading"),
        _("Two years"), ("journal.forget_accesses",),
    ),
)  # fmt: skip
