"""Everything up to 0142 at once, for an empty database: tables in order of their references, then what guards them.

Each single step of 0001 to 0142 builds the state of all models anew, which together takes more than a minute; a database that has
them already skips this one. `guards_0142.sql`: functions, triggers, constraints and rights as those steps leave them.
"""

from pathlib import Path

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

import portal.kit.clock
import portal.kit.won
import vouchers.evaluation.models.presenting

GUARDS = Path(__file__).with_name("guards_0142.sql").read_text(encoding="utf-8")


class AtOnce(Operation):
    """Tables that are made one after the other, while the state of all models is built once instead of after each."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, operations):
        self.operations = operations

    def deconstruct(self):
        return self.__class__.__name__, [self.operations], {}

    def state_forwards(self, app_label, state):
        state.__dict__.pop("apps", None)
        for one in self.operations:
            one.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for one in self.operations:
            one.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for one in reversed(self.operations):
            one.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self):
        return "Make the tables of the journey"


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("vouchers", "0001_initial"),
        ("vouchers", "0002_rounds_guards"),
        ("vouchers", "0003_companies_guards"),
        ("vouchers", "0004_ledger_guards"),
        ("vouchers", "0005_matching_guards"),
        ("vouchers", "0006_applications_guards"),
        ("vouchers", "0007_evaluation_guards"),
        ("vouchers", "0008_agreements_guards"),
        ("vouchers", "0009_access_guards"),
        ("vouchers", "0010_milestones_guards"),
        ("vouchers", "0011_payments_guards"),
        ("vouchers", "0012_evaluation_unfinished_scores"),
        ("vouchers", "0013_access_pauses"),
        ("vouchers", "0014_award_cancelled"),
        ("vouchers", "0015_applications_matches_fixed"),
        ("vouchers", "0016_evaluation_runs_stay"),
        ("vouchers", "0017_ledger_words"),
        ("vouchers", "0018_project_words"),
        ("vouchers", "0019_voucher_ends"),
        ("vouchers", "0020_submitted_dossiers"),
        ("vouchers", "0021_submitted_dossiers_guards"),
        ("vouchers", "0022_payments_overturned"),
        ("vouchers", "0023_companies_served"),
        ("vouchers", "0024_companies_one_open_claim"),
        ("vouchers", "0025_applications_lapsed"),
        ("vouchers", "0026_company_verified_words"),
        ("vouchers", "0027_held_files_guards"),
        ("vouchers", "0028_selection_reasons_longer"),
        ("vouchers", "0029_payments_released_by"),
        ("vouchers", "0030_payments_released_guards"),
        ("vouchers", "0031_companies_claim_taken_up"),
        ("vouchers", "0032_applications_handed_in"),
        ("vouchers", "0033_disbursement_tax_words"),
        ("vouchers", "0034_applications_forgotten"),
        ("vouchers", "0035_selection_records"),
        ("vouchers", "0036_selection_letters"),
        ("vouchers", "0037_penalty_records"),
        ("vouchers", "0038_match_in_one_application"),
        ("vouchers", "0039_evaluation_pool"),
        ("vouchers", "0040_evaluation_conflict_guards"),
        ("vouchers", "0041_objections"),
        ("vouchers", "0042_payments_shown_back"),
        ("vouchers", "0043_return_withdrawn"),
        ("vouchers", "0044_completed_when_settled"),
        ("vouchers", "0045_state_and_moment_words"),
        ("vouchers", "0046_assignment_runs"),
        ("vouchers", "0047_objections_put_off"),
        ("vouchers", "0048_selection_after_objections"),
        ("vouchers", "0049_agreements_wait"),
        ("vouchers", "0050_inquiries"),
        ("vouchers", "0051_check_batches"),
        ("vouchers", "0052_panel_phases"),
        ("vouchers", "0053_panel_guards"),
        ("vouchers", "0054_amendments"),
        ("vouchers", "0055_supplement_items_and_comments"),
        ("vouchers", "0056_blind_documents"),
        ("vouchers", "0057_blind_document_guards"),
        ("vouchers", "0058_rehearsals"),
        ("vouchers", "0059_restrictions_four_eyes"),
        ("vouchers", "0060_blind_never_original"),
        ("vouchers", "0061_rehearsal_receipts"),
        ("vouchers", "0062_late_entries"),
        ("vouchers", "0063_budget_covers_ledger"),
        ("vouchers", "0064_panel_anew"),
        ("vouchers", "0065_blind_needs_names"),
        ("vouchers", "0066_letter_turned_to_post"),
        ("vouchers", "0067_assignments_in_order"),
        ("vouchers", "0068_presentations"),
        ("vouchers", "0069_late_entries_decided_by_approvers"),
        ("vouchers", "0070_no_panel_on_locked_scores"),
        ("vouchers", "0071_criteria_of_presentations"),
        ("vouchers", "0072_scores_handed_in_again"),
        ("vouchers", "0073_ledger_within_call"),
        ("vouchers", "0074_objection_remedy_waived"),
        ("vouchers", "0075_letters_keep_their_content"),
        ("vouchers", "0076_quotes_in_time"),
        ("vouchers", "0080_feasibility"),
        ("vouchers", "0081_quotes_agreed_to"),
        ("vouchers", "0082_allocations"),
        ("vouchers", "0083_quote_requests_viewed"),
        ("vouchers", "0084_sourcing"),
        ("vouchers", "0085_agreed_within_quotes"),
        ("vouchers", "0086_rankings_kept"),
        ("vouchers", "0087_letters_of_intent"),
        ("vouchers", "0088_final_quotes_decided"),
        ("vouchers", "0089_requests_end_with_their_match"),
        ("vouchers", "0090_matches_released_unused"),
        ("vouchers", "0091_allocations_hold"),
        ("vouchers", "0092_kept_rows_reach"),
        ("vouchers", "0093_proposals_end_with_their_need"),
        ("vouchers", "0094_agreement_changes"),
        ("vouchers", "0095_agreement_changes_guards"),
        ("vouchers", "0096_payment_files"),
        ("vouchers", "0097_ways_of_old_payments"),
        ("vouchers", "0098_payment_files_guards"),
        ("vouchers", "0099_payment_files_reach"),
        ("vouchers", "0100_matches_remember_orders"),
        ("vouchers", "0101_clause_comments"),
        ("vouchers", "0102_clause_comments_guards"),
        ("vouchers", "0103_changes_are_signed"),
        ("vouchers", "0104_payment_answers_say"),
        ("vouchers", "0105_payment_answers_guards"),
        ("vouchers", "0106_registrations_taken_back"),
        ("vouchers", "0107_settlements"),
        ("vouchers", "0108_settlements_guards"),
        ("vouchers", "0109_plan_warnings"),
        ("vouchers", "0110_plan_warnings_guards"),
        ("vouchers", "0111_partial_acceptance"),
        ("vouchers", "0112_partial_acceptance_guards"),
        ("vouchers", "0113_clawbacks"),
        ("vouchers", "0114_clawbacks_guards"),
        ("vouchers", "0115_final_evaluations"),
        ("vouchers", "0116_final_evaluations_guards"),
        ("vouchers", "0117_inspections"),
        ("vouchers", "0118_inspections_guards"),
        ("vouchers", "0119_year_end"),
        ("vouchers", "0120_year_end_guards"),
        ("vouchers", "0121_words_of_states"),
        ("vouchers", "0122_audit_files"),
        ("vouchers", "0123_audit_files_guards"),
        ("vouchers", "0124_transfers_in_neutral_words"),
        ("vouchers", "0125_words_of_the_year_end"),
        ("vouchers", "0126_agreement_halts"),
        ("vouchers", "0127_agreement_halts_guards"),
        ("vouchers", "0128_signing_authority"),
        ("vouchers", "0129_signing_authority_guards"),
        ("vouchers", "0130_agreement_refusals"),
        ("vouchers", "0131_agreement_refusals_guards"),
        ("vouchers", "0132_advances"),
        ("vouchers", "0133_advances_guards"),
        ("vouchers", "0134_agreement_joining"),
        ("vouchers", "0135_agreement_joining_guards"),
        ("vouchers", "0136_debts_within_paid"),
        ("vouchers", "0137_closed_years"),
        ("vouchers", "0138_receipts_begin_reported"),
        ("vouchers", "0139_within_next_year"),
        ("vouchers", "0140_clawback_rulings"),
        ("vouchers", "0141_halts_after_the_year"),
        ("vouchers", "0142_closed_after_year"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("accounts", "0008_key_reminders"),
        ("documents", "0003_documents_erased"),
        ("journal", "0009_notice_calendar"),
        ("providers", "0021_lines_mark_their_offer"),
    ]

    operations = [
        AtOnce(
            [
                migrations.CreateModel(
                    name="Affiliation",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("EMPLOYMENT", "Works or worked there"),
                                    ("ADVICE", "Advised it"),
                                    ("HOLDING", "Holds shares in it"),
                                    ("KIN", "A relative owns it or works there"),
                                    ("DECLARED", "Another conflict"),
                                ],
                                max_length=12,
                                verbose_name="Kind",
                            ),
                        ),
                        ("name", models.CharField(max_length=160, verbose_name="Name of the organisation")),
                        (
                            "aliases",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=160), blank=True, default=list, verbose_name="Other names"
                            ),
                        ),
                        ("starts_on", models.DateField(null=True, verbose_name="From")),
                        ("ends_on", models.DateField(null=True, verbose_name="Until")),
                        (
                            "entered_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Entered by",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                                verbose_name="Organisation",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Evaluator",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "affiliation",
                        "verbose_name_plural": "affiliations",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("starts_on__isnull", True),
                                    ("ends_on__isnull", True),
                                    ("starts_on__lte", models.F("ends_on")),
                                    _connector="OR",
                                ),
                                name="affiliation_dates",
                            ),
                            models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="affiliation_has_name"),
                        ],
                        "indexes": [models.Index(fields=["user"], name="affiliation_user")],
                    },
                ),
                migrations.CreateModel(
                    name="Company",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("name_ko", models.CharField(max_length=120, verbose_name="Company name (Korean)")),
                        ("name_en", models.CharField(blank=True, max_length=160, verbose_name="Company name (English)")),
                        ("brn", models.CharField(max_length=10, unique=True, verbose_name="Business registration number")),
                        (
                            "corporate_no",
                            models.CharField(blank=True, max_length=13, verbose_name="Corporate registration number"),
                        ),
                        ("opened_on", models.DateField(verbose_name="Opening date")),
                        ("region", models.CharField(max_length=20, verbose_name="Region")),
                        ("address", models.CharField(blank=True, max_length=300, verbose_name="Address")),
                        (
                            "size",
                            models.CharField(
                                choices=[
                                    ("PRE_STARTUP", "Pre-founder"),
                                    ("MICRO", "Micro enterprise"),
                                    ("SMALL", "Small enterprise"),
                                    ("MEDIUM", "Medium enterprise"),
                                    ("MID_SIZED", "Mid-sized enterprise"),
                                    ("LARGE", "Large enterprise"),
                                ],
                                max_length=12,
                                verbose_name="Company size",
                            ),
                        ),
                        ("sector", models.CharField(blank=True, max_length=60, verbose_name="Sector")),
                        (
                            "is_youth_led",
                            models.BooleanField(default=False, verbose_name="Led by a founder of 39 years or younger"),
                        ),
                        (
                            "joint_representation",
                            models.BooleanField(default=False, verbose_name="Joint representatives certify together"),
                        ),
                        (
                            "service_email",
                            models.EmailField(blank=True, max_length=254, verbose_name="Address for electronic service"),
                        ),
                        (
                            "verification",
                            models.CharField(
                                choices=[
                                    ("UNVERIFIED", "Not verified yet"),
                                    ("VERIFIED", "Registration verified"),
                                    ("REFUSED", "Registration refused"),
                                    ("DISPUTED", "Claim disputed"),
                                ],
                                default="UNVERIFIED",
                                max_length=10,
                                verbose_name="Registration state",
                            ),
                        ),
                        ("verified_how", models.CharField(blank=True, max_length=20, verbose_name="Verified how")),
                        (
                            "tax_status",
                            models.CharField(
                                choices=[
                                    ("ACTIVE", "In business"),
                                    ("SUSPENDED", "Business suspended"),
                                    ("CLOSED", "Business closed down"),
                                    ("UNREGISTERED", "Not registered with the tax service"),
                                    ("UNKNOWN", "Not known yet"),
                                ],
                                default="UNKNOWN",
                                max_length=12,
                                verbose_name="State of the business",
                            ),
                        ),
                        ("tax_type", models.CharField(blank=True, max_length=60, verbose_name="Kind of taxpayer")),
                        ("tax_checked_at", models.DateTimeField(null=True, verbose_name="Tax service asked at")),
                        ("sealed_representative", models.TextField(blank=True, default="", editable=False)),
                        (
                            "validation",
                            models.CharField(
                                choices=[
                                    ("NOT_ASKED", "Not asked yet"),
                                    ("MATCHED", "Agrees with the tax service"),
                                    ("MISMATCHED", "Differs from the tax service"),
                                ],
                                default="NOT_ASKED",
                                editable=False,
                                max_length=10,
                                verbose_name="Tax service compared",
                            ),
                        ),
                        ("check_due_at", models.DateTimeField(editable=False, null=True)),
                        ("check_claimed_at", models.DateTimeField(editable=False, null=True)),
                        ("check_attempts", models.PositiveSmallIntegerField(default=0, editable=False)),
                        (
                            "organisation",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organisation"
                            ),
                        ),
                        (
                            "registration_file",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.document"
                            ),
                        ),
                        (
                            "verified_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Verified by",
                            ),
                        ),
                        (
                            "is_rehearsal",
                            models.BooleanField(default=False, editable=False, verbose_name="Test company of rehearsals"),
                        ),
                    ],
                    options={
                        "verbose_name": "company",
                        "verbose_name_plural": "companies",
                        "permissions": [("edit_company", "Edit the company's facts"), ("verify_company", "Check a registration")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("brn__regex", "^[0-9]{10}$"), models.Q(("brn", "0000000000"), _negated=True)),
                                name="company_brn_shape",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("service_email", ""), _negated=True),
                                    models.Q(("address", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="company_can_be_served",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("is_rehearsal", False),
                                    models.Q(
                                        ("name_en__startswith", "[Rehearsal] "),
                                        ("name_ko__startswith", "[모의] "),
                                        ("service_email__endswith", ".example"),
                                    ),
                                    _connector="OR",
                                ),
                                name="company_rehearsal_is_marked",
                            ),
                        ],
                        "indexes": [
                            models.Index(fields=["region"], name="company_region"),
                            models.Index(
                                condition=models.Q(("check_due_at__isnull", False)),
                                fields=["check_due_at"],
                                name="company_check_due",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ConflictOfInterest",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("ground", models.CharField(max_length=200, verbose_name="Ground")),
                        ("ended_on", models.DateField(null=True, verbose_name="Ended on")),
                        (
                            "declared_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Declared by",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                                verbose_name="Organisation",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Person",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "conflict of interest",
                        "verbose_name_plural": "conflicts of interest",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("ended_on__isnull", True)),
                                fields=("user", "organisation"),
                                name="conflict_one_live",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MatchFacts",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("sha256", models.CharField(max_length=64, unique=True)),
                        ("body", models.JSONField()),
                    ],
                    options={
                        "verbose_name": "facts of rankings",
                        "verbose_name_plural": "facts of rankings",
                    },
                ),
                migrations.CreateModel(
                    name="PayeeAccount",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("bank_code", models.CharField(max_length=10, verbose_name="Bank")),
                        ("number", models.CharField(max_length=30, verbose_name="Account number")),
                        ("holder", models.CharField(max_length=120, verbose_name="Account holder")),
                        ("is_current", models.BooleanField(default=True, verbose_name="Current")),
                        (
                            "entered_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Entered by",
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="providers.institution",
                                verbose_name="Institution",
                            ),
                        ),
                        (
                            "verified_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Verified by",
                            ),
                        ),
                        ("contact", models.EmailField(blank=True, max_length=254, verbose_name="Contact for this account")),
                        ("waits_until", models.DateField(null=True, verbose_name="Nothing is paid to it before")),
                    ],
                    options={
                        "verbose_name": "payee account",
                        "verbose_name_plural": "payee accounts",
                        "permissions": [("enter_payee", "Enter payee accounts"), ("verify_payee", "Verify payee accounts")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("is_current", True)), fields=("institution",), name="payee_account_current"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("verified_by__isnull", True),
                                    models.Q(("verified_by", models.F("entered_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="payee_account_four_eyes",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Restriction",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "brn",
                            models.CharField(
                                blank=True, db_index=True, max_length=10, verbose_name="Business registration number"
                            ),
                        ),
                        (
                            "corporate_no",
                            models.CharField(
                                blank=True, db_index=True, max_length=13, verbose_name="Corporate registration number"
                            ),
                        ),
                        ("name", models.CharField(max_length=160, verbose_name="Name")),
                        ("ground", models.CharField(max_length=200, verbose_name="Ground")),
                        ("starts_on", models.DateField(verbose_name="From")),
                        ("ends_on", models.DateField(verbose_name="Until")),
                        (
                            "decided_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Decided by",
                            ),
                        ),
                        (
                            "entered_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Entered by",
                            ),
                        ),
                        ("person_digest", models.CharField(blank=True, db_index=True, editable=False, max_length=64)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("ENTERED", "Entered, not confirmed"),
                                    ("IN_FORCE", "Counts"),
                                    ("REJECTED", "Entered wrongly"),
                                ],
                                default="ENTERED",
                                editable=False,
                                max_length=8,
                                verbose_name="State",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "restriction",
                        "verbose_name_plural": "restrictions",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("brn", ""), _negated=True),
                                    models.Q(("corporate_no", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="restriction_has_number",
                                violation_error_message="Enter a business number or a corporate number.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("starts_on__lte", models.F("ends_on"))),
                                name="restriction_dates",
                                violation_error_message="The restriction ends before it begins. Compare the dates.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("entered_by__isnull", True),
                                    models.Q(("decided_by__isnull", True), ("status", "ENTERED")),
                                    models.Q(
                                        models.Q(("status", "ENTERED"), _negated=True),
                                        ("decided_by__isnull", False),
                                        models.Q(("decided_by", models.F("entered_by")), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="restriction_four_eyes",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Round",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("key", models.SlugField(max_length=60, unique=True, verbose_name="Key")),
                        (
                            "kind",
                            models.CharField(
                                choices=[("LIVE", "Live"), ("REHEARSAL", "Rehearsal"), ("DEMO", "Demonstration")],
                                default="LIVE",
                                max_length=10,
                                verbose_name="Kind",
                            ),
                        ),
                        ("programme", models.CharField(default="MEDICAL_AI_DATA_VOUCHER", max_length=40)),
                        ("title_ko", models.CharField(max_length=160, verbose_name="Title (Korean)")),
                        ("title_en", models.CharField(max_length=160, verbose_name="Title (English)")),
                        ("summary_ko", models.TextField(blank=True, verbose_name="Summary (Korean)")),
                        ("summary_en", models.TextField(blank=True, verbose_name="Summary (English)")),
                        ("fiscal_year", models.PositiveSmallIntegerField(verbose_name="Fiscal year")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("DRAFT", "Draft"),
                                    ("REVIEW", "Internal review"),
                                    ("ANNOUNCED", "Announced"),
                                    ("EVALUATING", "Evaluation"),
                                    ("AWARDED", "Selection published"),
                                    ("RUNNING", "Projects running"),
                                    ("SETTLING", "Settlement"),
                                    ("ARCHIVED", "Closed and archived"),
                                    ("CANCELLED", "Cancelled"),
                                ],
                                default="DRAFT",
                                max_length=12,
                                verbose_name="State",
                            ),
                        ),
                        (
                            "match_timing",
                            models.CharField(
                                choices=[
                                    ("BEFORE_SUBMISSION", "Match confirmed before submission"),
                                    ("BEFORE_SELECTION", "Match confirmed before selection"),
                                    ("AFTER_SELECTION", "Match confirmed after selection"),
                                ],
                                default="BEFORE_SUBMISSION",
                                max_length=20,
                                verbose_name="Match timing",
                            ),
                        ),
                        ("announced_on", models.DateField(blank=True, null=True, verbose_name="Announced on")),
                        ("opens_at", models.DateTimeField(blank=True, null=True, verbose_name="Opens")),
                        ("closes_at", models.DateTimeField(blank=True, null=True, verbose_name="Closes")),
                        ("budget_won", portal.kit.won.WonField(blank=True, null=True, verbose_name="Budget (won)")),
                        ("project_start_on", models.DateField(blank=True, null=True, verbose_name="Projects start")),
                        ("project_end_on", models.DateField(blank=True, null=True, verbose_name="Projects end")),
                        ("is_reference", models.BooleanField(default=False, editable=False)),
                        ("reference", models.JSONField(default=dict, editable=False)),
                        (
                            "announced_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "created_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "parent",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.round",
                            ),
                        ),
                        (
                            "promoted_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "promotion_asked_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "rehearsed_in",
                            models.OneToOneField(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.round",
                                verbose_name="Rehearsed in",
                            ),
                        ),
                        ("late_until", models.DateTimeField(editable=False, null=True)),
                    ],
                    options={
                        "verbose_name": "round",
                        "verbose_name_plural": "rounds",
                        "permissions": [("manage_round", "Prepare a round"), ("announce_round", "Announce a round")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("opens_at__isnull", True),
                                    ("closes_at__isnull", True),
                                    ("opens_at__lt", models.F("closes_at")),
                                    _connector="OR",
                                ),
                                name="round_window_order",
                                violation_error_message="The call must open before it closes.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("announced_by__isnull", True),
                                    ("created_by__isnull", True),
                                    models.Q(("announced_by", models.F("created_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="round_four_eyes",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("is_reference", True),
                                    ("status__in", ["DRAFT", "REVIEW", "CANCELLED"]),
                                    models.Q(
                                        ("opens_at__isnull", False), ("closes_at__isnull", False), ("budget_won__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="round_announced_is_complete",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind", "REHEARSAL"), _negated=True),
                                    models.Q(("title_ko__startswith", "[모의] "), ("title_en__startswith", "[Rehearsal] ")),
                                    _connector="OR",
                                ),
                                name="round_rehearsal_is_marked",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("promoted_by__isnull", True),
                                    models.Q(
                                        ("promotion_asked_by__isnull", False),
                                        models.Q(("promoted_by", models.F("promotion_asked_by")), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="round_promoted_by_another",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("promotion_asked_by__isnull", True), ("kind", "REHEARSAL"), _connector="OR"),
                                name="round_rehearsal_promoted",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("rehearsed_in__isnull", True), ("kind", "LIVE"), _connector="OR"),
                                name="round_rehearsed_is_live",
                            ),
                        ],
                        "indexes": [models.Index(fields=["status", "closes_at"], name="round_status_closes")],
                    },
                ),
                migrations.CreateModel(
                    name="SigningAuthority",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("SEAL_CERTIFICATE", "Certificate of the seal in use"),
                                    ("REGISTER_EXTRACT", "Extract of the company register"),
                                    ("POWER_OF_ATTORNEY", "Power of attorney"),
                                ],
                                max_length=17,
                                verbose_name="Paper",
                            ),
                        ),
                        ("valid_from", models.DateField(verbose_name="Valid from")),
                        ("valid_until", models.DateField(verbose_name="Valid until")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("FILED", "Filed, to be checked"),
                                    ("CONFIRMED", "Checked and on file"),
                                    ("REFUSED", "Not accepted"),
                                    ("REVOKED", "Taken back"),
                                ],
                                default="FILED",
                                max_length=9,
                                verbose_name="State",
                            ),
                        ),
                        ("checked_at", models.DateTimeField(null=True, verbose_name="Checked at")),
                        ("reason", models.TextField(blank=True, verbose_name="Reason")),
                        (
                            "checked_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Checked by",
                            ),
                        ),
                        (
                            "document",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                                verbose_name="File",
                            ),
                        ),
                        (
                            "filed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Filed by",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                                verbose_name="Organisation",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Who signs",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "authority to sign",
                        "verbose_name_plural": "authorities to sign",
                        "ordering": ["-created_at", "-id"],
                        "permissions": [
                            ("file_authority", "File authority to sign for one's organisation"),
                            ("check_authority", "Check authority to sign"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("valid_from__lte", models.F("valid_until"))), name="signing_authority_days"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status__in", ["CONFIRMED", "REFUSED"]), _negated=True),
                                    models.Q(("checked_at__isnull", False), ("checked_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="signing_authority_checked_whole",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("checked_by__isnull", True),
                                    models.Q(
                                        models.Q(("checked_by", models.F("filed_by")), _negated=True),
                                        models.Q(("checked_by", models.F("person")), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="signing_authority_four_eyes",
                            ),
                        ],
                        "indexes": [models.Index(fields=["organisation", "person", "status"], name="signing_authority_whose")],
                    },
                ),
                migrations.CreateModel(
                    name="YearClosing",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("fiscal_year", models.SmallIntegerField(verbose_name="Fiscal year")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("REHEARSED", "Rehearsed, nothing booked"),
                                    ("CLOSING", "Being booked"),
                                    ("CLOSED", "Year closed"),
                                    ("DISCARDED", "Discarded"),
                                ],
                                default="REHEARSED",
                                max_length=9,
                                verbose_name="State",
                            ),
                        ),
                        ("digest", models.CharField(max_length=64, verbose_name="Fingerprint of the table")),
                        ("expires_won", portal.kit.won.WonField(default=0, verbose_name="Lapses with the year")),
                        ("carries_won", portal.kit.won.WonField(default=0, verbose_name="Is carried over")),
                        ("before", models.JSONField(default=dict, verbose_name="Trial balance before")),
                        ("after", models.JSONField(null=True, verbose_name="Trial balance after")),
                        ("closed_at", models.DateTimeField(null=True, verbose_name="Close begun at")),
                        (
                            "closed_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Year closed by",
                            ),
                        ),
                        (
                            "rehearsed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Rehearsed by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "close of a fiscal year",
                        "verbose_name_plural": "closes of fiscal years",
                        "permissions": [
                            ("rehearse_year", "Rehearse the close of a fiscal year"),
                            ("close_year", "Close a fiscal year"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("status__in", ["CLOSING", "CLOSED"])),
                                fields=("fiscal_year",),
                                name="year_closing_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("closed_by__isnull", True),
                                    models.Q(("closed_by", models.F("rehearsed_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="year_closing_four_eyes",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("closed_at__isnull", True),
                                        ("closed_by__isnull", True),
                                        ("status__in", ["REHEARSED", "DISCARDED"]),
                                    ),
                                    models.Q(
                                        ("closed_at__isnull", False),
                                        ("closed_by__isnull", False),
                                        ("status__in", ["CLOSING", "CLOSED"]),
                                    ),
                                    _connector="OR",
                                ),
                                name="year_closing_pair",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "CLOSED"), _negated=True), ("after__isnull", False), _connector="OR"
                                ),
                                name="year_closing_balanced",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Account",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("TREASURY", "Appropriation by the state"),
                                    ("AVAILABLE", "Available in the round"),
                                    ("RESERVED", "Reserved for an award"),
                                    ("COMMITTED", "Committed to a voucher"),
                                    ("PAID", "Paid"),
                                    ("EXPIRED", "Expired"),
                                    ("RECOVERED", "Recovered"),
                                    ("CARRIED", "On its way into the next year"),
                                ],
                                max_length=10,
                                verbose_name="Account",
                            ),
                        ),
                        ("owner_ref", models.CharField(max_length=24, verbose_name="Belongs to")),
                        ("balance_won", portal.kit.won.SignedWonField(default=0, editable=False, verbose_name="Balance")),
                        (
                            "organisation",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                                verbose_name="Organisation",
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.round",
                                verbose_name="Round",
                            ),
                        ),
                        (
                            "carried_to",
                            models.SmallIntegerField(editable=False, null=True, verbose_name="Carried over to the year"),
                        ),
                        ("closed_in", models.SmallIntegerField(editable=False, null=True, verbose_name="Closed with the year")),
                    ],
                    options={
                        "verbose_name": "ledger account",
                        "verbose_name_plural": "ledger accounts",
                        "constraints": [
                            models.UniqueConstraint(fields=("round", "kind", "owner_ref"), name="account_once"),
                            models.CheckConstraint(
                                condition=models.Q(("kind", "TREASURY"), ("balance_won__gte", 0), _connector="OR"),
                                name="account_no_overdraft",
                            ),
                        ],
                        "indexes": [models.Index(fields=["owner_ref"], name="account_owner")],
                    },
                ),
                migrations.CreateModel(
                    name="Allocation",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("ORDERED", "Being computed"),
                                    ("COMPUTED", "Computed, not published"),
                                    ("FAILED", "Could not be computed"),
                                    ("PUBLISHED", "Published"),
                                    ("DISCARDED", "Scrapped"),
                                ],
                                default="ORDERED",
                                max_length=10,
                                verbose_name="State",
                            ),
                        ),
                        (
                            "step",
                            models.CharField(
                                choices=[
                                    ("WAITING", "Waiting for a worker"),
                                    ("READING", "Reading needs and offers"),
                                    ("SCORING", "Scoring every need against every offer"),
                                    ("SOLVING", "Looking for the best choice"),
                                    ("DONE", "Done"),
                                ],
                                default="WAITING",
                                max_length=10,
                                verbose_name="How far it is",
                            ),
                        ),
                        ("budget_won", portal.kit.won.WonField(blank=True, null=True, verbose_name="Budget for all together")),
                        ("claimed_at", models.DateTimeField(editable=False, null=True)),
                        ("computed_at", models.DateTimeField(null=True, verbose_name="Computed on")),
                        ("engine", models.CharField(blank=True, max_length=20, verbose_name="Engine")),
                        ("policy_number", models.PositiveIntegerField(null=True, verbose_name="Version of the policy")),
                        ("inputs", models.TextField(blank=True)),
                        ("inputs_sha256", models.CharField(blank=True, max_length=64, verbose_name="SHA-256 of the inputs")),
                        ("outputs", models.JSONField(default=dict)),
                        ("published_at", models.DateTimeField(null=True, verbose_name="Published on")),
                        ("lapses_at", models.DateTimeField(null=True, verbose_name="Proposals stand until")),
                        ("reason", models.TextField(blank=True, verbose_name="Reason")),
                        (
                            "ordered_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Ordered by",
                            ),
                        ),
                        (
                            "published_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Published by",
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.round",
                                verbose_name="Round",
                            ),
                        ),
                        ("deaths", models.PositiveSmallIntegerField(default=0, editable=False)),
                        ("left_out", models.JSONField(default=list)),
                    ],
                    options={
                        "verbose_name": "allocation of offers",
                        "verbose_name_plural": "allocations of offers",
                        "permissions": [
                            ("order_allocation", "Have offers allocated"),
                            ("publish_allocation", "Publish allocated offers"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("status__in", ["ORDERED", "COMPUTED"])),
                                fields=("round",),
                                name="allocation_one_open",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status__in", ["COMPUTED", "PUBLISHED"]), _negated=True),
                                    models.Q(("computed_at__isnull", False), ("inputs_sha256__regex", "^[0-9a-f]{64}$")),
                                    _connector="OR",
                                ),
                                name="allocation_computed",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("lapses_at__isnull", False),
                                        ("published_at__isnull", False),
                                        ("published_by__isnull", False),
                                        ("status", "PUBLISHED"),
                                    ),
                                    models.Q(
                                        models.Q(("status", "PUBLISHED"), _negated=True),
                                        ("lapses_at__isnull", True),
                                        ("published_at__isnull", True),
                                        ("published_by__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="allocation_published",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("published_by__isnull", True),
                                    models.Q(("published_by", models.F("ordered_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="allocation_four_eyes",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status__in", ["FAILED", "DISCARDED"]), _negated=True),
                                    models.Q(("reason", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="allocation_reason",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("status", "PUBLISHED"), ("left_out", []), _connector="OR"),
                                name="allocation_left_out",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("deaths__lt", 3), ("status", "FAILED"), _connector="OR"),
                                name="allocation_deaths",
                            ),
                        ],
                        "indexes": [models.Index(fields=["status", "claimed_at"], name="allocation_waiting")],
                    },
                ),
                migrations.CreateModel(
                    name="Amendment",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("number", models.PositiveSmallIntegerField(verbose_name="Number")),
                        ("changes", models.JSONField(default=list, verbose_name="What changes")),
                        ("reason_ko", models.TextField(verbose_name="Reason (Korean)")),
                        ("reason_en", models.TextField(verbose_name="Reason (English)")),
                        ("policy_number", models.PositiveSmallIntegerField(null=True, verbose_name="Policy version")),
                        ("made_at", models.DateTimeField(verbose_name="Amended at")),
                        ("told_at", models.DateTimeField(editable=False, null=True)),
                        (
                            "made_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="amendments",
                                to="vouchers.round",
                                verbose_name="Round",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "amendment",
                        "verbose_name_plural": "amendments",
                        "ordering": ["-number"],
                        "constraints": [
                            models.UniqueConstraint(fields=("round", "number"), name="amendment_number_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("reason_ko", ""), _negated=True), models.Q(("reason_en", ""), _negated=True)
                                ),
                                name="amendment_reasons",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AssignmentRun",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("PROPOSED", "Proposed"),
                                    ("APPLYING", "Being applied"),
                                    ("APPLIED", "Carried out"),
                                    ("DISCARDED", "Discarded"),
                                ],
                                default="PROPOSED",
                                max_length=10,
                                verbose_name="State",
                            ),
                        ),
                        ("engine", models.CharField(max_length=20, verbose_name="Engine")),
                        ("policy_number", models.PositiveIntegerField(null=True, verbose_name="Version of the policy")),
                        ("inputs", models.TextField()),
                        ("inputs_sha256", models.CharField(max_length=64, verbose_name="SHA-256 of the inputs")),
                        ("proven", models.BooleanField(default=False, verbose_name="Proven to be the best")),
                        ("optimum", models.JSONField(default=dict)),
                        ("pairs", models.JSONField(default=dict)),
                        ("changes", models.PositiveIntegerField(default=0, verbose_name="Changes by hand")),
                        ("done", models.PositiveIntegerField(default=0)),
                        ("refused", models.JSONField(default=list)),
                        ("applied_at", models.DateTimeField(null=True, verbose_name="Carried out at")),
                        ("reason", models.TextField(blank=True, verbose_name="Reason")),
                        (
                            "applied_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Applied by",
                            ),
                        ),
                        (
                            "proposed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Proposed by",
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.round",
                                verbose_name="Round",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "proposed assignments",
                        "verbose_name_plural": "proposed assignments",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("status__in", ["PROPOSED", "APPLYING"])),
                                fields=("round",),
                                name="assignment_run_one_open",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status__in", ["APPLYING", "APPLIED"]), _negated=True),
                                    ("applied_by__isnull", False),
                                    _connector="OR",
                                ),
                                name="assignment_run_applied_by",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CheckBatch",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("BEGIN_CHECK", "Begin the eligibility check"),
                                    ("ASK_TAX", "Ask the tax service again"),
                                    ("ASK_RULES", "Ask every rule again"),
                                    ("FIND_ELIGIBLE", "Find eligible"),
                                ],
                                max_length=14,
                                verbose_name="What is done",
                            ),
                        ),
                        ("finished_at", models.DateTimeField(null=True, verbose_name="Finished at")),
                        (
                            "round",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.round",
                                verbose_name="Round",
                            ),
                        ),
                        (
                            "started_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Begun by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "eligibility check of many",
                        "verbose_name_plural": "eligibility checks of many",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("finished_at__isnull", True), ("round__isnull", False)),
                                fields=("round", "kind"),
                                name="check_batch_one_running",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Criterion",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("key", models.CharField(max_length=30, verbose_name="Key")),
                        ("position", models.PositiveSmallIntegerField(default=0, verbose_name="Position")),
                        ("name_ko", models.CharField(max_length=100, verbose_name="Name (Korean)")),
                        ("name_en", models.CharField(max_length=100, verbose_name="Name (English)")),
                        ("guidance_ko", models.TextField(blank=True, verbose_name="Guidance (Korean)")),
                        ("guidance_en", models.TextField(blank=True, verbose_name="Guidance (English)")),
                        ("weight", models.PositiveSmallIntegerField(verbose_name="Weight")),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="criteria", to="vouchers.round"
                            ),
                        ),
                        (
                            "stage",
                            models.CharField(
                                choices=[("DOCUMENT", "Evaluation of the documents"), ("PRESENTATION", "Presentation")],
                                default="DOCUMENT",
                                max_length=12,
                                verbose_name="Scored by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "criterion",
                        "verbose_name_plural": "criteria",
                        "ordering": ["stage", "position", "id"],
                        "constraints": [
                            models.UniqueConstraint(fields=("round", "key"), name="criterion_key_once"),
                            models.CheckConstraint(
                                condition=models.Q(("weight__gte", 1), ("weight__lte", 100)), name="criterion_weight_range"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("stage__in", ["DOCUMENT", "PRESENTATION"])), name="criterion_stage_known"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Inquiry",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("asked", models.TextField(max_length=2000, verbose_name="Question as asked")),
                        ("asked_at", models.DateTimeField(verbose_name="Asked at")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("ASKED", "Waits for an answer"),
                                    ("ANSWERED", "Answered in public"),
                                    ("SET_ASIDE", "Set aside"),
                                ],
                                default="ASKED",
                                max_length=10,
                                verbose_name="State",
                            ),
                        ),
                        ("question_ko", models.TextField(blank=True, verbose_name="Question as published (Korean)")),
                        ("question_en", models.TextField(blank=True, verbose_name="Question as published (English)")),
                        ("answer_ko", models.TextField(blank=True, verbose_name="Answer (Korean)")),
                        ("answer_en", models.TextField(blank=True, verbose_name="Answer (English)")),
                        ("reason", models.TextField(blank=True, verbose_name="Reason")),
                        ("answered_at", models.DateTimeField(null=True, verbose_name="Answered at")),
                        (
                            "answered_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Answered by",
                            ),
                        ),
                        (
                            "asked_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Asked by",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                                verbose_name="Organisation",
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.round",
                                verbose_name="Round",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "question about a call",
                        "verbose_name_plural": "questions about calls",
                        "permissions": [("ask_inquiry", "Ask about a call"), ("answer_inquiry", "Answer questions about a call")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("answered_at__isnull", True), ("status", "ASKED")),
                                    models.Q(
                                        ("answered_at__isnull", False),
                                        ("answered_by__isnull", False),
                                        ("status", "SET_ASIDE"),
                                        models.Q(("reason", ""), _negated=True),
                                    ),
                                    models.Q(
                                        ("answered_at__isnull", False),
                                        ("answered_by__isnull", False),
                                        ("status", "ANSWERED"),
                                        models.Q(("question_ko", ""), _negated=True),
                                        models.Q(("question_en", ""), _negated=True),
                                        models.Q(("answer_ko", ""), _negated=True),
                                        models.Q(("answer_en", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="inquiry_answer_whole",
                            )
                        ],
                        "indexes": [models.Index(fields=["round", "status"], name="inquiry_round_status")],
                    },
                ),
                migrations.CreateModel(
                    name="LedgerEvent",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("APPROPRIATED", "Appropriated"),
                                    ("RESERVED", "Reserved"),
                                    ("COMMITTED", "Committed (voucher issued)"),
                                    ("RELEASED", "Released"),
                                    ("PAID", "Paid"),
                                    ("REVERSED", "Reversed"),
                                    ("EXPIRED", "Expired"),
                                    ("RECOVERED", "Recovered"),
                                    ("CARRIED", "Carried over"),
                                ],
                                max_length=12,
                                verbose_name="Movement",
                            ),
                        ),
                        ("key", models.CharField(max_length=120, unique=True, verbose_name="Booked once for")),
                        ("fiscal_year", models.PositiveSmallIntegerField(verbose_name="Fiscal year")),
                        ("subject_ref", models.CharField(max_length=24, verbose_name="Concerns")),
                        ("amount_won", models.PositiveBigIntegerField(verbose_name="Amount (won)")),
                        ("reason", models.CharField(max_length=300, verbose_name="Reason")),
                        ("at", models.DateTimeField(default=portal.kit.clock.now, verbose_name="When")),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="By whom",
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.round",
                                verbose_name="Round",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "ledger event",
                        "verbose_name_plural": "ledger events",
                        "permissions": [("appropriate_budget", "Give a round its budget")],
                        "indexes": [
                            models.Index(fields=["round", "kind", "at"], name="ledger_event_round_kind"),
                            models.Index(fields=["subject_ref"], name="ledger_event_subject"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Need",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("title", models.CharField(max_length=150, verbose_name="Short name of the need")),
                        ("document", models.JSONField(default=dict)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("DRAFT", "Draft"),
                                    ("POSTED", "Posted"),
                                    ("MATCHED", "Matched"),
                                    ("NO_MATCH", "No match found"),
                                    ("CLOSED", "Closed"),
                                ],
                                default="DRAFT",
                                max_length=10,
                            ),
                        ),
                        ("posted_at", models.DateTimeField(null=True)),
                        (
                            "company",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.company"
                            ),
                        ),
                        (
                            "created_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.round"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "data need",
                        "verbose_name_plural": "data needs",
                        "permissions": [("edit_need", "Describe a data need"), ("request_quote", "Ask for and accept quotes")],
                        "indexes": [models.Index(fields=["company", "-created_at"], name="need_company")],
                    },
                ),
                migrations.CreateModel(
                    name="Objection",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("event_name", models.CharField(max_length=60, verbose_name="Decision")),
                        ("subject_ref", models.CharField(max_length=24)),
                        ("about", models.CharField(max_length=200, verbose_name="Concerns")),
                        (
                            "deciders",
                            django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list),
                        ),
                        ("served_on", models.DateField(null=True, verbose_name="Served on")),
                        ("open_until", models.DateField(null=True, verbose_name="Objection possible until")),
                        (
                            "ground",
                            models.CharField(
                                choices=[
                                    ("FACTS", "The decision rests on wrong facts"),
                                    ("RULES", "A rule was applied wrongly"),
                                    ("CALCULATION", "Points or amounts were calculated wrongly"),
                                    ("PROCEDURE", "The procedure was not kept, for example a conflict of interest"),
                                    ("OTHER", "Another ground"),
                                ],
                                max_length=12,
                                verbose_name="Ground",
                            ),
                        ),
                        ("statement", models.TextField(verbose_name="Statement")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("FILED", "Filed"),
                                    ("ADMISSIBILITY", "Admissibility under examination"),
                                    ("UNDER_REVIEW", "Under review by the reviewer"),
                                    ("UPHELD", "Upheld"),
                                    ("PARTLY_UPHELD", "Partly upheld"),
                                    ("DISMISSED", "Dismissed"),
                                    ("REJECTED", "Not admissible"),
                                    ("WITHDRAWN", "Withdrawn"),
                                ],
                                default="FILED",
                                max_length=14,
                                verbose_name="State",
                            ),
                        ),
                        ("due_at", models.DateTimeField(verbose_name="Due")),
                        ("opinion_due_at", models.DateTimeField(null=True, verbose_name="Opinion due")),
                        ("opinion", models.TextField(blank=True, verbose_name="Opinion of the deciding unit")),
                        ("opinion_at", models.DateTimeField(null=True, verbose_name="Opinion given")),
                        ("reason", models.TextField(blank=True, verbose_name="Reason of the decision")),
                        ("decided_at", models.DateTimeField(null=True, verbose_name="Decided at")),
                        ("remedy", models.TextField(blank=True, verbose_name="What was done")),
                        ("remedy_at", models.DateTimeField(null=True, verbose_name="Done on")),
                        (
                            "company",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.company",
                                verbose_name="Company",
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Decided by",
                            ),
                        ),
                        (
                            "event",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="journal.event",
                                verbose_name="Decision",
                            ),
                        ),
                        (
                            "filed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Filed by",
                            ),
                        ),
                        (
                            "opinion_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Opinion by",
                            ),
                        ),
                        (
                            "remedy_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Done by",
                            ),
                        ),
                        (
                            "reviewer",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Reviewer",
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.round",
                                verbose_name="Round",
                            ),
                        ),
                        ("extension_reason", models.TextField(blank=True, verbose_name="Why the decision was put off")),
                        ("first_due_at", models.DateTimeField(null=True, verbose_name="First due")),
                        ("remedy_waived", models.BooleanField(default=False, verbose_name="No act was needed")),
                    ],
                    options={
                        "verbose_name": "objection",
                        "verbose_name_plural": "objections",
                        "permissions": [
                            ("file_objection", "File an objection"),
                            ("decide_objection", "Decide objections"),
                            ("answer_objection", "Give the deciding unit's opinion and record what was done"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("status", "WITHDRAWN"), _negated=True),
                                fields=("event", "company"),
                                name="objection_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("statement", ""), _negated=True), name="objection_has_statement"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("decided_at__isnull", False),
                                        ("decided_by__isnull", False),
                                        ("status__in", ["UPHELD", "PARTLY_UPHELD", "DISMISSED", "REJECTED"]),
                                        models.Q(("reason", ""), _negated=True),
                                    ),
                                    models.Q(
                                        ("decided_at__isnull", True),
                                        ("decided_by__isnull", True),
                                        ("reason", ""),
                                        ("status__in", ["FILED", "ADMISSIBILITY", "UNDER_REVIEW", "WITHDRAWN"]),
                                    ),
                                    _connector="OR",
                                ),
                                name="objection_decided_with_reason",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("opinion", ""), ("opinion_at__isnull", True), ("opinion_by__isnull", True)),
                                    models.Q(
                                        ("opinion_at__isnull", False),
                                        ("opinion_by__isnull", False),
                                        models.Q(("opinion", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="objection_opinion_whole",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("remedy", ""), ("remedy_at__isnull", True), ("remedy_by__isnull", True)),
                                    models.Q(
                                        ("remedy_at__isnull", False),
                                        ("remedy_by__isnull", False),
                                        ("status__in", ["UPHELD", "PARTLY_UPHELD"]),
                                        models.Q(("remedy", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="objection_remedy_after_upheld",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("extension_reason", ""), ("first_due_at__isnull", True)),
                                    models.Q(
                                        ("first_due_at__lt", models.F("due_at")),
                                        models.Q(("extension_reason", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="objection_extended_with_reason",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("remedy_waived", False), models.Q(("remedy", ""), _negated=True), _connector="OR"
                                ),
                                name="objection_waived_with_reason",
                            ),
                        ],
                        "indexes": [models.Index(fields=["status", "due_at"], name="objection_status_due")],
                    },
                ),
                migrations.CreateModel(
                    name="OwnershipDispute",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("statement", models.TextField(verbose_name="Statement")),
                        (
                            "status",
                            models.CharField(
                                choices=[("FILED", "Filed"), ("GRANTED", "Granted"), ("REJECTED", "Rejected")],
                                default="FILED",
                                max_length=10,
                                verbose_name="State",
                            ),
                        ),
                        ("reason", models.TextField(blank=True, verbose_name="Reason")),
                        (
                            "claimant",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Claimant",
                            ),
                        ),
                        (
                            "company",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="disputes", to="vouchers.company"
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Decided by",
                            ),
                        ),
                        (
                            "document",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                                verbose_name="File",
                            ),
                        ),
                        ("taken_up_at", models.DateTimeField(editable=False, null=True, verbose_name="Taken up")),
                    ],
                    options={
                        "verbose_name": "disputed claim",
                        "verbose_name_plural": "disputed claims",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("decided_by__isnull", True),
                                    models.Q(("decided_by", models.F("claimant")), _negated=True),
                                    _connector="OR",
                                ),
                                name="dispute_decided_by_another",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("status", "FILED")),
                                fields=("claimant",),
                                name="dispute_one_open_per_claimant",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PaymentFile",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "way",
                            models.CharField(
                                choices=[
                                    ("GATEWAY", "To the bank at once, each transfer by itself"),
                                    ("PAIN_001", "To the bank in a file (ISO 20022 pain.001)"),
                                    ("SHEET", "To the bank in its bulk-transfer spreadsheet"),
                                    ("NETWORK", "Registered in the subsidy network, which pays"),
                                ],
                                max_length=10,
                                verbose_name="How it is handed over",
                            ),
                        ),
                        ("account", models.CharField(blank=True, max_length=20, verbose_name="Account that pays")),
                        ("pay_on", models.DateField(verbose_name="To be paid on")),
                        ("line_count", models.PositiveIntegerField(verbose_name="Payments")),
                        ("total_won", portal.kit.won.WonField(verbose_name="Sum")),
                        (
                            "document",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                                verbose_name="File",
                            ),
                        ),
                        (
                            "made_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Made by",
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.round",
                                verbose_name="Round",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "payment file",
                        "verbose_name_plural": "payment files",
                        "permissions": [("send_payments", "Make payment files and read their answers")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("way__in", ["PAIN_001", "SHEET", "NETWORK"])), name="payment_file_way"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("line_count__gt", 0), ("total_won__gte", models.F("line_count"))),
                                name="payment_file_sum",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("way", "NETWORK"), models.Q(("account", ""), _negated=True), _connector="OR"),
                                name="payment_file_account",
                            ),
                        ],
                        "indexes": [models.Index(fields=["-created_at"], name="payment_file_newest")],
                    },
                ),
                migrations.CreateModel(
                    name="PolicyVersion",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("number", models.PositiveSmallIntegerField(verbose_name="Number")),
                        ("body", models.JSONField(default=dict)),
                        ("reason", models.TextField(blank=True, verbose_name="Reason")),
                        ("frozen_at", models.DateTimeField(editable=False, null=True, verbose_name="Frozen at")),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="policy_versions", to="vouchers.round"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "policy version",
                        "verbose_name_plural": "policy versions",
                        "constraints": [models.UniqueConstraint(fields=("round", "number"), name="policy_number_once")],
                    },
                ),
                migrations.CreateModel(
                    name="PoolMember",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "expertise",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=30), blank=True, default=list, verbose_name="Expertise"
                            ),
                        ),
                        (
                            "languages",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=2), blank=True, default=list, verbose_name="Languages"
                            ),
                        ),
                        ("declared_at", models.DateTimeField(null=True, verbose_name="Names checked")),
                        ("ended_at", models.DateTimeField(null=True, verbose_name="Left the pool")),
                        (
                            "added_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Added by",
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.round",
                                verbose_name="Round",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Evaluator",
                            ),
                        ),
                        (
                            "fields",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=10),
                                blank=True,
                                default=list,
                                verbose_name="Medical fields",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "member of the pool",
                        "verbose_name_plural": "pool of evaluators",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at__isnull", True)), fields=("round", "user"), name="pool_member_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PresentationSchedule",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("PLANNED", "Planned, nobody knows of it"),
                                    ("PUBLISHED", "Published, invitations sent"),
                                    ("DISCARDED", "Discarded"),
                                ],
                                default="PLANNED",
                                max_length=10,
                                verbose_name="State",
                            ),
                        ),
                        ("minutes", models.PositiveSmallIntegerField(verbose_name="Minutes each")),
                        ("published_at", models.DateTimeField(null=True, verbose_name="Published at")),
                        (
                            "created_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Planned by",
                            ),
                        ),
                        (
                            "published_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Published by",
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.round",
                                verbose_name="Round",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "schedule of presentations",
                        "verbose_name_plural": "schedules of presentations",
                        "permissions": [("plan_presentations", "Plan presentations and record who attended")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("published_at__isnull", False), ("published_by__isnull", False), ("status", "PUBLISHED")
                                    ),
                                    models.Q(
                                        models.Q(("status", "PUBLISHED"), _negated=True),
                                        ("published_at__isnull", True),
                                        ("published_by__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="presentation_schedule_published_pair",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RepresentativeChange",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("former_leaves", models.BooleanField(default=True, verbose_name="Present representatives leave")),
                        ("statement", models.TextField(verbose_name="Statement")),
                        (
                            "status",
                            models.CharField(
                                choices=[("FILED", "Filed"), ("GRANTED", "Granted"), ("REJECTED", "Rejected")],
                                default="FILED",
                                max_length=10,
                                verbose_name="State",
                            ),
                        ),
                        ("reason", models.TextField(blank=True, verbose_name="Reason")),
                        (
                            "company",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="representative_changes",
                                to="vouchers.company",
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Decided by",
                            ),
                        ),
                        (
                            "document",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                                verbose_name="File",
                            ),
                        ),
                        (
                            "new_representative",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="New representative",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "change of representative",
                        "verbose_name_plural": "changes of representative",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("status", "FILED")), fields=("company",), name="change_one_open_per_company"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("decided_by__isnull", True),
                                    models.Q(("decided_by", models.F("new_representative")), _negated=True),
                                    _connector="OR",
                                ),
                                name="change_decided_by_another",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SelectionRun",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("DRY", "Dry run"),
                                    ("PROPOSED", "Proposed"),
                                    ("CONFIRMED", "Confirmed and released"),
                                    ("DISCARDED", "Discarded"),
                                ],
                                default="PROPOSED",
                                max_length=10,
                                verbose_name="State",
                            ),
                        ),
                        ("confirmed_at", models.DateTimeField(null=True, verbose_name="Confirmed at")),
                        ("summary", models.JSONField(default=dict)),
                        ("reason", models.TextField(blank=True, verbose_name="Reason")),
                        (
                            "confirmed_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Confirmed by",
                            ),
                        ),
                        (
                            "proposed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Proposed by",
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.round",
                                verbose_name="Round",
                            ),
                        ),
                        ("engine", models.CharField(blank=True, max_length=20, verbose_name="Engine")),
                        ("inputs_sha256", models.CharField(blank=True, max_length=64, verbose_name="SHA-256 of the inputs")),
                        ("outputs_sha256", models.CharField(blank=True, max_length=64, verbose_name="SHA-256 of the outputs")),
                        ("policy_number", models.PositiveSmallIntegerField(null=True, verbose_name="Policy version")),
                        (
                            "cause",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="journal.event",
                                verbose_name="Verdict on the objection",
                            ),
                        ),
                        (
                            "previous",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.selectionrun",
                                verbose_name="Run after an objection to",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "selection run",
                        "verbose_name_plural": "selection runs",
                        "permissions": [
                            ("run_selection", "Run a selection dry"),
                            ("propose_selection", "Propose a selection"),
                            ("confirm_selection", "Confirm a selection"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("confirmed_by__isnull", True),
                                    models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="selection_four_eyes",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("confirmed_at__isnull", True), ("confirmed_by__isnull", True)),
                                    models.Q(("confirmed_at__isnull", False), ("confirmed_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="selection_confirmed_pair",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("status", "PROPOSED")), fields=("round",), name="selection_one_open_per_round"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("previous__isnull", True), ("status", "CONFIRMED")),
                                fields=("round",),
                                name="selection_one_first_per_round",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("status", "CONFIRMED")),
                                fields=("previous",),
                                name="selection_one_after_another",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("cause__isnull", True), ("previous__isnull", True)),
                                    models.Q(("cause__isnull", False), ("previous__isnull", False)),
                                    _connector="OR",
                                ),
                                name="selection_rerun_has_cause",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SizeCertificate",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "size",
                            models.CharField(
                                choices=[
                                    ("PRE_STARTUP", "Pre-founder"),
                                    ("MICRO", "Micro enterprise"),
                                    ("SMALL", "Small enterprise"),
                                    ("MEDIUM", "Medium enterprise"),
                                    ("MID_SIZED", "Mid-sized enterprise"),
                                    ("LARGE", "Large enterprise"),
                                ],
                                max_length=12,
                                verbose_name="Company size",
                            ),
                        ),
                        ("number", models.CharField(max_length=60, verbose_name="Certificate number")),
                        ("valid_from", models.DateField(verbose_name="Valid from")),
                        ("valid_to", models.DateField(verbose_name="Valid until")),
                        (
                            "company",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="certificates", to="vouchers.company"
                            ),
                        ),
                        (
                            "document",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                                verbose_name="File",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "size certificate",
                        "verbose_name_plural": "size certificates",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("valid_from__lte", models.F("valid_to"))), name="certificate_dates"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Track",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("key", models.CharField(max_length=20, verbose_name="Key")),
                        ("name_ko", models.CharField(max_length=60, verbose_name="Name (Korean)")),
                        ("name_en", models.CharField(max_length=60, verbose_name="Name (English)")),
                        ("position", models.PositiveSmallIntegerField(default=0, verbose_name="Position")),
                        ("cap_won", portal.kit.won.WonField(blank=True, null=True, verbose_name="Ceiling (won)")),
                        ("slots", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="Slots")),
                        ("task_price_won", portal.kit.won.WonField(blank=True, null=True, verbose_name="Task price (won)")),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="tracks", to="vouchers.round"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "track",
                        "verbose_name_plural": "tracks",
                        "ordering": ["position", "id"],
                        "constraints": [models.UniqueConstraint(fields=("round", "key"), name="track_key_once")],
                    },
                ),
                migrations.CreateModel(
                    name="AccessCase",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("title", models.CharField(max_length=150, verbose_name="Title of the study")),
                        ("dossier", models.JSONField(default=dict, verbose_name="Dossier")),
                        ("use_from", models.DateField(null=True, verbose_name="Use from")),
                        ("use_until", models.DateField(null=True, verbose_name="Use until")),
                        (
                            "created_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Entered by",
                            ),
                        ),
                        (
                            "company",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.company",
                                verbose_name="Company",
                            ),
                        ),
                        (
                            "need",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.need",
                                verbose_name="Data need",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "data access case",
                        "verbose_name_plural": "data access cases",
                        "permissions": [("request_access", "Prepare and submit access requests")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("use_from__isnull", True),
                                    ("use_until__isnull", True),
                                    ("use_from__lte", models.F("use_until")),
                                    _connector="OR",
                                ),
                                name="access_case_period",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ClosingLine",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "fate",
                            models.CharField(
                                choices=[("EXPIRE", "Lapses with the year"), ("CARRY", "Is carried over")],
                                max_length=6,
                                verbose_name="What becomes of it",
                            ),
                        ),
                        ("amount_won", portal.kit.won.WonField(verbose_name="Amount (won)")),
                        ("booked_at", models.DateTimeField(null=True, verbose_name="Booked at")),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.account",
                                verbose_name="Pot",
                            ),
                        ),
                        (
                            "closing",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="vouchers.yearclosing"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "line of a year's close",
                        "verbose_name_plural": "lines of a year's close",
                        "ordering": ["id"],
                        "constraints": [
                            models.UniqueConstraint(fields=("closing", "account", "fate"), name="closing_line_once"),
                            models.CheckConstraint(condition=models.Q(("amount_won__gt", 0)), name="closing_line_amount"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Entry",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("amount_won", portal.kit.won.SignedWonField()),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="entries",
                                to="vouchers.account",
                                verbose_name="Account",
                            ),
                        ),
                        (
                            "event",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="vouchers.ledgerevent"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "ledger entry",
                        "verbose_name_plural": "ledger entries",
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("amount_won", 0), _negated=True), name="entry_not_zero"),
                            models.UniqueConstraint(fields=("event", "account"), name="entry_account_once"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="FeasibilityQuery",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("criteria", models.JSONField(default=dict)),
                        ("message", models.TextField(blank=True, verbose_name="Message to the provider")),
                        ("bounds", django.contrib.postgres.fields.ArrayField(base_field=models.PositiveIntegerField())),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("ASKED", "Count asked for"),
                                    ("ANSWERED", "Count answered"),
                                    ("REFUSED", "Count refused"),
                                    ("WITHDRAWN", "Withdrawn"),
                                    ("EXPIRED", "Expired"),
                                ],
                                default="ASKED",
                                max_length=10,
                            ),
                        ),
                        ("band_low", models.PositiveIntegerField(null=True)),
                        ("band_high", models.PositiveIntegerField(null=True)),
                        (
                            "basis",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("COUNTED", "Counted by all conditions"),
                                    ("PARTLY", "Counted without the conditions that cannot be searched for"),
                                    ("ESTIMATED", "Estimated"),
                                ],
                                max_length=10,
                                verbose_name="How it was counted",
                            ),
                        ),
                        ("reason", models.TextField(blank=True)),
                        ("due_at", models.DateTimeField()),
                        ("answered_at", models.DateTimeField(null=True)),
                        (
                            "answered_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "created_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                            ),
                        ),
                        (
                            "dataset",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.dataset"
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.institution"
                            ),
                        ),
                        (
                            "need",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="feasibility_queries",
                                to="vouchers.need",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "feasibility question",
                        "verbose_name_plural": "feasibility questions",
                        "permissions": [
                            ("ask_feasibility", "Ask how many patients there are"),
                            ("answer_feasibility", "Answer with a band"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("status", "ASKED")), fields=("need", "dataset"), name="feasibility_one_open"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("band_low__isnull", False),
                                        ("status", "ANSWERED"),
                                        models.Q(("basis", ""), _negated=True),
                                    ),
                                    models.Q(
                                        models.Q(("status", "ANSWERED"), _negated=True),
                                        ("band_high__isnull", True),
                                        ("band_low__isnull", True),
                                        ("basis", ""),
                                    ),
                                    _connector="OR",
                                ),
                                name="feasibility_band_when_answered",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("answered_at__isnull", True), ("answered_by__isnull", True)),
                                    models.Q(("answered_at__isnull", False), ("answered_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="feasibility_answered_pair",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status__in", ["ANSWERED", "REFUSED"]), _negated=True),
                                    ("answered_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="feasibility_answered_by_somebody",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "REFUSED"), _negated=True),
                                    models.Q(("reason", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="feasibility_refused_with_reason",
                            ),
                        ],
                        "indexes": [
                            models.Index(fields=["institution", "status", "due_at"], name="feasibility_institution"),
                            models.Index(fields=["status", "due_at"], name="feasibility_due"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LateEntry",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("reason", models.TextField(verbose_name="Reason")),
                        ("until", models.DateTimeField(verbose_name="May hand in until")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("PROPOSED", "Proposed"),
                                    ("CONFIRMED", "Confirmed, code sent"),
                                    ("ENTERED", "Code entered"),
                                    ("USED", "Handed in"),
                                    ("REJECTED", "Not confirmed"),
                                    ("REVOKED", "Revoked"),
                                    ("EXPIRED", "Expired"),
                                ],
                                default="PROPOSED",
                                max_length=10,
                                verbose_name="State",
                            ),
                        ),
                        ("decided_at", models.DateTimeField(null=True, verbose_name="Decided at")),
                        ("code_digest", models.CharField(blank=True, editable=False, max_length=64)),
                        ("wrong_tries", models.PositiveSmallIntegerField(default=0, verbose_name="Wrong codes entered")),
                        ("entered_at", models.DateTimeField(null=True, verbose_name="Code entered at")),
                        ("ended_reason", models.TextField(blank=True, verbose_name="Reason of the end")),
                        (
                            "company",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.company",
                                verbose_name="Company",
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Decided by",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Representative who gets the code",
                            ),
                        ),
                        (
                            "proposed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Proposed by",
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.round",
                                verbose_name="Round",
                            ),
                        ),
                        (
                            "track",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.track",
                                verbose_name="Track",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "late entry",
                        "verbose_name_plural": "late entries",
                        "permissions": [
                            ("propose_late_entry", "Propose that a company is let in late, and revoke it"),
                            ("confirm_late_entry", "Decide whether a company is let in late"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("status__in", ["PROPOSED", "CONFIRMED", "ENTERED"])),
                                fields=("company", "round", "track"),
                                name="late_entry_one_pending",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("decided_at__isnull", True), ("decided_by__isnull", True)),
                                    models.Q(
                                        ("decided_at__isnull", False),
                                        ("decided_by__isnull", False),
                                        models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="late_entry_four_eyes",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status__in", ["CONFIRMED", "ENTERED", "USED"]), _negated=True),
                                    models.Q(("decided_by__isnull", False), models.Q(("code_digest", ""), _negated=True)),
                                    _connector="OR",
                                ),
                                name="late_entry_confirmed_has_code",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status__in", ["ENTERED", "USED"]), _negated=True),
                                    models.Q(("entered_at__isnull", False), ("entered_at__lt", models.F("until"))),
                                    _connector="OR",
                                ),
                                name="late_entry_entered_in_time",
                            ),
                            models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="late_entry_says_why"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MatchRun",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("engine_version", models.CharField(max_length=20)),
                        ("need_version", models.PositiveIntegerField()),
                        ("result", models.JSONField()),
                        (
                            "need",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="match_runs", to="vouchers.need"
                            ),
                        ),
                        ("document", models.JSONField(default=dict)),
                        ("facts", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list)),
                        ("policy", models.JSONField(default=dict)),
                        ("sha256", models.CharField(blank=True, max_length=64)),
                    ],
                    options={
                        "verbose_name": "matching run",
                        "verbose_name_plural": "matching runs",
                    },
                ),
                migrations.CreateModel(
                    name="ObjectionDocument",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "document",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.document"
                            ),
                        ),
                        (
                            "objection",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="documents", to="vouchers.objection"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "evidence of an objection",
                        "verbose_name_plural": "evidence of objections",
                    },
                ),
                migrations.CreateModel(
                    name="OfferProposal",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("score", models.PositiveIntegerField(verbose_name="Points")),
                        ("price_won", portal.kit.won.WonField(blank=True, null=True, verbose_name="Price floor")),
                        ("words", models.JSONField(default=dict)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("OPEN", "Proposed"),
                                    ("LAPSED", "Lapsed"),
                                    ("WITHDRAWN", "Replaced by a newer proposal"),
                                    ("ENDED", "The need was changed, served or closed"),
                                ],
                                default="OPEN",
                                max_length=10,
                                verbose_name="State",
                            ),
                        ),
                        ("lapses_at", models.DateTimeField(verbose_name="Stands until")),
                        (
                            "allocation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="proposals", to="vouchers.allocation"
                            ),
                        ),
                        (
                            "dataset",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="providers.dataset",
                                verbose_name="Dataset",
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="providers.institution",
                                verbose_name="Institution",
                            ),
                        ),
                        (
                            "need",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="offer_proposals",
                                to="vouchers.need",
                                verbose_name="Need",
                            ),
                        ),
                        (
                            "offer",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="providers.offer",
                                verbose_name="Offer",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "proposed offer",
                        "verbose_name_plural": "proposed offers",
                        "constraints": [
                            models.UniqueConstraint(fields=("allocation", "need", "dataset"), name="offer_proposal_once"),
                            models.CheckConstraint(condition=models.Q(("score__lte", 10000)), name="offer_proposal_score"),
                        ],
                        "indexes": [
                            models.Index(fields=["status", "lapses_at"], name="offer_proposal_due"),
                            models.Index(fields=["institution", "status"], name="offer_proposal_institution"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PaymentAnswer",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("PAIN_002", "Status report (pain.002)"),
                                    ("CAMT_053", "Statement (camt.053)"),
                                    ("SHEET", "Result of the bulk transfer"),
                                    ("NETWORK", "Result of the subsidy network"),
                                ],
                                max_length=10,
                                verbose_name="Kind",
                            ),
                        ),
                        ("sha256", models.CharField(max_length=64)),
                        ("message_id", models.CharField(blank=True, max_length=60, verbose_name="Name of the answer")),
                        ("made_at", models.DateTimeField(null=True, verbose_name="Made by the other side at")),
                        ("covers_from", models.DateTimeField(null=True, verbose_name="Begins at")),
                        ("settled", models.JSONField(default=dict, verbose_name="What it settled")),
                        (
                            "document",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                                verbose_name="File",
                            ),
                        ),
                        (
                            "read_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Read by",
                            ),
                        ),
                        (
                            "file",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="answers",
                                to="vouchers.paymentfile",
                                verbose_name="payment file",
                            ),
                        ),
                        ("covers_to", models.DateTimeField(null=True, verbose_name="Ends at")),
                        ("said", models.JSONField(default=dict, verbose_name="What it says")),
                    ],
                    options={
                        "verbose_name": "answer to a payment file",
                        "verbose_name_plural": "answers to payment files",
                        "constraints": [
                            models.UniqueConstraint(fields=("file", "sha256"), name="payment_answer_once"),
                            models.UniqueConstraint(
                                condition=models.Q(("message_id", ""), _negated=True),
                                fields=("file", "kind", "message_id"),
                                name="payment_answer_message_once",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="QuoteRequest",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("SENT", "Quote requested"),
                                    ("VIEWED", "Seen by the provider"),
                                    ("CLARIFYING", "Question to the company"),
                                    ("QUOTED", "Quoted"),
                                    ("ACCEPTED", "Accepted"),
                                    ("DECLINED_BY_PROVIDER", "Declined by the provider"),
                                    ("DECLINED_BY_COMPANY", "Declined by the company"),
                                    ("EXPIRED", "Expired"),
                                    ("WITHDRAWN", "Withdrawn"),
                                    ("MATCH_ENDED", "Accepted, the match ended"),
                                ],
                                default="SENT",
                                max_length=22,
                            ),
                        ),
                        ("message", models.TextField(blank=True, verbose_name="Message to the provider")),
                        ("question", models.TextField(blank=True, verbose_name="Question to the company")),
                        ("answer", models.TextField(blank=True, verbose_name="Answer")),
                        ("reason", models.TextField(blank=True)),
                        ("due_at", models.DateTimeField()),
                        (
                            "created_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                            ),
                        ),
                        (
                            "dataset",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.dataset"
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.institution"
                            ),
                        ),
                        (
                            "need",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="quote_requests", to="vouchers.need"
                            ),
                        ),
                        (
                            "offer",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.offer"
                            ),
                        ),
                        ("latest_at", models.DateTimeField(null=True)),
                        ("viewed_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "verbose_name": "quote request",
                        "verbose_name_plural": "quote requests",
                        "permissions": [
                            ("answer_quote", "Answer quote requests"),
                            ("read_requests", "Read quote requests to the institution"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("status__in", ["SENT", "VIEWED", "CLARIFYING", "QUOTED"])),
                                fields=("need", "institution", "offer", "dataset"),
                                name="quote_request_one_live",
                                nulls_distinct=False,
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status__in", ["VIEWED", "CLARIFYING"]), _negated=True),
                                    ("viewed_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="quote_request_viewed",
                            ),
                        ],
                        "indexes": [
                            models.Index(fields=["institution", "status", "due_at"], name="quote_request_institution"),
                            models.Index(fields=["status", "due_at"], name="quote_request_due"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SelectionRecord",
                    fields=[
                        (
                            "run",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="record",
                                serialize=False,
                                to="vouchers.selectionrun",
                            ),
                        ),
                        ("inputs", models.TextField()),
                        ("outputs", models.TextField()),
                    ],
                    options={
                        "verbose_name": "selection record",
                        "verbose_name_plural": "selection records",
                    },
                ),
                migrations.CreateModel(
                    name="SourcingCase",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("OPEN", "Waiting for the operator"),
                                    ("IN_PROGRESS", "The operator is looking"),
                                    ("FOUND", "Data found"),
                                    ("NOT_FOUND", "No data found"),
                                    ("ENDED", "Ended"),
                                ],
                                default="OPEN",
                                max_length=12,
                            ),
                        ),
                        ("due_at", models.DateTimeField()),
                        ("result", models.TextField(blank=True, verbose_name="What came of it")),
                        ("closed_at", models.DateTimeField(null=True)),
                        (
                            "closed_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "handler",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "need",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="sourcing_cases", to="vouchers.need"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "sourcing case",
                        "verbose_name_plural": "sourcing cases",
                        "permissions": [
                            ("handle_sourcing", "Look for data where nothing fits"),
                            ("see_demand", "See unmet demand without companies"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("status__in", ["OPEN", "IN_PROGRESS"])),
                                fields=("need",),
                                name="sourcing_one_open",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("closed_at__isnull", True), ("status__in", ["OPEN", "IN_PROGRESS"])),
                                    models.Q(
                                        models.Q(("status__in", ["OPEN", "IN_PROGRESS"]), _negated=True),
                                        ("closed_at__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="sourcing_closed_at",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status__in", ["FOUND", "NOT_FOUND"]), _negated=True),
                                    models.Q(models.Q(("result", ""), _negated=True), ("closed_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="sourcing_closed_with_result",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "IN_PROGRESS"), _negated=True),
                                    ("handler__isnull", False),
                                    _connector="OR",
                                ),
                                name="sourcing_progress_has_handler",
                            ),
                        ],
                        "indexes": [models.Index(fields=["status", "due_at"], name="sourcing_due")],
                    },
                ),
                migrations.CreateModel(
                    name="Application",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("DRAFT", "Draft"),
                                    ("SUBMITTED", "Submitted"),
                                    ("ELIGIBILITY_CHECK", "Eligibility check"),
                                    ("SUPPLEMENT_REQUESTED", "Supplement requested"),
                                    ("ELIGIBLE", "Eligible"),
                                    ("INELIGIBLE", "Not eligible"),
                                    ("IN_EVALUATION", "In evaluation"),
                                    ("SELECTED", "Selected"),
                                    ("RESERVE", "Reserve list"),
                                    ("NOT_SELECTED", "Not selected"),
                                    ("WITHDRAWN", "Withdrawn"),
                                    ("LAPSED", "Award lapsed"),
                                ],
                                default="DRAFT",
                                max_length=22,
                                verbose_name="State",
                            ),
                        ),
                        ("title", models.CharField(blank=True, max_length=150, verbose_name="Project title")),
                        ("summary", models.TextField(blank=True, verbose_name="Summary")),
                        ("supply_amount_won", portal.kit.won.WonField(default=0)),
                        ("vat_won", portal.kit.won.WonField(default=0)),
                        ("grant_won", portal.kit.won.WonField(default=0)),
                        ("own_cash_won", portal.kit.won.WonField(default=0)),
                        ("own_in_kind_won", portal.kit.won.WonField(default=0)),
                        ("receipt_no", models.CharField(max_length=24, null=True, unique=True, verbose_name="Receipt number")),
                        ("submitted_at", models.DateTimeField(null=True, verbose_name="Submitted at")),
                        ("deadline_at", models.DateTimeField(null=True, verbose_name="Closing time")),
                        ("company_snapshot", models.JSONField(default=dict)),
                        ("region", models.CharField(blank=True, max_length=20, verbose_name="Region")),
                        ("company_size", models.CharField(blank=True, max_length=12, verbose_name="Company size")),
                        ("supplement_request", models.TextField(blank=True, verbose_name="What must be supplied")),
                        (
                            "supplement_sections",
                            models.JSONField(default=list, verbose_name="Sections that the company may change"),
                        ),
                        ("decision_reason", models.TextField(blank=True, verbose_name="Reason of the decision")),
                        (
                            "created_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                            ),
                        ),
                        (
                            "submitted_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Submitted by",
                            ),
                        ),
                        (
                            "company",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.company",
                                verbose_name="Company",
                            ),
                        ),
                        (
                            "need",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.need"
                            ),
                        ),
                        (
                            "policy_version",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.policyversion",
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.round",
                                verbose_name="Round",
                            ),
                        ),
                        (
                            "track",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.track",
                                verbose_name="Track",
                            ),
                        ),
                        ("matches_fixed_at", models.DateTimeField(editable=False, null=True)),
                        ("handed_in", models.JSONField(default=dict, editable=False)),
                        ("forgotten_at", models.DateTimeField(editable=False, null=True)),
                        (
                            "late_entry",
                            models.OneToOneField(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.lateentry",
                                verbose_name="Late entry",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "application",
                        "verbose_name_plural": "applications",
                        "permissions": [
                            ("edit_application", "Prepare an application"),
                            ("submit_application", "Certify and submit an application"),
                            ("withdraw_application", "Withdraw an application"),
                            ("check_application", "Check eligibility"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "grant_won",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("supply_amount_won"), "-", models.F("own_cash_won")
                                        ),
                                    )
                                ),
                                name="application_grant_plus_own",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("submitted_at__isnull", True), ("submitted_at__lt", models.F("deadline_at")), _connector="OR"
                                ),
                                name="application_in_time",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("status__in", ["DRAFT", "WITHDRAWN"]),
                                    models.Q(
                                        ("submitted_at__isnull", False),
                                        ("receipt_no__isnull", False),
                                        ("submitted_by__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="application_submitted_has_receipt",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(
                                    ("status__in", ["WITHDRAWN", "INELIGIBLE", "NOT_SELECTED", "LAPSED"]), _negated=True
                                ),
                                fields=("company", "round", "track"),
                                name="application_one_live",
                            ),
                        ],
                        "indexes": [
                            models.Index(fields=["round", "status"], name="application_round_status"),
                            models.Index(fields=["status", "-submitted_at"], name="application_status_submitted"),
                            models.Index(fields=["-submitted_at", "-id"], name="application_submitted"),
                            models.Index(fields=["company"], name="application_company"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="JointReview",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("INVITING", "Sites invited"),
                                    ("UNDER_REVIEW", "Lead committee reviews"),
                                    ("APPROVED", "Lead committee approved"),
                                    ("REFUSED", "Lead committee refused"),
                                ],
                                default="INVITING",
                                max_length=12,
                                verbose_name="State",
                            ),
                        ),
                        ("number", models.CharField(blank=True, max_length=60, verbose_name="Decision number")),
                        ("decided_on", models.DateField(null=True, verbose_name="Decided on")),
                        ("reason", models.TextField(blank=True, verbose_name="Reason")),
                        ("started_at", models.DateTimeField(null=True, verbose_name="Review started")),
                        ("due_at", models.DateTimeField(null=True, verbose_name="Due on")),
                        (
                            "case",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="joint_review",
                                to="vouchers.accesscase",
                                verbose_name="Study",
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Decided by",
                            ),
                        ),
                        (
                            "document",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                                verbose_name="Decision letter",
                            ),
                        ),
                        (
                            "lead",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="providers.institution",
                                verbose_name="Leading institution",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "joint DRB",
                        "verbose_name_plural": "joint DRBs",
                    },
                ),
                migrations.CreateModel(
                    name="QuoteDraft",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("number", models.PositiveSmallIntegerField()),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("PREPARED", "Waiting for agreement in the institution"),
                                    ("SENT", "Sent to the company"),
                                    ("RETURNED", "Returned to whoever prepared it"),
                                    ("REPLACED", "Replaced by a newer one"),
                                    ("LAPSED", "Fell away with the request"),
                                ],
                                default="PREPARED",
                                max_length=10,
                            ),
                        ),
                        ("content", models.JSONField()),
                        ("supply_amount_won", portal.kit.won.WonField()),
                        ("vat_won", portal.kit.won.WonField()),
                        ("approved_at", models.DateTimeField(null=True)),
                        ("investigator_needed", models.BooleanField(default=True)),
                        ("investigator_name", models.CharField(blank=True, max_length=80, verbose_name="Principal investigator")),
                        ("investigator_email", models.EmailField(blank=True, max_length=254)),
                        ("investigator_agreed_at", models.DateTimeField(null=True)),
                        (
                            "investigator_agreed_by",
                            models.CharField(
                                blank=True,
                                choices=[("ACCOUNT", "Signed in to the portal"), ("LINK", "Through the e-mailed link")],
                                max_length=8,
                            ),
                        ),
                        ("token_hash", models.CharField(blank=True, db_index=True, max_length=64)),
                        ("token_until", models.DateTimeField(null=True)),
                        ("reason", models.TextField(blank=True)),
                        (
                            "approved_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "investigator_user",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "prepared_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                            ),
                        ),
                        (
                            "request",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="drafts", to="vouchers.quoterequest"
                            ),
                        ),
                        ("band_min_won", portal.kit.won.WonField(null=True)),
                    ],
                    options={
                        "verbose_name": "prepared quote",
                        "verbose_name_plural": "prepared quotes",
                        "permissions": [("approve_quote", "Agree to quotes for the institution")],
                        "constraints": [
                            models.UniqueConstraint(fields=("request", "number"), name="quote_draft_number_once"),
                            models.UniqueConstraint(
                                condition=models.Q(("status", "PREPARED")), fields=("request",), name="quote_draft_one_waits"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("approved_at__isnull", True), ("approved_by__isnull", True)),
                                    models.Q(("approved_at__isnull", False), ("approved_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="quote_draft_approved_pair",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("approved_by__isnull", True),
                                    models.Q(("approved_by", models.F("prepared_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="quote_draft_four_eyes",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("approved_by__isnull", True),
                                    ("investigator_user__isnull", True),
                                    models.Q(("approved_by", models.F("investigator_user")), _negated=True),
                                    _connector="OR",
                                ),
                                name="quote_draft_approver_apart",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("investigator_agreed_at__isnull", True), ("investigator_agreed_by", "")),
                                    models.Q(
                                        ("investigator_agreed_at__isnull", False),
                                        models.Q(("investigator_agreed_by", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="quote_draft_investigator_pair",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("investigator_needed", False),
                                    models.Q(("investigator_name", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="quote_draft_names_investigator",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "SENT"), _negated=True),
                                    models.Q(
                                        ("approved_at__isnull", False),
                                        models.Q(
                                            ("investigator_needed", False),
                                            ("investigator_agreed_at__isnull", False),
                                            _connector="OR",
                                        ),
                                    ),
                                    _connector="OR",
                                ),
                                name="quote_draft_sent_agreed",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("band_min_won__isnull", True),
                                    models.Q(("band_min_won__gt", 0), ("band_min_won__lte", models.F("supply_amount_won"))),
                                    _connector="OR",
                                ),
                                name="quote_draft_band",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SourcingNote",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("text", models.TextField(verbose_name="Note")),
                        ("written_at", models.DateTimeField(default=portal.kit.clock.now)),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="vouchers.sourcingcase"
                            ),
                        ),
                        (
                            "written_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "note of a sourcing case",
                        "verbose_name_plural": "notes of sourcing cases",
                        "ordering": ["-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("text", ""), _negated=True), name="sourcing_note_says_something"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SourcingProposal",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("reason", models.TextField(verbose_name="Why it may help")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("PROPOSED", "Proposed"),
                                    ("USEFUL", "Of use to the company"),
                                    ("NOT_USEFUL", "Of no use to the company"),
                                ],
                                default="PROPOSED",
                                max_length=10,
                            ),
                        ),
                        ("answered_at", models.DateTimeField(null=True)),
                        (
                            "answered_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="proposals", to="vouchers.sourcingcase"
                            ),
                        ),
                        (
                            "dataset",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.dataset"
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.institution"
                            ),
                        ),
                        (
                            "proposed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "proposal of data",
                        "verbose_name_plural": "proposals of data",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("case", "institution", "dataset"), name="sourcing_proposed_once", nulls_distinct=False
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("answered_at__isnull", True), ("answered_by__isnull", True), ("status", "PROPOSED")
                                    ),
                                    models.Q(
                                        models.Q(("status", "PROPOSED"), _negated=True),
                                        ("answered_at__isnull", False),
                                        ("answered_by__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="sourcing_proposal_answered",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("reason", ""), _negated=True), name="sourcing_proposal_reason"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ApplicationDocument",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("kind", models.CharField(max_length=30)),
                        ("current", models.BooleanField(default=True)),
                        (
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="application_documents",
                                to="vouchers.application",
                            ),
                        ),
                        (
                            "document",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.document"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "application's document",
                        "verbose_name_plural": "application's documents",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("current", True)),
                                fields=("application", "kind"),
                                name="application_document_current",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ApplicationSection",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "key",
                            models.CharField(
                                choices=[
                                    ("company", "Company"),
                                    ("project", "Project"),
                                    ("data_need", "Data need"),
                                    ("budget", "Budget"),
                                    ("documents", "Documents"),
                                    ("declarations", "Declarations"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("answers", models.JSONField(default=dict)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("NOT_STARTED", "Not started"),
                                    ("IN_PROGRESS", "In progress"),
                                    ("COMPLETE", "Complete"),
                                    ("NEEDS_WORK", "Supplement needed"),
                                ],
                                default="NOT_STARTED",
                                max_length=12,
                            ),
                        ),
                        (
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="sections", to="vouchers.application"
                            ),
                        ),
                        (
                            "updated_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "application section",
                        "verbose_name_plural": "application sections",
                        "constraints": [models.UniqueConstraint(fields=("application", "key"), name="section_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Assignment",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "stage",
                            models.CharField(
                                choices=[
                                    ("DOCUMENT", "Document review"),
                                    ("PRESENTATION", "Presentation"),
                                    ("SITE", "Site visit"),
                                ],
                                default="DOCUMENT",
                                max_length=12,
                                verbose_name="Stage",
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("INVITED", "Invited to evaluate"),
                                    ("ACCEPTED", "Accepted, no conflict"),
                                    ("DECLINED", "Invitation declined"),
                                    ("RECUSED", "Recused for a conflict"),
                                    ("WITHDRAWN", "Taken back by the officer"),
                                    ("SUBMITTED", "Scores handed in"),
                                    ("LOCKED", "Locked"),
                                    ("SET_ASIDE", "Set aside after an objection"),
                                ],
                                default="INVITED",
                                max_length=10,
                                verbose_name="State",
                            ),
                        ),
                        ("declared_at", models.DateTimeField(null=True, verbose_name="Conflict declared")),
                        ("conflict_ground", models.CharField(blank=True, max_length=200, verbose_name="Ground of the conflict")),
                        ("due_at", models.DateTimeField(null=True, verbose_name="Due")),
                        ("submitted_at", models.DateTimeField(null=True, verbose_name="Handed in at")),
                        ("total", models.DecimalField(decimal_places=2, max_digits=6, null=True, verbose_name="Weighted total")),
                        ("comment", models.TextField(blank=True, verbose_name="Overall opinion")),
                        ("reason", models.TextField(blank=True, verbose_name="Reason")),
                        (
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.application",
                                verbose_name="Application",
                            ),
                        ),
                        (
                            "assigned_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Assigned by",
                            ),
                        ),
                        (
                            "evaluator",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Evaluator",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "evaluation assignment",
                        "verbose_name_plural": "evaluation assignments",
                        "permissions": [("score_application", "Score applications"), ("assign_evaluator", "Assign evaluators")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("status__in", ["DECLINED", "WITHDRAWN"]), _negated=True),
                                fields=("application", "evaluator", "stage"),
                                name="assignment_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("assigned_by", models.F("evaluator")), _negated=True),
                                name="assignment_not_self",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status__in", ["ACCEPTED", "SUBMITTED", "LOCKED"]), _negated=True),
                                    ("declared_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="assignment_declared_first",
                            ),
                        ],
                        "indexes": [
                            models.Index(fields=["evaluator", "status"], name="assignment_evaluator"),
                            models.Index(fields=["due_at", "id"], name="assignment_by_due"),
                            models.Index(
                                condition=models.Q(("status__in", ["ACCEPTED", "INVITED"])),
                                fields=["evaluator", "due_at", "id"],
                                name="assignment_waiting",
                            ),
                            models.Index(
                                condition=models.Q(("status__in", ["ACCEPTED", "INVITED"]), _negated=True),
                                fields=["evaluator", "-updated_at", "-id"],
                                name="assignment_ended",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Award",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("project_no", models.CharField(max_length=24, unique=True, verbose_name="Project number")),
                        ("grant_won", portal.kit.won.WonField()),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("NOTIFIED", "Waiting for the company's answer"),
                                    ("ACCEPTED", "Award accepted"),
                                    ("DECLINED", "Award declined"),
                                    ("LAPSED", "Lapsed without an answer"),
                                    ("AGREEMENT_READY", "Agreement drafted"),
                                    ("CANCELLED", "Ended before the agreement took force"),
                                ],
                                default="NOTIFIED",
                                max_length=16,
                                verbose_name="State",
                            ),
                        ),
                        ("due_at", models.DateTimeField(verbose_name="Due")),
                        ("decided_at", models.DateTimeField(null=True, verbose_name="Answered")),
                        ("reason", models.TextField(blank=True, verbose_name="Reason")),
                        (
                            "application",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.application",
                                verbose_name="Application",
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Answered by",
                            ),
                        ),
                        (
                            "run",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="awards",
                                to="vouchers.selectionrun",
                                verbose_name="selection run",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "award",
                        "verbose_name_plural": "awards",
                        "permissions": [("accept_award", "Accept or decline an award")],
                        "constraints": [models.CheckConstraint(condition=models.Q(("grant_won__gt", 0)), name="award_has_grant")],
                        "indexes": [models.Index(fields=["status", "due_at"], name="award_status_due")],
                    },
                ),
                migrations.CreateModel(
                    name="BlindDocument",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("kind", models.CharField(max_length=30)),
                        ("current", models.BooleanField(default=True)),
                        (
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="blind_documents",
                                to="vouchers.application",
                            ),
                        ),
                        (
                            "document",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.document"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "blind version of a file",
                        "verbose_name_plural": "blind versions of files",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("current", True)),
                                fields=("application", "kind"),
                                name="blind_document_current",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CaseConflict",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "source",
                            models.CharField(
                                choices=[
                                    ("INFERRED", "From facts and declarations"),
                                    ("CHALLENGE", "Challenge by the applicant"),
                                ],
                                max_length=10,
                                verbose_name="Source",
                            ),
                        ),
                        ("grounds", models.JSONField(default=list, verbose_name="Grounds")),
                        ("ended_at", models.DateTimeField(null=True, verbose_name="Ended")),
                        (
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.application",
                                verbose_name="Application",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Evaluator",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "conflict with an application",
                        "verbose_name_plural": "conflicts with applications",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at__isnull", True)),
                                fields=("user", "application", "source"),
                                name="case_conflict_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("grounds", []), _negated=True), name="case_conflict_has_ground"
                            ),
                        ],
                        "indexes": [models.Index(fields=["application"], name="case_conflict_application")],
                    },
                ),
                migrations.CreateModel(
                    name="Certification",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("content_hash", models.CharField(max_length=64)),
                        (
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="certifications",
                                to="vouchers.application",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "certification",
                        "verbose_name_plural": "certifications",
                        "constraints": [models.UniqueConstraint(fields=("application", "user"), name="certification_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Challenge",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("statement", models.TextField(verbose_name="Statement")),
                        (
                            "status",
                            models.CharField(
                                choices=[("FILED", "Filed"), ("UPHELD", "Upheld"), ("REJECTED", "Rejected")],
                                default="FILED",
                                max_length=10,
                                verbose_name="State",
                            ),
                        ),
                        ("decided_at", models.DateTimeField(null=True, verbose_name="Decided at")),
                        ("reason", models.TextField(blank=True, verbose_name="Reason")),
                        (
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.application",
                                verbose_name="Application",
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Decided by",
                            ),
                        ),
                        (
                            "filed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Filed by",
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.poolmember",
                                verbose_name="Evaluator",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "challenge of an evaluator",
                        "verbose_name_plural": "challenges of evaluators",
                        "constraints": [
                            models.UniqueConstraint(fields=("application", "member"), name="challenge_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("decided_at__isnull", True), ("decided_by__isnull", True), ("status", "FILED")),
                                    models.Q(
                                        models.Q(("status", "FILED"), _negated=True),
                                        models.Q(("reason", ""), _negated=True),
                                        ("decided_at__isnull", False),
                                        ("decided_by__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="challenge_decided_with_reason",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CheckBatchLine",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "outcome",
                            models.CharField(
                                choices=[("WAITING", "Not done yet"), ("DONE", "Done"), ("SKIPPED", "Not done")],
                                default="WAITING",
                                max_length=8,
                            ),
                        ),
                        ("reason_ko", models.TextField(blank=True)),
                        ("reason_en", models.TextField(blank=True)),
                        (
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.application"
                            ),
                        ),
                        (
                            "batch",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="vouchers.checkbatch"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "application of a batch",
                        "verbose_name_plural": "applications of a batch",
                        "constraints": [
                            models.UniqueConstraint(fields=("batch", "application"), name="check_batch_line_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("outcome", "SKIPPED"), models.Q(("reason_en", ""), ("reason_ko", "")), _connector="XOR"
                                ),
                                name="check_batch_line_skipped_has_reason",
                            ),
                        ],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("outcome", "WAITING")), fields=["batch"], name="check_batch_line_waiting"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="EligibilityCheck",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("rule", models.CharField(max_length=40, verbose_name="Rule")),
                        ("rule_version", models.CharField(max_length=10, verbose_name="Version of the rule")),
                        (
                            "verdict",
                            models.CharField(
                                choices=[("MET", "Met"), ("NOT_MET", "Not met"), ("NEEDS_PERSON", "Needs a person")],
                                max_length=12,
                                verbose_name="Verdict",
                            ),
                        ),
                        ("reason_ko", models.TextField(verbose_name="Reason (Korean)")),
                        ("reason_en", models.TextField(verbose_name="Reason (English)")),
                        ("fact", models.JSONField(default=dict)),
                        (
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="eligibility_checks",
                                to="vouchers.application",
                                verbose_name="Application",
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Judged by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "eligibility finding",
                        "verbose_name_plural": "eligibility findings",
                        "constraints": [models.UniqueConstraint(fields=("application", "rule"), name="eligibility_rule_once")],
                    },
                ),
                migrations.CreateModel(
                    name="PanelPhase",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "status",
                            models.CharField(
                                choices=[("OPEN", "Panel is open"), ("CLOSED", "Panel is closed")],
                                default="OPEN",
                                max_length=8,
                                verbose_name="State",
                            ),
                        ),
                        ("opened_at", models.DateTimeField(default=portal.kit.clock.now, verbose_name="Opened at")),
                        ("closed_at", models.DateTimeField(null=True, verbose_name="Closed at")),
                        (
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.application",
                                verbose_name="Application",
                            ),
                        ),
                        (
                            "closed_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Closed by",
                            ),
                        ),
                        (
                            "opened_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Opened by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "panel phase",
                        "verbose_name_plural": "panel phases",
                        "permissions": [("open_panel", "Open and close the panel of an application")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("closed_at__isnull", True), ("closed_by__isnull", True), ("status", "OPEN")),
                                    models.Q(("closed_at__isnull", False), ("closed_by__isnull", False), ("status", "CLOSED")),
                                    _connector="OR",
                                ),
                                name="panel_phase_closed_pair",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("status", "OPEN")), fields=("application",), name="panel_phase_one_open"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PenaltyRecord",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "code",
                            models.CharField(
                                choices=[
                                    ("GAVE_UP", "Gave up an earlier award or project"),
                                    ("POOR_RESULT", "An earlier project was graded insufficient"),
                                    ("LATE_SETTLEMENT", "An earlier settlement report was late"),
                                    ("ABSENT", "Absent from the presentation"),
                                ],
                                max_length=16,
                                verbose_name="Ground",
                            ),
                        ),
                        ("evidence", models.TextField(verbose_name="Evidence")),
                        ("taken_back_at", models.DateTimeField(null=True, verbose_name="Taken back")),
                        ("reason", models.TextField(blank=True, verbose_name="Reason")),
                        (
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.application",
                                verbose_name="Application",
                            ),
                        ),
                        (
                            "recorded_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Recorded by",
                            ),
                        ),
                        (
                            "taken_back_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Taken back by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "penalty",
                        "verbose_name_plural": "penalties",
                        "permissions": [("record_penalty", "Record a penalty")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("taken_back_at__isnull", True)),
                                fields=("application", "code"),
                                name="penalty_counts_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("evidence", ""), _negated=True), name="penalty_has_evidence"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("taken_back_at__isnull", True), ("taken_back_by__isnull", True)),
                                    models.Q(("taken_back_at__isnull", False), ("taken_back_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="penalty_taken_back_pair",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PresentationSlot",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("place", models.CharField(max_length=200, verbose_name="Room or online address")),
                        ("starts_at", models.DateTimeField(verbose_name="Begins")),
                        ("ends_at", models.DateTimeField(verbose_name="Ends")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("PLANNED", "Planned"),
                                    ("INVITED", "Invited to present"),
                                    ("ATTENDED", "Presented"),
                                    ("MISSED", "Absent"),
                                    ("CANCELLED", "Cancelled"),
                                ],
                                default="PLANNED",
                                max_length=10,
                                verbose_name="State",
                            ),
                        ),
                        ("sequence", models.PositiveIntegerField(default=0, editable=False)),
                        ("recorded_at", models.DateTimeField(null=True, verbose_name="Attendance recorded at")),
                        ("reason", models.TextField(blank=True, verbose_name="Reason")),
                        (
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.application",
                                verbose_name="Application",
                            ),
                        ),
                        (
                            "company",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.company",
                                verbose_name="Company",
                            ),
                        ),
                        (
                            "recorded_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Attendance recorded by",
                            ),
                        ),
                        (
                            "schedule",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="slots",
                                to="vouchers.presentationschedule",
                                verbose_name="Schedule",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "presentation",
                        "verbose_name_plural": "presentations",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("starts_at__lt", models.F("ends_at"))), name="presentation_order"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("recorded_at__isnull", False),
                                        ("recorded_by__isnull", False),
                                        ("status__in", ["ATTENDED", "MISSED"]),
                                    ),
                                    models.Q(
                                        models.Q(("status__in", ["ATTENDED", "MISSED"]), _negated=True),
                                        ("recorded_at__isnull", True),
                                        ("recorded_by__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="presentation_attendance_pair",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("status", "CANCELLED"), _negated=True),
                                fields=("application",),
                                name="presentation_once",
                            ),
                            django.contrib.postgres.constraints.ExclusionConstraint(
                                condition=models.Q(("status", "CANCELLED"), _negated=True),
                                expressions=[
                                    (models.F("place"), "="),
                                    (
                                        vouchers.evaluation.models.presenting.TsTzRange(
                                            "starts_at", "ends_at", django.contrib.postgres.fields.ranges.RangeBoundary()
                                        ),
                                        "&&",
                                    ),
                                ],
                                name="presentation_place_free",
                            ),
                            django.contrib.postgres.constraints.ExclusionConstraint(
                                condition=models.Q(("status", "CANCELLED"), _negated=True),
                                expressions=[
                                    (models.F("company"), "="),
                                    (
                                        vouchers.evaluation.models.presenting.TsTzRange(
                                            "starts_at", "ends_at", django.contrib.postgres.fields.ranges.RangeBoundary()
                                        ),
                                        "&&",
                                    ),
                                ],
                                name="presentation_company_free",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("recorded_at__isnull", True), ("recorded_at__gte", models.F("starts_at")), _connector="OR"
                                ),
                                name="presentation_attended_once_begun",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Quote",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("number", models.PositiveSmallIntegerField()),
                        ("valid_until", models.DateField(verbose_name="Valid until")),
                        ("earliest_delivery_on", models.DateField(null=True, verbose_name="Earliest delivery")),
                        ("lead_time_days", models.PositiveSmallIntegerField(null=True, verbose_name="Lead time (working days)")),
                        ("access_mode", models.CharField(blank=True, max_length=20, verbose_name="Access mode")),
                        ("assumptions", models.TextField(blank=True, verbose_name="Assumptions")),
                        ("supply_amount_won", portal.kit.won.WonField()),
                        ("vat_won", portal.kit.won.WonField()),
                        (
                            "quoted_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                            ),
                        ),
                        (
                            "request",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="quotes", to="vouchers.quoterequest"
                            ),
                        ),
                        ("award_on", models.DateField(null=True)),
                        (
                            "draft",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="quote",
                                to="vouchers.quotedraft",
                            ),
                        ),
                        ("band_min_won", portal.kit.won.WonField(null=True)),
                    ],
                    options={
                        "verbose_name": "quote",
                        "verbose_name_plural": "quotes",
                        "constraints": [
                            models.UniqueConstraint(fields=("request", "number"), name="quote_number_once"),
                            models.CheckConstraint(condition=models.Q(("supply_amount_won__gt", 0)), name="quote_has_price"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("award_on__isnull", True), ("valid_until__gte", models.F("award_on")), _connector="OR"
                                ),
                                name="quote_reaches_award",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("band_min_won__isnull", True),
                                    models.Q(("band_min_won__gt", 0), ("band_min_won__lte", models.F("supply_amount_won"))),
                                    _connector="OR",
                                ),
                                name="quote_band",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SectionComment",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "section",
                            models.CharField(
                                choices=[
                                    ("company", "Company"),
                                    ("project", "Project"),
                                    ("data_need", "Data need"),
                                    ("budget", "Budget"),
                                    ("documents", "Documents"),
                                    ("declarations", "Declarations"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("text", models.TextField()),
                        ("resolved_at", models.DateTimeField(null=True)),
                        (
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="section_comments",
                                to="vouchers.application",
                            ),
                        ),
                        (
                            "resolved_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "written_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "comment of a colleague",
                        "verbose_name_plural": "comments of colleagues",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("resolved_at__isnull", True), ("resolved_by__isnull", True)),
                                    models.Q(("resolved_at__isnull", False), ("resolved_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="section_comment_resolved_by_somebody",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("text", ""), _negated=True), name="section_comment_says_something"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SelectionLine",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("rank", models.PositiveIntegerField(verbose_name="Rank")),
                        ("score", models.DecimalField(decimal_places=2, max_digits=6, verbose_name="Score")),
                        (
                            "outcome",
                            models.CharField(
                                choices=[("SELECTED", "Selected"), ("RESERVE", "Reserve list"), ("NOT_SELECTED", "Not selected")],
                                max_length=12,
                                verbose_name="Outcome",
                            ),
                        ),
                        ("grant_won", portal.kit.won.WonField(default=0)),
                        ("reserve_no", models.PositiveSmallIntegerField(null=True, verbose_name="Place on the reserve list")),
                        ("reason_ko", models.CharField(max_length=500)),
                        ("reason_en", models.CharField(max_length=500)),
                        (
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.application",
                                verbose_name="Application",
                            ),
                        ),
                        (
                            "run",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="vouchers.selectionrun"
                            ),
                        ),
                        ("bonus", models.DecimalField(decimal_places=2, default=0, max_digits=5, verbose_name="Bonus")),
                        (
                            "ground",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("WITHIN", "Within slots and budget"),
                                    ("BY_POOL", "Selected for the quota of a pool"),
                                    ("BELOW_MARK", "Below the pass mark"),
                                    ("NO_MATCH", "No confirmed match"),
                                    ("NO_GRANT", "No grant applied for"),
                                    ("OVER_CAP", "Grant above the ceiling of the track"),
                                    ("SLOTS_FULL", "Slots of the track are full"),
                                    ("BUDGET_SHORT", "The budget does not suffice"),
                                    ("POOL_PLACE", "The quota of a pool took the place"),
                                    ("FREE_PLACE", "After an objection: a free place"),
                                    ("NO_FREE_SLOT", "After an objection: no free place left"),
                                    ("NO_FREE_WON", "After an objection: the budget that is left does not suffice"),
                                    ("KEPT", "After an objection: the earlier result stays"),
                                    ("PROMOTED", "Moved up from the reserve list"),
                                ],
                                max_length=12,
                                verbose_name="Ground",
                            ),
                        ),
                        ("penalty", models.DecimalField(decimal_places=2, default=0, max_digits=5, verbose_name="Penalty")),
                        (
                            "raw",
                            models.DecimalField(decimal_places=2, max_digits=6, null=True, verbose_name="Mean of the evaluators"),
                        ),
                        ("total", models.DecimalField(decimal_places=2, max_digits=6, null=True, verbose_name="Total")),
                        ("decides", models.BooleanField(default=True)),
                    ],
                    options={
                        "verbose_name": "selection line",
                        "verbose_name_plural": "selection lines",
                        "ordering": ["application__track__position", "rank"],
                        "constraints": [
                            models.UniqueConstraint(fields=("run", "application"), name="selection_line_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("total__isnull", True),
                                    (
                                        "total",
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                models.F("score"), "+", models.F("bonus")
                                            ),
                                            "-",
                                            models.F("penalty"),
                                        ),
                                    ),
                                    models.Q(
                                        (
                                            "penalty__gte",
                                            django.db.models.expressions.CombinedExpression(
                                                models.F("score"), "+", models.F("bonus")
                                            ),
                                        ),
                                        ("total", 0),
                                    ),
                                    _connector="OR",
                                ),
                                name="selection_line_total",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SupplementItem",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "section",
                            models.CharField(
                                choices=[
                                    ("company", "Company"),
                                    ("project", "Project"),
                                    ("data_need", "Data need"),
                                    ("budget", "Budget"),
                                    ("documents", "Documents"),
                                    ("declarations", "Declarations"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("field", models.CharField(max_length=60)),
                        ("sentence", models.TextField()),
                        ("alone", models.BooleanField(default=True)),
                        ("before", models.JSONField(null=True)),
                        ("after", models.JSONField(null=True)),
                        ("supplied_at", models.DateTimeField(null=True)),
                        ("closed_at", models.DateTimeField(null=True)),
                        (
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="supplement_items",
                                to="vouchers.application",
                            ),
                        ),
                        (
                            "asked_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "question of a supplement request",
                        "verbose_name_plural": "questions of supplement requests",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("closed_at__isnull", True)),
                                fields=("application", "section", "field"),
                                name="supplement_item_open_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("supplied_at__isnull", True), ("closed_at", models.F("supplied_at")), _connector="OR"
                                ),
                                name="supplement_item_supplied_is_closed",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("sentence", ""), _negated=True), name="supplement_item_says_something"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Agreement",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("number", models.CharField(max_length=24, unique=True, verbose_name="Agreement number")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("DRAFTING", "Draft"),
                                    ("NEGOTIATING", "Being negotiated"),
                                    ("AWAITING_SIGNATURES", "Waiting for signatures"),
                                    ("ACTIVE", "In force"),
                                    ("SUSPENDED", "Agreement suspended"),
                                    ("COMPLETED", "Completed"),
                                    ("TERMINATED", "Terminated"),
                                ],
                                default="DRAFTING",
                                max_length=20,
                                verbose_name="State",
                            ),
                        ),
                        ("starts_on", models.DateField(verbose_name="Starts")),
                        ("ends_on", models.DateField(verbose_name="Ends")),
                        ("grant_won", portal.kit.won.WonField()),
                        ("supply_amount_won", portal.kit.won.WonField()),
                        ("own_cash_won", portal.kit.won.WonField()),
                        ("vat_won", portal.kit.won.WonField()),
                        ("activated_at", models.DateTimeField(null=True, verbose_name="In force since")),
                        ("reason", models.TextField(blank=True, verbose_name="Reason")),
                        (
                            "drafted_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Drafted by",
                            ),
                        ),
                        (
                            "award",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.award"
                            ),
                        ),
                        (
                            "company",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.company",
                                verbose_name="Company",
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.round",
                                verbose_name="Round",
                            ),
                        ),
                        ("data_scope", models.TextField(blank=True, verbose_name="Scope of the data")),
                        ("goal", models.TextField(blank=True, verbose_name="Goal of the project")),
                    ],
                    options={
                        "verbose_name": "agreement",
                        "verbose_name_plural": "agreements",
                        "permissions": [
                            ("draft_agreement", "Draft and conduct agreements"),
                            ("sign_agreement", "Sign agreements"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("starts_on__lte", models.F("ends_on"))), name="agreement_dates"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "grant_won",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("supply_amount_won"), "-", models.F("own_cash_won")
                                        ),
                                    )
                                ),
                                name="agreement_grant_plus_own",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status__in", ["ACTIVE", "SUSPENDED", "COMPLETED"]), _negated=True),
                                    ("activated_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="agreement_active_since",
                            ),
                        ],
                        "indexes": [models.Index(fields=["status", "ends_on"], name="agreement_status_ends")],
                    },
                ),
                migrations.CreateModel(
                    name="Match",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("PROPOSED", "Waiting for both confirmations"),
                                    ("CONFIRMED", "Confirmed by both"),
                                    ("CANCELLED", "Cancelled"),
                                    ("RELEASED", "Released"),
                                ],
                                default="PROPOSED",
                                max_length=10,
                            ),
                        ),
                        ("company_confirmed_at", models.DateTimeField(null=True)),
                        ("provider_confirmed_at", models.DateTimeField(null=True)),
                        ("reason", models.TextField(blank=True)),
                        (
                            "company_confirmed_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.institution"
                            ),
                        ),
                        (
                            "provider_confirmed_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "need",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="matches", to="vouchers.need"
                            ),
                        ),
                        (
                            "quote",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.quote"
                            ),
                        ),
                        ("final_asked_at", models.DateTimeField(null=True)),
                        (
                            "final_quote",
                            models.OneToOneField(
                                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.quote"
                            ),
                        ),
                        (
                            "offered_quote",
                            models.OneToOneField(
                                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.quote"
                            ),
                        ),
                        ("order_taken_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "verbose_name": "match",
                        "verbose_name_plural": "matches",
                        "permissions": [("confirm_match", "Confirm a match")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "CONFIRMED"), _negated=True),
                                    models.Q(("company_confirmed_at__isnull", False), ("provider_confirmed_at__isnull", False)),
                                    _connector="OR",
                                ),
                                name="match_both_confirmed",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("company_confirmed_at__isnull", True), ("company_confirmed_by__isnull", True)),
                                    models.Q(("company_confirmed_at__isnull", False), ("company_confirmed_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="match_company_pair",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("provider_confirmed_at__isnull", True), ("provider_confirmed_by__isnull", True)),
                                    models.Q(("provider_confirmed_at__isnull", False), ("provider_confirmed_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="match_provider_pair",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("final_quote__isnull", True), ("final_asked_at__isnull", False), _connector="OR"
                                ),
                                name="match_final_was_asked",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("offered_quote__isnull", True),
                                    models.Q(("final_asked_at__isnull", False), ("final_quote__isnull", True)),
                                    _connector="OR",
                                ),
                                name="match_offered_was_asked",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("order_taken_at__isnull", True),
                                    models.Q(("status", "PROPOSED"), _negated=True),
                                    _connector="OR",
                                ),
                                name="match_order_of_confirmed",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PresentationSeat",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("starts_at", models.DateTimeField()),
                        ("ends_at", models.DateTimeField()),
                        ("released_at", models.DateTimeField(null=True)),
                        ("present", models.BooleanField(null=True, verbose_name="Present")),
                        (
                            "evaluator",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Evaluator",
                            ),
                        ),
                        (
                            "slot",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="seats", to="vouchers.presentationslot"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "seat in a presentation",
                        "verbose_name_plural": "seats in presentations",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("released_at__isnull", True)),
                                fields=("slot", "evaluator"),
                                name="presentation_seat_once",
                            ),
                            django.contrib.postgres.constraints.ExclusionConstraint(
                                condition=models.Q(("released_at__isnull", True)),
                                expressions=[
                                    (models.F("evaluator"), "="),
                                    (
                                        vouchers.evaluation.models.presenting.TsTzRange(
                                            "starts_at", "ends_at", django.contrib.postgres.fields.ranges.RangeBoundary()
                                        ),
                                        "&&",
                                    ),
                                ],
                                name="presentation_evaluator_free",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="QuoteLine",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("position", models.PositiveSmallIntegerField()),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("EXTRACTION", "Extraction"),
                                    ("PSEUDONYMISATION", "Pseudonymisation"),
                                    ("LABELLING", "Processing and labelling"),
                                    ("STANDARDISATION", "Standardisation"),
                                    ("ENVIRONMENT", "Analysis environment"),
                                    ("REVIEW_FEE", "Review fee"),
                                    ("LABOUR", "Labour"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("description", models.CharField(max_length=200)),
                        ("unit", models.CharField(max_length=30)),
                        ("quantity", models.DecimalField(decimal_places=2, max_digits=14)),
                        ("unit_price_won", portal.kit.won.WonField()),
                        ("amount_won", portal.kit.won.WonField()),
                        ("tax_kind", models.CharField(choices=[("TAXABLE", "VAT 10%"), ("EXEMPT", "VAT exempt")], max_length=8)),
                        (
                            "contracting_party",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.institution"
                            ),
                        ),
                        (
                            "data_holder",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.institution"
                            ),
                        ),
                        (
                            "payee",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.institution"
                            ),
                        ),
                        (
                            "quote",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="vouchers.quote"
                            ),
                        ),
                        (
                            "reviewing_board",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.institution"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "quote line",
                        "verbose_name_plural": "quote lines",
                        "ordering": ["position"],
                        "constraints": [
                            models.UniqueConstraint(fields=("quote", "position"), name="quote_line_position"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "amount_won__lte",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("quantity"), "*", models.F("unit_price_won")
                                        ),
                                    ),
                                    (
                                        "amount_won__gt",
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                models.F("quantity"), "*", models.F("unit_price_won")
                                            ),
                                            "-",
                                            models.Value(1),
                                        ),
                                    ),
                                ),
                                name="quote_line_arithmetic",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Reading",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("opened_at", models.DateTimeField(verbose_name="Opened at")),
                        ("beat_at", models.DateTimeField(verbose_name="Last report")),
                        ("seconds", models.PositiveIntegerField(default=0, verbose_name="Seconds")),
                        (
                            "assignment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="readings", to="vouchers.assignment"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "reading",
                        "verbose_name_plural": "readings",
                        "constraints": [
                            models.UniqueConstraint(fields=("assignment", "opened_at"), name="reading_once"),
                            models.CheckConstraint(
                                condition=models.Q(("beat_at__gte", models.F("opened_at"))), name="reading_order"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Score",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("points", models.PositiveSmallIntegerField(null=True, verbose_name="Points")),
                        ("comment", models.TextField(blank=True, verbose_name="Reason")),
                        (
                            "assignment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="scores", to="vouchers.assignment"
                            ),
                        ),
                        (
                            "criterion",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.criterion",
                                verbose_name="Criterion",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "score",
                        "verbose_name_plural": "scores",
                        "constraints": [
                            models.UniqueConstraint(fields=("assignment", "criterion"), name="score_once"),
                            models.CheckConstraint(condition=models.Q(("points__lte", 100)), name="score_range"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ScoreVersion",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("number", models.PositiveSmallIntegerField(verbose_name="Version")),
                        ("points", models.PositiveSmallIntegerField(verbose_name="Points")),
                        ("comment", models.TextField(blank=True, verbose_name="Reason for the points")),
                        ("reason", models.TextField(blank=True, verbose_name="Reason for the change")),
                        ("entered_at", models.DateTimeField(default=portal.kit.clock.now, verbose_name="Entered at")),
                        (
                            "assignment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="score_versions",
                                to="vouchers.assignment",
                            ),
                        ),
                        (
                            "criterion",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.criterion",
                                verbose_name="Criterion",
                            ),
                        ),
                        ("again", models.BooleanField(default=False, editable=False)),
                    ],
                    options={
                        "verbose_name": "version of a score",
                        "verbose_name_plural": "versions of scores",
                        "ordering": ["entered_at", "id"],
                        "constraints": [
                            models.UniqueConstraint(fields=("assignment", "criterion", "number"), name="score_version_once"),
                            models.CheckConstraint(
                                condition=models.Q(("number__gte", 1), ("points__lte", 100)), name="score_version_range"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("number", 1), models.Q(("reason", ""), _negated=True), _connector="OR"),
                                name="score_version_reason",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SelectionLetter",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "how",
                            models.CharField(
                                choices=[("ELECTRONIC", "Electronically, by consent"), ("POST", "By post")],
                                max_length=10,
                                verbose_name="Service",
                            ),
                        ),
                        ("address", models.CharField(max_length=300, verbose_name="Sent to")),
                        ("posted_on", models.DateField(null=True, verbose_name="Posted on")),
                        (
                            "tracking_no",
                            models.CharField(blank=True, max_length=40, verbose_name="Number of the registered letter"),
                        ),
                        ("served_on", models.DateField(null=True, verbose_name="Served on")),
                        ("open_until", models.DateField(null=True, verbose_name="Objection possible until")),
                        (
                            "line",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="letter",
                                to="vouchers.selectionline",
                                verbose_name="selection line",
                            ),
                        ),
                        (
                            "recorded_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Recorded by",
                            ),
                        ),
                        ("content", models.JSONField(default=dict, editable=False)),
                    ],
                    options={
                        "verbose_name": "letter of a result",
                        "verbose_name_plural": "letters of results",
                        "permissions": [("serve_letter", "Record the service of letters")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("open_until__isnull", True), ("served_on__isnull", True)),
                                    models.Q(("open_until__gt", models.F("served_on")), ("served_on__isnull", False)),
                                    _connector="OR",
                                ),
                                name="letter_served_pair",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("how", "ELECTRONIC"),
                                    ("served_on__isnull", True),
                                    models.Q(("posted_on__lte", models.F("served_on")), ("recorded_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="letter_posted_before_served",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AccessRequest",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("DRAFT", "Draft"),
                                    ("SUBMITTED", "Submitted"),
                                    ("SUPPLEMENT", "Supplement requested"),
                                    ("IN_REVIEW", "Reviews under way"),
                                    ("APPROVED", "Approved by both"),
                                    ("REFUSED", "Refused by a board"),
                                    ("PREPARING", "Extraction and pseudonymisation"),
                                    ("PROVISIONED", "Data provided"),
                                    ("IN_USE", "In use"),
                                    ("DESTRUCTION_DUE", "Destruction due"),
                                    ("DESTROYED", "Destroyed"),
                                    ("WITHDRAWN", "Withdrawn"),
                                ],
                                default="DRAFT",
                                max_length=16,
                                verbose_name="State",
                            ),
                        ),
                        ("submitted_at", models.DateTimeField(null=True, verbose_name="Submitted at")),
                        ("supplement_request", models.TextField(blank=True, verbose_name="Supplement requested")),
                        ("provided_at", models.DateTimeField(null=True, verbose_name="Data provided at")),
                        ("reason", models.TextField(blank=True, verbose_name="Reason")),
                        (
                            "board",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="providers.institution",
                                verbose_name="Deciding board",
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="requests",
                                to="vouchers.accesscase",
                                verbose_name="Study",
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="providers.institution",
                                verbose_name="Institution",
                            ),
                        ),
                        (
                            "provided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Provided by",
                            ),
                        ),
                        (
                            "match",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.match",
                                verbose_name="Match",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "data access request",
                        "verbose_name_plural": "data access requests",
                        "permissions": [
                            ("review_request", "Keep the review board's book"),
                            ("view_review", "Read the review board's book"),
                            ("provide_data", "Prepare and provide data"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("case", "institution"), name="access_request_once_per_site")
                        ],
                        "indexes": [models.Index(fields=["match"], name="access_request_match")],
                    },
                ),
                migrations.CreateModel(
                    name="AgreementLine",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("position", models.PositiveSmallIntegerField(verbose_name="Number")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("EXTRACTION", "Extraction"),
                                    ("PSEUDONYMISATION", "Pseudonymisation"),
                                    ("LABELLING", "Processing and labelling"),
                                    ("STANDARDISATION", "Standardisation"),
                                    ("ENVIRONMENT", "Analysis environment"),
                                    ("REVIEW_FEE", "Review fee"),
                                    ("LABOUR", "Labour"),
                                ],
                                max_length=20,
                                verbose_name="Kind",
                            ),
                        ),
                        ("description", models.CharField(max_length=200, verbose_name="What")),
                        ("amount_won", portal.kit.won.WonField(verbose_name="Amount (won)")),
                        (
                            "tax_kind",
                            models.CharField(
                                choices=[("TAXABLE", "VAT 10%"), ("EXEMPT", "VAT exempt")], max_length=8, verbose_name="VAT"
                            ),
                        ),
                        (
                            "agreement",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="vouchers.agreement"
                            ),
                        ),
                        (
                            "contracting_party",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.institution"
                            ),
                        ),
                        (
                            "data_holder",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.institution"
                            ),
                        ),
                        (
                            "payee",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="providers.institution",
                                verbose_name="Paid to",
                            ),
                        ),
                        (
                            "reviewing_board",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.institution"
                            ),
                        ),
                        (
                            "match",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.match"),
                        ),
                    ],
                    options={
                        "verbose_name": "agreement line",
                        "verbose_name_plural": "agreement lines",
                        "ordering": ["position"],
                        "constraints": [
                            models.UniqueConstraint(fields=("agreement", "position"), name="agreement_line_position")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ApplicationMatch",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="application_matches",
                                to="vouchers.application",
                            ),
                        ),
                        (
                            "match",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.match"),
                        ),
                    ],
                    options={
                        "verbose_name": "application's match",
                        "verbose_name_plural": "application's matches",
                        "constraints": [models.UniqueConstraint(fields=("application", "match"), name="application_match_once")],
                    },
                ),
                migrations.CreateModel(
                    name="AuditFile",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("WAITING", "Waits for a worker"),
                                    ("MAKING", "Being put together"),
                                    ("READY", "Ready"),
                                    ("FAILED", "Could not be made"),
                                ],
                                default="WAITING",
                                max_length=7,
                                verbose_name="State",
                            ),
                        ),
                        ("done", models.PositiveIntegerField(default=0, verbose_name="Done")),
                        ("total", models.PositiveIntegerField(default=0, verbose_name="To do")),
                        ("claimed_at", models.DateTimeField(null=True, verbose_name="Begun")),
                        ("tries", models.PositiveSmallIntegerField(default=0)),
                        ("sha256", models.CharField(blank=True, max_length=64, verbose_name="Fingerprint (SHA-256)")),
                        (
                            "manifest_sha256",
                            models.CharField(blank=True, db_index=True, max_length=64, verbose_name="Fingerprint of SHA256SUMS"),
                        ),
                        ("reason", models.CharField(blank=True, max_length=300, verbose_name="Reason")),
                        (
                            "agreement",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.agreement",
                                verbose_name="Agreement",
                            ),
                        ),
                        (
                            "asked_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Asked by",
                            ),
                        ),
                        (
                            "document",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                                verbose_name="Archive",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "audit file",
                        "verbose_name_plural": "audit files",
                        "permissions": [("make_audit_file", "Have a project's whole file made")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("document__isnull", False),
                                        ("status", "READY"),
                                        models.Q(("sha256", ""), _negated=True),
                                        models.Q(("manifest_sha256", ""), _negated=True),
                                    ),
                                    models.Q(
                                        models.Q(("status", "READY"), _negated=True),
                                        ("document__isnull", True),
                                        ("manifest_sha256", ""),
                                        ("sha256", ""),
                                    ),
                                    _connector="OR",
                                ),
                                name="audit_file_ready_whole",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("status__in", ["WAITING", "MAKING"])),
                                fields=("agreement", "asked_by"),
                                name="audit_file_one_under_way",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CarryOver",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("fiscal_year", models.SmallIntegerField(verbose_name="Fiscal year")),
                        ("amount_won", portal.kit.won.WonField(verbose_name="Amount to be carried over")),
                        ("reason", models.TextField(verbose_name="Reason")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("REQUESTED", "Carry-over asked for"),
                                    ("APPROVED", "Carry-over approved"),
                                    ("REJECTED", "Carry-over not approved"),
                                ],
                                default="REQUESTED",
                                max_length=9,
                                verbose_name="State",
                            ),
                        ),
                        ("decided_at", models.DateTimeField(null=True, verbose_name="Decided at")),
                        ("answer", models.TextField(blank=True, verbose_name="Answer")),
                        (
                            "agreement",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="carry_overs",
                                to="vouchers.agreement",
                                verbose_name="agreement",
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Decided by",
                            ),
                        ),
                        (
                            "requested_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Asked by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "carry-over",
                        "verbose_name_plural": "carry-overs",
                        "permissions": [
                            ("request_carry_over", "Ask for a carry-over past the fiscal year"),
                            ("decide_carry_over", "Decide about carry-overs"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("status__in", ["REQUESTED", "APPROVED"])),
                                fields=("agreement", "fiscal_year"),
                                name="carry_over_one_live",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("amount_won__gt", 0), models.Q(("reason", ""), _negated=True)),
                                name="carry_over_says_what",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("decided_by__isnull", True),
                                    models.Q(("decided_by", models.F("requested_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="carry_over_four_eyes",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("decided_at__isnull", True), ("decided_by__isnull", True), ("status", "REQUESTED")),
                                    models.Q(
                                        models.Q(("status", "REQUESTED"), _negated=True),
                                        ("decided_at__isnull", False),
                                        ("decided_by__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="carry_over_decided_whole",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Clawback",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "ground",
                            models.CharField(
                                choices=[
                                    ("FALSE_RECEIPT", "Received by a false or improper application"),
                                    ("OTHER_USE", "Used for another purpose"),
                                    ("BREACH", "Breach of the law, of the decision or of an order"),
                                    ("REQUIREMENT", "Requirements not met"),
                                ],
                                max_length=13,
                                verbose_name="Ground of the law",
                            ),
                        ),
                        ("facts", models.TextField(verbose_name="Facts of the case")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("DETECTED", "Detected, no notice yet"),
                                    ("NOTICED", "Prior notice given, opinion possible"),
                                    ("HEARD", "Opinion given"),
                                    ("ORDERED", "Ordered back"),
                                    ("CLOSED", "Paid back"),
                                    ("CANCELLED", "Order cancelled"),
                                    ("DROPPED", "Not pursued"),
                                ],
                                default="DETECTED",
                                max_length=9,
                                verbose_name="State",
                            ),
                        ),
                        ("noticed_won", portal.kit.won.WonField(verbose_name="Amount of the notice")),
                        ("noticed_on", models.DateField(null=True, verbose_name="Prior notice given on")),
                        ("opinion_until", models.DateField(null=True, verbose_name="Opinion possible until")),
                        ("opinion", models.TextField(blank=True, verbose_name="Opinion")),
                        ("opinion_at", models.DateTimeField(null=True, verbose_name="Opinion given")),
                        ("ordered_won", portal.kit.won.WonField(default=0, verbose_name="Ordered back")),
                        ("surcharge_times", models.SmallIntegerField(default=0, verbose_name="Surcharge, times the amount")),
                        ("surcharge_won", portal.kit.won.WonField(default=0, verbose_name="Surcharge")),
                        ("source", models.CharField(blank=True, max_length=200, verbose_name="By which text")),
                        ("reason", models.TextField(blank=True, verbose_name="Reason")),
                        ("ordered_on", models.DateField(null=True, verbose_name="Order given on")),
                        ("must_exclude", models.BooleanField(default=False, verbose_name="The company must be kept out")),
                        (
                            "reported_no",
                            models.CharField(blank=True, max_length=60, verbose_name="Number of the report to the ministry"),
                        ),
                        ("reported_on", models.DateField(null=True, verbose_name="Reported to the ministry on")),
                        (
                            "agreement",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.agreement",
                                verbose_name="Agreement",
                            ),
                        ),
                        (
                            "company",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.company",
                                verbose_name="Company",
                            ),
                        ),
                        (
                            "detected_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Detected by",
                            ),
                        ),
                        (
                            "opinion_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Opinion by",
                            ),
                        ),
                        (
                            "opinion_file",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                                verbose_name="File of the opinion",
                            ),
                        ),
                        (
                            "ordered_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Order given by",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                                verbose_name="Taken back from",
                            ),
                        ),
                        (
                            "restriction",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.restriction",
                                verbose_name="Restriction",
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.round",
                                verbose_name="Round",
                            ),
                        ),
                        (
                            "ruling_applied_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Ruling put in force by",
                            ),
                        ),
                        (
                            "ruling_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Ruling entered by",
                            ),
                        ),
                        (
                            "ruling_file",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                                verbose_name="Ruling",
                            ),
                        ),
                        ("ruling_no", models.CharField(blank=True, max_length=60, verbose_name="Number of the ruling")),
                        ("ruling_on", models.DateField(null=True, verbose_name="Ruled on")),
                        (
                            "ruling_times",
                            models.SmallIntegerField(null=True, verbose_name="Surcharge after the ruling, times the amount"),
                        ),
                        ("ruling_won", portal.kit.won.WonField(null=True, verbose_name="Ordered back after the ruling")),
                    ],
                    options={
                        "verbose_name": "clawback",
                        "verbose_name_plural": "clawbacks",
                        "permissions": [
                            ("prepare_clawback", "Prepare clawbacks and report them"),
                            ("order_clawback", "Order money back"),
                            ("state_opinion", "Give an opinion before money is taken back"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("noticed_won__gt", 0), models.Q(("facts", ""), _negated=True)),
                                name="clawback_says_what",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("ordered_won__lte", models.F("noticed_won"))), name="clawback_within_notice"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("surcharge_times__range", (0, 5)),
                                    (
                                        "surcharge_won",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("ordered_won"), "*", models.F("surcharge_times")
                                        ),
                                    ),
                                ),
                                name="clawback_surcharge_by_times",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ordered_by__isnull", True),
                                    models.Q(("ordered_by", models.F("detected_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="clawback_four_eyes",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("ordered_by__isnull", True), ("ordered_on__isnull", True), ("ordered_won", 0)),
                                    models.Q(
                                        ("ordered_by__isnull", False),
                                        ("ordered_on__isnull", False),
                                        models.Q(
                                            ("opinion_at__isnull", False),
                                            ("ordered_on__gt", models.F("opinion_until")),
                                            _connector="OR",
                                        ),
                                    ),
                                    _connector="OR",
                                ),
                                name="clawback_heard_before_ordered",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("ordered_on__isnull", True), ("status__in", ["DETECTED", "NOTICED", "HEARD", "DROPPED"])
                                    ),
                                    models.Q(("ordered_on__isnull", False), ("status__in", ["ORDERED", "CLOSED", "CANCELLED"])),
                                    _connector="OR",
                                ),
                                name="clawback_ordered_pair",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("opinion", ""), ("opinion_at__isnull", True), ("opinion_by__isnull", True)),
                                    models.Q(
                                        ("opinion_at__isnull", False),
                                        ("opinion_by__isnull", False),
                                        models.Q(("opinion", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="clawback_opinion_whole",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("reported_no", ""), ("reported_on__isnull", True)),
                                    models.Q(models.Q(("reported_no", ""), _negated=True), ("reported_on__isnull", False)),
                                    _connector="OR",
                                ),
                                name="clawback_report_pair",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("ruling_by__isnull", True),
                                        ("ruling_file__isnull", True),
                                        ("ruling_no", ""),
                                        ("ruling_on__isnull", True),
                                        ("ruling_times__isnull", True),
                                        ("ruling_won__isnull", True),
                                    ),
                                    models.Q(
                                        models.Q(("ruling_no", ""), _negated=True),
                                        ("ruling_by__isnull", False),
                                        ("ruling_file__isnull", False),
                                        ("ruling_on__isnull", False),
                                        ("ruling_times__isnull", False),
                                        ("ruling_won__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="clawback_ruling_whole",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ruling_applied_by__isnull", True),
                                    models.Q(
                                        ("ruling_by__isnull", False),
                                        models.Q(("ruling_applied_by", models.F("ruling_by")), _negated=True),
                                        models.Q(("ruling_applied_by", models.F("ordered_by")), _negated=True),
                                        models.Q(("ruling_applied_by", models.F("detected_by")), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="clawback_ruling_four_eyes",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="FinalEvaluation",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("GRADING", "Being graded"),
                                    ("DECIDED", "Decided, objection possible"),
                                    ("CONFIRMED", "Grade holds"),
                                ],
                                default="GRADING",
                                max_length=10,
                                verbose_name="State",
                            ),
                        ),
                        ("points", models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name="Points")),
                        (
                            "grade",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("EXCELLENT", "Excellent"),
                                    ("ORDINARY", "Ordinary"),
                                    ("CONDITIONAL", "Passed on a condition"),
                                    ("GOOD_FAITH", "Good-faith failure"),
                                    ("FAIL", "Failed"),
                                ],
                                max_length=12,
                                verbose_name="Grade",
                            ),
                        ),
                        ("reason", models.TextField(blank=True, verbose_name="Reason of the decision")),
                        ("condition", models.TextField(blank=True, verbose_name="Condition")),
                        ("condition_due_on", models.DateField(null=True, verbose_name="Condition due on")),
                        ("decided_at", models.DateTimeField(null=True, verbose_name="Decided at")),
                        ("confirmed_at", models.DateTimeField(null=True, verbose_name="Grade holds since")),
                        (
                            "agreement",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.agreement",
                                verbose_name="Agreement",
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Decided by",
                            ),
                        ),
                        (
                            "opened_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Opened by",
                            ),
                        ),
                        (
                            "restriction",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.restriction",
                                verbose_name="restriction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "final evaluation",
                        "verbose_name_plural": "final evaluations",
                        "permissions": [
                            ("conduct_final_evaluation", "Open final evaluations and decide grades"),
                            ("grade_project", "Grade projects"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("decided_at__isnull", True),
                                        ("decided_by__isnull", True),
                                        ("grade", ""),
                                        ("points__isnull", True),
                                        ("status", "GRADING"),
                                    ),
                                    models.Q(
                                        models.Q(("status", "GRADING"), _negated=True),
                                        models.Q(("grade", ""), _negated=True),
                                        models.Q(("reason", ""), _negated=True),
                                        ("decided_at__isnull", False),
                                        ("decided_by__isnull", False),
                                        ("points__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="final_evaluation_decided_whole",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("condition_due_on__isnull", False),
                                        ("grade", "CONDITIONAL"),
                                        models.Q(("condition", ""), _negated=True),
                                    ),
                                    models.Q(
                                        models.Q(("grade", "CONDITIONAL"), _negated=True),
                                        ("condition", ""),
                                        ("condition_due_on__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="final_evaluation_condition",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("confirmed_at__isnull", False), ("status", "CONFIRMED")),
                                    models.Q(models.Q(("status", "CONFIRMED"), _negated=True), ("confirmed_at__isnull", True)),
                                    _connector="OR",
                                ),
                                name="final_evaluation_confirmed_at",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Inspection",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "kind",
                            models.CharField(
                                choices=[("INTERIM", "Interim check"), ("SITE_VISIT", "Site visit")],
                                max_length=10,
                                verbose_name="Kind",
                            ),
                        ),
                        ("planned_on", models.DateField(verbose_name="Day")),
                        ("place", models.CharField(max_length=150, verbose_name="Place of the inspection")),
                        ("purpose", models.TextField(verbose_name="What is looked at")),
                        (
                            "status",
                            models.CharField(
                                choices=[("PLANNED", "Date set"), ("HELD", "Held and reported"), ("CANCELLED", "Called off")],
                                default="PLANNED",
                                max_length=10,
                                verbose_name="State",
                            ),
                        ),
                        (
                            "result",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("ADEQUATE", "Adequate"),
                                    ("IMPROVE", "To be improved"),
                                    ("STOP_ADVISED", "Stop advised"),
                                ],
                                max_length=14,
                                verbose_name="Result of the inspection",
                            ),
                        ),
                        ("report", models.TextField(blank=True, verbose_name="What was seen")),
                        ("reported_at", models.DateTimeField(null=True, verbose_name="Reported at")),
                        ("reason", models.TextField(blank=True, verbose_name="Reason")),
                        (
                            "agreement",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.agreement",
                                verbose_name="Agreement",
                            ),
                        ),
                        (
                            "document",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                                verbose_name="File of the report",
                            ),
                        ),
                        (
                            "planned_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Planned by",
                            ),
                        ),
                        (
                            "reported_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Reported by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "inspection",
                        "verbose_name_plural": "inspections",
                        "permissions": [
                            ("plan_inspection", "Plan and report interim checks and site visits"),
                            ("answer_finding", "Answer findings of inspections"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("reported_at__isnull", False),
                                        ("reported_by__isnull", False),
                                        ("status", "HELD"),
                                        models.Q(("result", ""), _negated=True),
                                        models.Q(("report", ""), _negated=True),
                                    ),
                                    models.Q(
                                        models.Q(("status", "HELD"), _negated=True),
                                        ("report", ""),
                                        ("reported_at__isnull", True),
                                        ("reported_by__isnull", True),
                                        ("result", ""),
                                    ),
                                    _connector="OR",
                                ),
                                name="inspection_reported_whole",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "CANCELLED"), _negated=True),
                                    models.Q(("reason", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="inspection_cancelled_with_reason",
                            ),
                        ],
                        "indexes": [models.Index(fields=["agreement", "planned_on"], name="inspection_of_agreement")],
                    },
                ),
                migrations.CreateModel(
                    name="Milestone",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("number", models.PositiveSmallIntegerField(verbose_name="Number")),
                        ("title", models.CharField(max_length=150, verbose_name="Title")),
                        ("description", models.TextField(blank=True, verbose_name="What is delivered")),
                        ("due_on", models.DateField(verbose_name="Due on")),
                        ("uses_data", models.BooleanField(default=False, verbose_name="Uses patient data")),
                        ("amount_won", portal.kit.won.WonField(verbose_name="Amount (supply, VAT excluded)")),
                        ("grant_won", portal.kit.won.WonField(verbose_name="Paid by the voucher")),
                        ("vat_won", portal.kit.won.WonField(default=0, verbose_name="VAT, paid by the company")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("PLANNED", "Planned"),
                                    ("SUBMITTED", "Submitted"),
                                    ("COMPANY_ACCEPTED", "Accepted by the company"),
                                    ("ACCEPTED", "Acceptance confirmed"),
                                    ("REVISION_REQUESTED", "Returned for revision"),
                                    ("REJECTED", "Rejected for good"),
                                    ("DROPPED", "Dropped by a change"),
                                ],
                                default="PLANNED",
                                max_length=20,
                                verbose_name="State",
                            ),
                        ),
                        ("submitted_at", models.DateTimeField(null=True, verbose_name="Submitted at")),
                        ("company_accepted_at", models.DateTimeField(null=True, verbose_name="Accepted by the company")),
                        ("accepted_at", models.DateTimeField(null=True, verbose_name="Acceptance confirmed")),
                        ("reason", models.TextField(blank=True, verbose_name="Reason")),
                        (
                            "accepted_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Acceptance confirmed by",
                            ),
                        ),
                        (
                            "agreement",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.agreement",
                                verbose_name="Agreement",
                            ),
                        ),
                        (
                            "company_accepted_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Accepted for the company by",
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="providers.institution",
                                verbose_name="Provider",
                            ),
                        ),
                        (
                            "submitted_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Submitted by",
                            ),
                        ),
                        ("accepted_won", portal.kit.won.WonField(null=True, verbose_name="Accepted (supply, VAT excluded)")),
                        (
                            "in_place_reason",
                            models.TextField(blank=True, verbose_name="Why the operating agency accepted in the company's place"),
                        ),
                        ("missing", models.TextField(blank=True, verbose_name="What is missing")),
                        (
                            "part_of",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.milestone",
                                verbose_name="Rest of the milestone",
                            ),
                        ),
                        ("planned_won", portal.kit.won.WonField(null=True, verbose_name="Planned (supply, VAT excluded)")),
                    ],
                    options={
                        "verbose_name": "milestone",
                        "verbose_name_plural": "milestones",
                        "ordering": ["number"],
                        "permissions": [
                            ("plan_milestones", "Plan milestones"),
                            ("submit_milestone", "Submit a milestone"),
                            ("accept_milestone", "Accept a milestone for the company"),
                            ("confirm_milestone", "Check a milestone for the operator"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("agreement", "number"), name="milestone_number_once"),
                            models.CheckConstraint(
                                condition=models.Q(("grant_won__lte", models.F("amount_won"))), name="milestone_grant_within"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "ACCEPTED"), _negated=True),
                                    models.Q(
                                        ("company_accepted_by__isnull", False),
                                        ("accepted_by__isnull", False),
                                        ("accepted_at__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="milestone_accepted_twice",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("accepted_by__isnull", True),
                                    models.Q(("accepted_by", models.F("company_accepted_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="milestone_four_eyes",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("accepted_won__isnull", True), ("missing", ""), ("planned_won__isnull", True)),
                                    models.Q(
                                        ("accepted_won__gt", 0),
                                        ("accepted_won__lt", models.F("amount_won")),
                                        ("planned_won__isnull", True),
                                        models.Q(("missing", ""), _negated=True),
                                    ),
                                    models.Q(
                                        ("accepted_won", models.F("amount_won")),
                                        ("planned_won__gt", models.F("amount_won")),
                                        ("status", "ACCEPTED"),
                                        models.Q(("missing", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="milestone_part_within",
                            ),
                        ],
                        "indexes": [models.Index(fields=["status", "due_on"], name="milestone_status_due")],
                    },
                ),
                migrations.CreateModel(
                    name="PlanWarning",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("needed_days", models.PositiveIntegerField(verbose_name="Working days still needed")),
                        ("left_days", models.IntegerField(verbose_name="Working days left")),
                        (
                            "limit",
                            models.CharField(
                                choices=[
                                    ("AGREEMENT_END", "End of the agreement"),
                                    ("YEAR_END", "Last day of payments of the year"),
                                ],
                                max_length=14,
                                verbose_name="Measured against",
                            ),
                        ),
                        ("relieved_at", models.DateTimeField(null=True, verbose_name="The plan fits again since")),
                        ("answer", models.TextField(blank=True, verbose_name="What is done about it")),
                        ("answered_at", models.DateTimeField(null=True, verbose_name="Answered at")),
                        (
                            "agreement",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.agreement",
                                verbose_name="Agreement",
                            ),
                        ),
                        (
                            "answered_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Answered by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "warning about a plan",
                        "verbose_name_plural": "warnings about plans",
                        "permissions": [("answer_warning", "Answer warnings about plans")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("relieved_at__isnull", True)), fields=("agreement",), name="plan_warning_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("needed_days__gt", models.F("left_days"))), name="plan_warning_too_long"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("answer", ""), ("answered_at__isnull", True), ("answered_by__isnull", True)),
                                    models.Q(
                                        models.Q(("answer", ""), _negated=True),
                                        ("answered_at__isnull", False),
                                        ("answered_by__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="plan_warning_answer_whole",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Settlement",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("OPEN", "To be stated by the company"),
                                    ("SUBMITTED", "Stated, under review"),
                                    ("SUPPLEMENT", "Supplement asked"),
                                    ("PROPOSED", "Amount proposed"),
                                    ("REFUND_DUE", "Amount fixed, refund due"),
                                    ("CLOSED", "Settled"),
                                ],
                                default="OPEN",
                                max_length=10,
                                verbose_name="State",
                            ),
                        ),
                        ("ended_on", models.DateField(verbose_name="Project ended on")),
                        ("due_on", models.DateField(verbose_name="Statement due on")),
                        ("needs_verification", models.BooleanField(verbose_name="External verification needed")),
                        ("interest_won", portal.kit.won.WonField(default=0, verbose_name="Interest earned")),
                        ("note", models.TextField(blank=True, verbose_name="Note of the company")),
                        ("submitted_at", models.DateTimeField(null=True, verbose_name="Stated at")),
                        ("reason", models.TextField(blank=True, verbose_name="Reason")),
                        ("paid_won", portal.kit.won.WonField(default=0, verbose_name="Paid by the voucher")),
                        ("released_won", portal.kit.won.WonField(default=0, verbose_name="Left in the voucher, given back")),
                        ("refund_won", portal.kit.won.WonField(default=0, verbose_name="To be paid back")),
                        ("proposed_at", models.DateTimeField(null=True, verbose_name="Proposed at")),
                        ("confirmed_at", models.DateTimeField(null=True, verbose_name="Fixed at")),
                        (
                            "agreement",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.agreement",
                                verbose_name="Agreement",
                            ),
                        ),
                        (
                            "company",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.company",
                                verbose_name="Company",
                            ),
                        ),
                        (
                            "confirmed_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Fixed by",
                            ),
                        ),
                        (
                            "interest_proof",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                                verbose_name="Proof of the interest",
                            ),
                        ),
                        (
                            "proposed_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Proposed by",
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.round",
                                verbose_name="Round",
                            ),
                        ),
                        (
                            "submitted_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Stated by",
                            ),
                        ),
                        (
                            "verification",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                                verbose_name="External verification report",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "settlement",
                        "verbose_name_plural": "settlements",
                        "permissions": [
                            ("state_settlement", "State what was used"),
                            ("review_settlement", "Review settlements and propose the amount"),
                            ("confirm_settlement", "Fix the amount of a settlement"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("confirmed_by__isnull", True),
                                    models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="settlement_four_eyes",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status__in", ["REFUND_DUE", "CLOSED"]), _negated=True),
                                    models.Q(
                                        ("confirmed_at__isnull", False),
                                        ("confirmed_by__isnull", False),
                                        ("proposed_by__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="settlement_fixed_whole",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("status__in", ["OPEN", "SUPPLEMENT"]),
                                    ("needs_verification", False),
                                    ("verification__isnull", False),
                                    _connector="OR",
                                ),
                                name="settlement_verified",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("status", "OPEN"),
                                    models.Q(("submitted_at__isnull", False), ("submitted_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="settlement_stated",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("interest_won", 0), ("interest_proof__isnull", False), _connector="OR"),
                                name="settlement_interest_proved",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "refund_won__lte",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("paid_won"), "+", models.F("interest_won")
                                        ),
                                    )
                                ),
                                name="settlement_refund_within_paid",
                            ),
                        ],
                        "indexes": [models.Index(fields=["status", "due_on"], name="settlement_status_due")],
                    },
                ),
                migrations.CreateModel(
                    name="Voucher",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("number", models.CharField(max_length=24, unique=True, verbose_name="Voucher number")),
                        ("grant_won", portal.kit.won.WonField()),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("ISSUED", "Issued"),
                                    ("SPENT", "Spent"),
                                    ("EXPIRED", "Expired"),
                                    ("CANCELLED", "Cancelled"),
                                ],
                                default="ISSUED",
                                max_length=10,
                                verbose_name="State",
                            ),
                        ),
                        ("issued_at", models.DateTimeField(verbose_name="Issued at")),
                        ("expires_on", models.DateField(verbose_name="Valid until")),
                        (
                            "agreement",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="voucher",
                                to="vouchers.agreement",
                                verbose_name="agreement",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "voucher",
                        "verbose_name_plural": "vouchers",
                    },
                ),
                migrations.CreateModel(
                    name="Debt",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("REFUND", "Refund of a settlement"),
                                    ("CLAWBACK", "Money ordered back"),
                                    ("SURCHARGE", "Surcharge"),
                                ],
                                max_length=10,
                                verbose_name="What is owed",
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("OPEN", "To be paid"),
                                    ("SUSPENDED", "Held back by an objection"),
                                    ("ENFORCED", "Handed over to be collected"),
                                    ("OVERPAID", "More was paid than is owed"),
                                    ("PAID", "Paid"),
                                    ("CANCELLED", "No longer owed"),
                                ],
                                default="OPEN",
                                max_length=10,
                                verbose_name="State",
                            ),
                        ),
                        ("principal_won", portal.kit.won.WonField(verbose_name="Principal")),
                        ("interest_won", portal.kit.won.WonField(default=0, verbose_name="Interest")),
                        ("charged_won", portal.kit.won.WonField(default=0, verbose_name="Late charge")),
                        ("due_on", models.DateField(verbose_name="Due on")),
                        ("suspended_on", models.DateField(null=True, verbose_name="Held back since")),
                        ("reason", models.TextField(blank=True, verbose_name="Reason")),
                        (
                            "agreement",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.agreement",
                                verbose_name="Agreement",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                                verbose_name="Owed by",
                            ),
                        ),
                        (
                            "settlement",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="debts",
                                to="vouchers.settlement",
                                verbose_name="settlement",
                            ),
                        ),
                        (
                            "clawback",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="debts",
                                to="vouchers.clawback",
                                verbose_name="clawback",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "debt",
                        "verbose_name_plural": "debts",
                        "permissions": [
                            ("report_receipt", "Report money that was paid back"),
                            ("confirm_receipt", "Confirm money that was paid back"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("kind", "REFUND")),
                                fields=("settlement", "organisation"),
                                name="debt_one_refund_each",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "SUSPENDED"), ("suspended_on__isnull", False)),
                                    models.Q(models.Q(("status", "SUSPENDED"), _negated=True), ("suspended_on__isnull", True)),
                                    _connector="OR",
                                ),
                                name="debt_suspended_pair",
                            ),
                            models.UniqueConstraint(fields=("clawback", "kind"), name="debt_one_of_a_clawback"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("clawback__isnull", True), ("kind", "REFUND"), ("settlement__isnull", False)),
                                    models.Q(
                                        models.Q(("kind", "REFUND"), _negated=True),
                                        ("clawback__isnull", False),
                                        ("settlement__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="debt_of_what",
                            ),
                        ],
                        "indexes": [models.Index(fields=["status", "due_on"], name="debt_status_due")],
                    },
                ),
                migrations.CreateModel(
                    name="Deliverable",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("submission", models.PositiveSmallIntegerField()),
                        ("note", models.CharField(blank=True, max_length=300)),
                        (
                            "document",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.document"
                            ),
                        ),
                        (
                            "milestone",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="deliverables", to="vouchers.milestone"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "deliverable",
                        "verbose_name_plural": "deliverables",
                    },
                ),
                migrations.CreateModel(
                    name="Disbursement",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("REQUESTED", "Requested by the provider"),
                                    ("COMPANY_CONFIRMED", "Confirmed by the company"),
                                    ("EVIDENCE_CHECKED", "Evidence checked"),
                                    ("RETURNED", "Returned"),
                                    ("APPROVED", "Approved"),
                                    ("REGISTERED", "Registered for payment"),
                                    ("PAID", "Paid"),
                                    ("FAILED", "Transfer failed"),
                                    ("SENT_BACK", "Money came back"),
                                    ("CLOSED", "Closed without payment"),
                                ],
                                default="REQUESTED",
                                max_length=18,
                                verbose_name="State",
                            ),
                        ),
                        ("amount_won", portal.kit.won.WonField(verbose_name="Paid by the voucher")),
                        ("supply_amount_won", portal.kit.won.WonField(verbose_name="Supply amount")),
                        ("vat_won", portal.kit.won.WonField(default=0, verbose_name="VAT, paid by the company")),
                        (
                            "tax_kind",
                            models.CharField(
                                choices=[("TAXABLE", "VAT 10%"), ("EXEMPT", "VAT exempt")],
                                default="TAXABLE",
                                max_length=8,
                                verbose_name="VAT",
                            ),
                        ),
                        ("invoice_no", models.CharField(max_length=40, verbose_name="Tax invoice number")),
                        ("invoice_on", models.DateField(verbose_name="Invoice date")),
                        ("own_share_deposited_on", models.DateField(null=True, verbose_name="Own share deposited on")),
                        ("checked_at", models.DateTimeField(null=True, verbose_name="Evidence checked at")),
                        ("approved_at", models.DateTimeField(null=True, verbose_name="Approved at")),
                        ("registered_at", models.DateTimeField(null=True, verbose_name="Registered for payment at")),
                        ("paid_at", models.DateTimeField(null=True, verbose_name="Paid at")),
                        ("reason", models.TextField(blank=True, verbose_name="Reason")),
                        (
                            "approved_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Approved by",
                            ),
                        ),
                        (
                            "checked_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Evidence checked by",
                            ),
                        ),
                        (
                            "confirmed_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Confirmed by",
                            ),
                        ),
                        (
                            "invoice_document",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                                verbose_name="Tax invoice",
                            ),
                        ),
                        (
                            "own_share_document",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                                verbose_name="Proof of the deposit",
                            ),
                        ),
                        (
                            "payee",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="providers.institution",
                                verbose_name="Payee",
                            ),
                        ),
                        (
                            "registered_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Registered by",
                            ),
                        ),
                        (
                            "requested_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Requested by",
                            ),
                        ),
                        (
                            "milestone",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.milestone",
                                verbose_name="Milestone",
                            ),
                        ),
                        (
                            "payee_account",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.payeeaccount",
                                verbose_name="Account of the payee",
                            ),
                        ),
                        (
                            "voucher",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.voucher",
                                verbose_name="Voucher",
                            ),
                        ),
                        (
                            "way",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("GATEWAY", "To the bank at once, each transfer by itself"),
                                    ("PAIN_001", "To the bank in a file (ISO 20022 pain.001)"),
                                    ("SHEET", "To the bank in its bulk-transfer spreadsheet"),
                                    ("NETWORK", "Registered in the subsidy network, which pays"),
                                ],
                                default="",
                                max_length=10,
                                verbose_name="How it is handed over",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("MILESTONE", "For an accepted milestone"), ("ADVANCE", "Advance")],
                                default="MILESTONE",
                                max_length=9,
                                verbose_name="Tranche",
                            ),
                        ),
                        ("netted_won", portal.kit.won.WonField(default=0, verbose_name="Netted with the advance")),
                    ],
                    options={
                        "verbose_name": "disbursement",
                        "verbose_name_plural": "disbursements",
                        "permissions": [
                            ("request_disbursement", "Request a disbursement"),
                            ("confirm_disbursement", "Confirm a disbursement for the company"),
                            ("check_evidence", "Check evidence"),
                            ("approve_disbursement", "Approve a disbursement"),
                            ("register_disbursement", "Register a payment"),
                            ("unregister_disbursement", "Take the registration of a payment back"),
                            ("resolve_attempt", "Resolve a parked payment"),
                        ],
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("amount_won__gt", 0)), name="disbursement_amount"),
                            models.UniqueConstraint(fields=("payee", "invoice_no"), name="disbursement_invoice_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("registered_by__isnull", True),
                                    models.Q(("registered_by", models.F("approved_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="disbursement_registrar_not_approver",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("approved_by__isnull", True),
                                    models.Q(("approved_by", models.F("checked_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="disbursement_approver_not_checker",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status__in", ["APPROVED", "REGISTERED", "PAID"]), _negated=True),
                                    models.Q(
                                        ("approved_by__isnull", False),
                                        ("approved_at__isnull", False),
                                        ("confirmed_by__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="disbursement_approved_whole",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status__in", ["REGISTERED", "PAID"]), _negated=True),
                                    ("registered_by__isnull", False),
                                    _connector="OR",
                                ),
                                name="disbursement_registered_whole",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("paid_at__isnull", False), ("status", "PAID")),
                                    models.Q(models.Q(("status", "PAID"), _negated=True), ("paid_at__isnull", True)),
                                    _connector="OR",
                                ),
                                name="disbursement_paid_pair",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status__in", ["REGISTERED", "PAID", "FAILED"]), _negated=True),
                                    models.Q(("way", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="disbursement_registered_way",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        (
                                            "status__in",
                                            ["REQUESTED", "COMPANY_CONFIRMED", "EVIDENCE_CHECKED", "SENT_BACK", "APPROVED"],
                                        ),
                                        _negated=True,
                                    ),
                                    models.Q(("registered_at__isnull", True), ("registered_by__isnull", True)),
                                    _connector="OR",
                                ),
                                name="disbursement_not_registered",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("status__in", ["REQUESTED", "COMPANY_CONFIRMED", "EVIDENCE_CHECKED", "SENT_BACK"]),
                                        _negated=True,
                                    ),
                                    models.Q(("approved_at__isnull", True), ("approved_by__isnull", True)),
                                    _connector="OR",
                                ),
                                name="disbursement_not_approved",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "amount_won__lte",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("supply_amount_won"), "-", models.F("netted_won")
                                        ),
                                    )
                                ),
                                name="disbursement_within_supply",
                            ),
                            models.UniqueConstraint(fields=("milestone", "kind"), name="disbursement_one_per_milestone"),
                            models.UniqueConstraint(
                                condition=models.Q(("kind", "ADVANCE")),
                                fields=("voucher", "payee"),
                                name="disbursement_one_advance",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("kind", "ADVANCE"), ("netted_won__gt", 0), _negated=True),
                                name="disbursement_advance_nets_nothing",
                            ),
                        ],
                        "indexes": [models.Index(fields=["status", "updated_at"], name="disbursement_status")],
                    },
                ),
                migrations.CreateModel(
                    name="FinalScore",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("points", models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name="Points")),
                        ("good_faith", models.BooleanField(null=True, verbose_name="Work was done in good faith")),
                        ("opinion", models.TextField(blank=True, verbose_name="Opinion on the project")),
                        ("handed_in_at", models.DateTimeField(null=True, verbose_name="Handed in")),
                        (
                            "evaluation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="scores",
                                to="vouchers.finalevaluation",
                                verbose_name="final evaluation",
                            ),
                        ),
                        (
                            "grader",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Grader",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "grade of an evaluator",
                        "verbose_name_plural": "grades of evaluators",
                        "constraints": [
                            models.UniqueConstraint(fields=("evaluation", "grader"), name="final_score_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("good_faith__isnull", True),
                                        ("handed_in_at__isnull", True),
                                        ("opinion", ""),
                                        ("points__isnull", True),
                                    ),
                                    models.Q(
                                        ("good_faith__isnull", False),
                                        ("handed_in_at__isnull", False),
                                        ("points__gte", 0),
                                        ("points__lte", 100),
                                        models.Q(("opinion", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="final_score_whole",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Indicator",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("position", models.PositiveSmallIntegerField(verbose_name="Number")),
                        ("name", models.CharField(max_length=80, verbose_name="Indicator")),
                        ("unit", models.CharField(blank=True, max_length=20, verbose_name="Unit")),
                        (
                            "sense",
                            models.CharField(
                                choices=[("AT_LEAST", "or more"), ("AT_MOST", "or less")],
                                default="AT_LEAST",
                                max_length=8,
                                verbose_name="Kept with the target",
                            ),
                        ),
                        ("target", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="Target")),
                        (
                            "milestone",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="indicators",
                                to="vouchers.milestone",
                                verbose_name="milestone",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "promised indicator",
                        "verbose_name_plural": "promised indicators",
                        "ordering": ["position"],
                        "constraints": [
                            models.UniqueConstraint(fields=("milestone", "position"), name="indicator_position_once"),
                            models.UniqueConstraint(fields=("milestone", "name"), name="indicator_name_once"),
                            models.CheckConstraint(condition=models.Q(("target__gt", 0)), name="indicator_target_above_zero"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SettlementLine",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("position", models.PositiveSmallIntegerField(verbose_name="Number")),
                        ("description", models.CharField(max_length=200, verbose_name="What")),
                        ("agreed_won", portal.kit.won.WonField(verbose_name="Agreed (VAT excluded)")),
                        ("grant_won", portal.kit.won.WonField(default=0, verbose_name="Used of the grant")),
                        ("own_cash_won", portal.kit.won.WonField(default=0, verbose_name="Own cash used")),
                        ("in_kind_won", portal.kit.won.WonField(default=0, verbose_name="Own contribution in kind")),
                        ("vat_won", portal.kit.won.WonField(default=0, verbose_name="VAT")),
                        (
                            "verdict",
                            models.CharField(
                                choices=[
                                    ("OPEN", "Not looked at yet"),
                                    ("RECOGNISED", "Recognised as used"),
                                    ("DISALLOWED", "Disallowed in whole or in part"),
                                ],
                                default="OPEN",
                                max_length=10,
                                verbose_name="Judged",
                            ),
                        ),
                        ("disallowed_won", portal.kit.won.WonField(default=0, verbose_name="Disallowed")),
                        (
                            "ground",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("NO_EVIDENCE", "No sufficient evidence"),
                                    ("NOT_ELIGIBLE", "Not a cost of the project"),
                                    ("OUT_OF_PERIOD", "Outside the agreement's period"),
                                    ("OVER_AGREED", "More than the agreement has"),
                                    ("TWICE", "Claimed twice"),
                                    ("OTHER", "Another reason"),
                                ],
                                max_length=14,
                                verbose_name="Why disallowed",
                            ),
                        ),
                        ("note", models.TextField(blank=True, verbose_name="Remark")),
                        (
                            "owed_by",
                            models.CharField(
                                choices=[("COMPANY", "Company"), ("PAYEE", "Provider that was paid")],
                                default="COMPANY",
                                max_length=7,
                                verbose_name="Owed by",
                            ),
                        ),
                        (
                            "agreement_line",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.agreementline",
                            ),
                        ),
                        (
                            "judged_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Judged by",
                            ),
                        ),
                        (
                            "payee",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="providers.institution",
                                verbose_name="Paid to",
                            ),
                        ),
                        (
                            "proof",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                                verbose_name="Evidence",
                            ),
                        ),
                        (
                            "settlement",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="lines",
                                to="vouchers.settlement",
                                verbose_name="settlement",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "line of a settlement",
                        "verbose_name_plural": "lines of settlements",
                        "ordering": ["position"],
                        "constraints": [
                            models.UniqueConstraint(fields=("settlement", "position"), name="settlement_line_position"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "disallowed_won__lte",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("grant_won"), "+", models.F("own_cash_won")
                                        ),
                                    )
                                ),
                                name="settlement_line_disallowed_within",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("disallowed_won__gt", 0),
                                        ("verdict", "DISALLOWED"),
                                        models.Q(("ground", ""), _negated=True),
                                    ),
                                    models.Q(
                                        models.Q(("verdict", "DISALLOWED"), _negated=True), ("disallowed_won", 0), ("ground", "")
                                    ),
                                    _connector="OR",
                                ),
                                name="settlement_line_disallowed_for",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("judged_by__isnull", True), ("verdict", "OPEN")),
                                    models.Q(models.Q(("verdict", "OPEN"), _negated=True), ("judged_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="settlement_line_judged_pair",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("agreement_line__isnull", False), ("in_kind_won", 0)),
                                    models.Q(
                                        ("agreement_line__isnull", True), ("grant_won", 0), ("own_cash_won", 0), ("vat_won", 0)
                                    ),
                                    _connector="OR",
                                ),
                                name="settlement_line_in_kind_apart",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SiteParticipation",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("INVITED", "Asked to take part"),
                                    ("JOINED", "Takes part"),
                                    ("OPTED_OUT", "Own review"),
                                    ("ADOPTED", "Joint result adopted"),
                                    ("ADOPTED_WITH_LOCAL_CONDITION", "Adopted with a local condition"),
                                    ("OBJECTED", "Objected, own review"),
                                ],
                                default="INVITED",
                                max_length=30,
                                verbose_name="State",
                            ),
                        ),
                        ("reason", models.TextField(blank=True, verbose_name="Reason")),
                        ("due_at", models.DateTimeField(null=True, verbose_name="Due on")),
                        ("decided_at", models.DateTimeField(null=True)),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Decided by",
                            ),
                        ),
                        (
                            "joint",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="sites", to="vouchers.jointreview"
                            ),
                        ),
                        (
                            "request",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT, related_name="site", to="vouchers.accessrequest"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "site of a joint DRB",
                        "verbose_name_plural": "sites of a joint DRB",
                    },
                ),
                migrations.CreateModel(
                    name="SubmittedDossier",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("number", models.PositiveSmallIntegerField(verbose_name="Version")),
                        ("body", models.JSONField()),
                        ("content_hash", models.CharField(max_length=64, verbose_name="Content hash (SHA-256)")),
                        (
                            "request",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="dossiers", to="vouchers.accessrequest"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "submitted dossier",
                        "verbose_name_plural": "submitted dossiers",
                        "ordering": ["number"],
                        "constraints": [models.UniqueConstraint(fields=("request", "number"), name="submitted_dossier_once")],
                    },
                ),
                migrations.CreateModel(
                    name="DataReview",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "mode",
                            models.CharField(
                                choices=[
                                    ("INSTITUTION", "Institution's DRB"),
                                    ("SHARED", "Shared DRB"),
                                    ("JOINT", "Joint DRB"),
                                    ("INTEGRATED_IRB_DRB", "Integrated IRB–DRB committee"),
                                    ("RECOGNISED", "Another institution's result recognised"),
                                    ("WAIVED", "Waived as of the same type"),
                                ],
                                default="INSTITUTION",
                                max_length=20,
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("NOT_STARTED", "Not started"),
                                    ("RECEIVED", "Papers received"),
                                    ("SUPPLEMENT", "Supplement requested"),
                                    ("UNDER_REVIEW", "Under review"),
                                    ("JOINT_PENDING", "Waiting for the joint DRB"),
                                    ("LETTER_FILED", "Outside letter filed, to be confirmed"),
                                    ("APPROVED", "Approved"),
                                    ("RECOGNISED", "Recognised"),
                                    ("WAIVED", "Waived"),
                                    ("REFUSED", "Refused by a board"),
                                ],
                                default="NOT_STARTED",
                                max_length=14,
                                verbose_name="State",
                            ),
                        ),
                        ("board_name", models.CharField(blank=True, max_length=160, verbose_name="Deciding board")),
                        ("number", models.CharField(blank=True, max_length=60, verbose_name="Decision number")),
                        ("decided_on", models.DateField(null=True, verbose_name="Decided on")),
                        ("conditions", models.TextField(blank=True, verbose_name="Conditions")),
                        ("reason", models.TextField(blank=True, verbose_name="Reason")),
                        ("findings", models.JSONField(default=dict)),
                        ("started_at", models.DateTimeField(null=True, verbose_name="Review started")),
                        ("due_at", models.DateTimeField(null=True, verbose_name="Due on")),
                        ("closed_at", models.DateTimeField(null=True)),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Decided by",
                            ),
                        ),
                        (
                            "document",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                                verbose_name="Decision letter",
                            ),
                        ),
                        (
                            "request",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="data_review",
                                to="vouchers.accessrequest",
                            ),
                        ),
                        ("paused_at", models.DateTimeField(null=True)),
                        ("paused_days", models.PositiveIntegerField(default=0)),
                        (
                            "dossier",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.submitteddossier",
                                verbose_name="Dossier decided on",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "data review (DRB)",
                        "verbose_name_plural": "data reviews (DRB)",
                        "permissions": [("decide_drb", "Enter and confirm DRB decisions")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status__in", ["APPROVED", "RECOGNISED", "WAIVED"]), _negated=True),
                                    models.Q(
                                        models.Q(("number", ""), _negated=True),
                                        ("decided_on__isnull", False),
                                        ("document__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="drb_decision_has_number_and_file",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="EthicsReview",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("INSTITUTION", "Institution's IRB"),
                                    ("SHARED", "Shared IRB"),
                                    ("SINGLE", "Single IRB of the lead institution"),
                                ],
                                default="INSTITUTION",
                                max_length=12,
                            ),
                        ),
                        (
                            "route",
                            models.CharField(
                                choices=[("EXEMPTION", "Exemption"), ("EXPEDITED", "Expedited"), ("FULL", "Full board")],
                                default="EXEMPTION",
                                max_length=10,
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("NOT_STARTED", "Not started"),
                                    ("UNDER_REVIEW", "Under review"),
                                    ("REVISE", "Revision requested"),
                                    ("LETTER_FILED", "Outside letter filed, to be confirmed"),
                                    ("EXEMPTION_CONFIRMED", "Exemption confirmed"),
                                    ("APPROVED", "Approved"),
                                    ("DISAPPROVED", "Disapproved"),
                                    ("EXPIRED", "Expired"),
                                ],
                                default="NOT_STARTED",
                                max_length=20,
                                verbose_name="State",
                            ),
                        ),
                        ("board_name", models.CharField(blank=True, max_length=160, verbose_name="Deciding board")),
                        ("number", models.CharField(blank=True, max_length=60, verbose_name="Decision number")),
                        ("decided_on", models.DateField(null=True, verbose_name="Decided on")),
                        ("valid_from", models.DateField(null=True, verbose_name="Valid from")),
                        ("valid_to", models.DateField(null=True, verbose_name="Valid until")),
                        ("conditions", models.TextField(blank=True, verbose_name="Conditions")),
                        ("reason", models.TextField(blank=True, verbose_name="Reason")),
                        ("started_at", models.DateTimeField(null=True, verbose_name="Review started")),
                        ("due_at", models.DateTimeField(null=True, verbose_name="Due on")),
                        ("closed_at", models.DateTimeField(null=True)),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Decided by",
                            ),
                        ),
                        (
                            "document",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                                verbose_name="Decision letter",
                            ),
                        ),
                        (
                            "request",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT, related_name="ethics", to="vouchers.accessrequest"
                            ),
                        ),
                        ("paused_at", models.DateTimeField(null=True)),
                        ("paused_days", models.PositiveIntegerField(default=0)),
                        (
                            "dossier",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.submitteddossier",
                                verbose_name="Dossier decided on",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "ethics review (IRB)",
                        "verbose_name_plural": "ethics reviews (IRB)",
                        "permissions": [("decide_ethics", "Enter and confirm IRB decisions")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status__in", ["EXEMPTION_CONFIRMED", "APPROVED"]), _negated=True),
                                    models.Q(
                                        models.Q(("number", ""), _negated=True),
                                        ("decided_on__isnull", False),
                                        ("document__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="ethics_decision_has_number_and_file",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Figure",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("submission", models.PositiveSmallIntegerField(verbose_name="Submission")),
                        ("value", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="Reached")),
                        (
                            "indicator",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="figures",
                                to="vouchers.indicator",
                                verbose_name="promised indicator",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "figure of a submission",
                        "verbose_name_plural": "figures of submissions",
                        "constraints": [
                            models.UniqueConstraint(fields=("indicator", "submission"), name="figure_once"),
                            models.CheckConstraint(condition=models.Q(("value__gte", 0)), name="figure_not_negative"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Guarantee",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("issuer", models.CharField(max_length=120, verbose_name="Issued by")),
                        ("number", models.CharField(max_length=60, verbose_name="Number of the guarantee")),
                        ("amount_won", portal.kit.won.WonField(verbose_name="Amount guaranteed")),
                        ("valid_until", models.DateField(verbose_name="Valid until")),
                        (
                            "disbursement",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="guarantee",
                                to="vouchers.disbursement",
                                verbose_name="Disbursement",
                            ),
                        ),
                        (
                            "document",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                                verbose_name="Guarantee",
                            ),
                        ),
                        (
                            "filed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Filed by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "guarantee of an advance",
                        "verbose_name_plural": "guarantees of advances",
                        "constraints": [
                            models.UniqueConstraint(fields=("issuer", "number"), name="guarantee_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount_won__gt", 0),
                                    models.Q(("issuer", ""), _negated=True),
                                    models.Q(("number", ""), _negated=True),
                                ),
                                name="guarantee_whole",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PaymentAttempt",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("key", models.CharField(max_length=35, unique=True, verbose_name="Reference")),
                        ("amount_won", portal.kit.won.WonField(verbose_name="Paid by the voucher")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("CLAIMED", "Claimed, not sent yet"),
                                    ("SENT", "Sent, no answer yet"),
                                    ("UNKNOWN", "Outcome unknown"),
                                    ("PAID", "Paid"),
                                    ("REFUSED", "Transfer refused"),
                                    ("SENT_BACK", "Money came back"),
                                    ("PARKED", "Waiting for a person"),
                                ],
                                default="CLAIMED",
                                max_length=10,
                                verbose_name="State",
                            ),
                        ),
                        ("claimed_at", models.DateTimeField(verbose_name="Attempt begun")),
                        ("sent_at", models.DateTimeField(null=True, verbose_name="Handed over at")),
                        ("settled_at", models.DateTimeField(null=True, verbose_name="Settled")),
                        ("bank_ref", models.CharField(blank=True, max_length=60, verbose_name="Reference of the transfer")),
                        ("answer", models.CharField(blank=True, max_length=300, verbose_name="What was answered")),
                        ("reason", models.TextField(blank=True, verbose_name="Reason")),
                        (
                            "disbursement",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="attempts",
                                to="vouchers.disbursement",
                                verbose_name="Disbursement",
                            ),
                        ),
                        (
                            "resolved_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Settled by",
                            ),
                        ),
                        (
                            "approved_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Approved by",
                            ),
                        ),
                        (
                            "registered_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Registered by",
                            ),
                        ),
                        (
                            "explained_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Explained by",
                            ),
                        ),
                        ("shown_back_at", models.DateTimeField(null=True, verbose_name="Return shown by the record")),
                        (
                            "withdrawn_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Statement withdrawn by",
                            ),
                        ),
                        (
                            "account",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.payeeaccount",
                                verbose_name="Account of the payee",
                            ),
                        ),
                        (
                            "paid_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Handed over by",
                            ),
                        ),
                        (
                            "file",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="lines",
                                to="vouchers.paymentfile",
                                verbose_name="Payment file",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "payment attempt",
                        "verbose_name_plural": "payment attempts",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ["CLAIMED", "SENT", "UNKNOWN", "PARKED", "PAID"])),
                                fields=("disbursement",),
                                name="attempt_one_live",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("shown_back_at__isnull", True), ("state", "SENT_BACK"), _connector="OR"),
                                name="attempt_shown_back_is_sent_back",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("file__isnull", True), ("paid_by__isnull", True)),
                                    models.Q(("file__isnull", False), ("paid_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="attempt_file_pair",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("paid_by__isnull", True),
                                    models.Q(
                                        models.Q(("paid_by", models.F("approved_by")), _negated=True),
                                        models.Q(("paid_by", models.F("registered_by")), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="attempt_payer_did_not_release",
                            ),
                        ],
                        "indexes": [models.Index(fields=["state", "claimed_at"], name="attempt_state")],
                    },
                ),
                migrations.CreateModel(
                    name="Receipt",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("is_repayment", models.BooleanField(default=False, verbose_name="Paid back to who owed it")),
                        ("amount_won", portal.kit.won.WonField(verbose_name="Amount")),
                        ("received_on", models.DateField(verbose_name="Paid on")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("REPORTED", "Reported, to be checked"),
                                    ("CONFIRMED", "Arrived"),
                                    ("REJECTED", "Not found on the account"),
                                ],
                                default="REPORTED",
                                max_length=9,
                                verbose_name="State",
                            ),
                        ),
                        ("principal_won", portal.kit.won.WonField(default=0, verbose_name="Principal")),
                        ("interest_won", portal.kit.won.WonField(default=0, verbose_name="Interest")),
                        ("late_won", portal.kit.won.WonField(default=0, verbose_name="Late charge")),
                        ("charged_won", portal.kit.won.WonField(default=0, verbose_name="Late charge that it brought")),
                        ("decided_at", models.DateTimeField(null=True, verbose_name="Checked at")),
                        ("reason", models.TextField(blank=True, verbose_name="Reason")),
                        (
                            "debt",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="receipts",
                                to="vouchers.debt",
                                verbose_name="debt",
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Checked by",
                            ),
                        ),
                        (
                            "proof",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                                verbose_name="Proof",
                            ),
                        ),
                        (
                            "reported_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Reported by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "receipt",
                        "verbose_name_plural": "receipts",
                        "ordering": ["-created_at", "-id"],
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("amount_won__gt", 0)), name="receipt_amount"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("decided_by__isnull", True),
                                    models.Q(("decided_by", models.F("reported_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="receipt_four_eyes",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("decided_at__isnull", True),
                                        ("decided_by__isnull", True),
                                        ("interest_won", 0),
                                        ("late_won", 0),
                                        ("principal_won", 0),
                                        ("status", "REPORTED"),
                                    ),
                                    models.Q(
                                        ("decided_at__isnull", False),
                                        ("decided_by__isnull", False),
                                        ("interest_won", 0),
                                        ("late_won", 0),
                                        ("principal_won", 0),
                                        ("status", "REJECTED"),
                                    ),
                                    models.Q(
                                        (
                                            "amount_won",
                                            django.db.models.expressions.CombinedExpression(
                                                django.db.models.expressions.CombinedExpression(
                                                    models.F("principal_won"), "+", models.F("interest_won")
                                                ),
                                                "+",
                                                models.F("late_won"),
                                            ),
                                        ),
                                        ("decided_at__isnull", False),
                                        ("decided_by__isnull", False),
                                        ("status", "CONFIRMED"),
                                    ),
                                    _connector="OR",
                                ),
                                name="receipt_shared_whole",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AgreementParty",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "role",
                            models.CharField(
                                choices=[("OPERATOR", "Operating agency"), ("COMPANY", "Company"), ("PROVIDER", "Provider")],
                                max_length=10,
                                verbose_name="Role",
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0)),
                        ("signed_at", models.DateTimeField(null=True, verbose_name="Signed at")),
                        ("signed_hash", models.CharField(blank=True, max_length=64, verbose_name="Signed hash")),
                        (
                            "agreement",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="parties", to="vouchers.agreement"
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="providers.institution",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organisation",
                                verbose_name="Organisation",
                            ),
                        ),
                        (
                            "signed_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Signed by",
                            ),
                        ),
                        (
                            "contact",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Contact person",
                            ),
                        ),
                        (
                            "left_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.agreementchange",
                                verbose_name="Left by the change",
                            ),
                        ),
                        (
                            "authority",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.signingauthority",
                                verbose_name="Signed by authority of",
                            ),
                        ),
                        ("refusal", models.TextField(blank=True, verbose_name="Reason of the refusal")),
                        ("refused_at", models.DateTimeField(null=True, verbose_name="Refused at")),
                        (
                            "refused_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Refused by",
                            ),
                        ),
                        (
                            "joined_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.agreementchange",
                                verbose_name="Joined by the change",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "party",
                        "verbose_name_plural": "parties",
                        "ordering": ["position", "id"],
                        "constraints": [
                            models.UniqueConstraint(fields=("agreement", "organisation"), name="agreement_party_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("signed_at__isnull", True), ("signed_by__isnull", True), ("signed_hash", "")),
                                    models.Q(
                                        ("signed_at__isnull", False),
                                        ("signed_by__isnull", False),
                                        models.Q(("signed_hash", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="agreement_party_signature_whole",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("refusal", ""), ("refused_at__isnull", True), ("refused_by__isnull", True)),
                                    models.Q(
                                        ("refused_at__isnull", False),
                                        ("refused_by__isnull", False),
                                        ("role", "PROVIDER"),
                                        ("signed_at__isnull", True),
                                        models.Q(("refusal", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="agreement_party_refusal_whole",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AgreementHalt",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("number", models.PositiveSmallIntegerField(verbose_name="Number")),
                        (
                            "kind",
                            models.CharField(
                                choices=[("SUSPENSION", "Suspension"), ("TERMINATION", "Termination")],
                                max_length=11,
                                verbose_name="What is asked",
                            ),
                        ),
                        (
                            "way",
                            models.CharField(
                                choices=[("CONSENT", "By consent of every party"), ("FAULT", "For a party's fault")],
                                max_length=7,
                                verbose_name="In which way",
                            ),
                        ),
                        (
                            "ground",
                            models.CharField(
                                choices=[
                                    ("NO_DATA", "The data cannot be provided"),
                                    ("REVIEW_REFUSED", "The IRB or the DRB refused the use"),
                                    ("PURPOSE_LOST", "The project has lost its purpose"),
                                    ("INSPECTION", "Facts are being examined"),
                                    ("NOT_PERFORMED", "The agreement is not performed"),
                                    ("BUSINESS_ENDED", "Business closed or insolvent"),
                                    ("DATA_MISUSE", "Pseudonymised data not protected"),
                                    ("OTHER_USE", "Money used for another purpose"),
                                    ("FALSE_CLAIM", "Applied for or received by false statements"),
                                ],
                                max_length=14,
                                verbose_name="Ground for it",
                            ),
                        ),
                        ("statement", models.TextField(verbose_name="Facts of the case")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("PROPOSED", "Waits for everybody's consent"),
                                    ("NOTICED", "Notice given, opinions are heard"),
                                    ("EXECUTED", "Carried out"),
                                    ("DISMISSED", "Not carried out"),
                                    ("WITHDRAWN", "Taken back"),
                                ],
                                max_length=9,
                                verbose_name="State",
                            ),
                        ),
                        ("figures", models.JSONField(verbose_name="Consequences")),
                        ("released_won", portal.kit.won.WonField(default=0, verbose_name="To be released")),
                        ("content_hash", models.CharField(max_length=64, verbose_name="Content hash (SHA-256)")),
                        ("opinion_until", models.DateField(null=True, verbose_name="Opinions until")),
                        ("decided_at", models.DateTimeField(null=True, verbose_name="Decided at")),
                        ("executed_at", models.DateTimeField(null=True, verbose_name="Carried out at")),
                        ("resumed_at", models.DateTimeField(null=True, verbose_name="Resumed at")),
                        ("answer", models.TextField(blank=True, verbose_name="Reason of the decision")),
                        (
                            "agreement",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="halts",
                                to="vouchers.agreement",
                                verbose_name="agreement",
                            ),
                        ),
                        (
                            "asked_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Asked by",
                            ),
                        ),
                        (
                            "asked_for",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.agreementparty",
                                verbose_name="Asked for by the party",
                            ),
                        ),
                        (
                            "at_fault",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.agreementparty",
                                verbose_name="Party at fault",
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Decided by",
                            ),
                        ),
                        (
                            "released",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.ledgerevent",
                                verbose_name="Release in the ledger",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "suspension or termination",
                        "verbose_name_plural": "suspensions and terminations",
                        "ordering": ["agreement", "number"],
                        "permissions": [
                            ("request_halt", "Ask to suspend or terminate an agreement by consent"),
                            ("decide_halt", "Decide about suspensions and terminations"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("agreement", "number"), name="agreement_halt_number"),
                            models.UniqueConstraint(
                                condition=models.Q(("status__in", ["PROPOSED", "NOTICED"])),
                                fields=("agreement",),
                                name="agreement_halt_one_open",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("at_fault__isnull", True), ("opinion_until__isnull", True), ("way", "CONSENT")),
                                    models.Q(("at_fault__isnull", False), ("opinion_until__isnull", False), ("way", "FAULT")),
                                    _connector="OR",
                                ),
                                name="agreement_halt_fault_whole",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("decided_by__isnull", True),
                                    models.Q(("decided_by", models.F("asked_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="agreement_halt_four_eyes",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status__in", ["EXECUTED", "DISMISSED"]), ("way", "FAULT"), _negated=True),
                                    models.Q(
                                        ("decided_at__isnull", False),
                                        ("decided_by__isnull", False),
                                        models.Q(("answer", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="agreement_halt_decided_whole",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("executed_at__isnull", False), ("status", "EXECUTED")),
                                    models.Q(models.Q(("status", "EXECUTED"), _negated=True), ("executed_at__isnull", True)),
                                    _connector="OR",
                                ),
                                name="agreement_halt_executed_pair",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("released__isnull", False), ("released_won__gt", 0), ("status", "EXECUTED")),
                                    models.Q(
                                        models.Q(("released_won__gt", 0), ("status", "EXECUTED"), _negated=True),
                                        ("released__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="agreement_halt_released_as_shown",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("resumed_at__isnull", True),
                                    models.Q(("kind", "SUSPENSION"), ("status", "EXECUTED")),
                                    _connector="OR",
                                ),
                                name="agreement_halt_resumed",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("statement", ""), _negated=True), name="agreement_halt_has_facts"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Finding",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("position", models.PositiveSmallIntegerField(verbose_name="Number")),
                        ("text", models.TextField(verbose_name="What was found")),
                        ("due_on", models.DateField(verbose_name="Due on")),
                        (
                            "status",
                            models.CharField(
                                choices=[("OPEN", "To be answered"), ("ANSWERED", "Answer handed in"), ("CLOSED", "Settled")],
                                default="OPEN",
                                max_length=10,
                                verbose_name="State",
                            ),
                        ),
                        ("answer", models.TextField(blank=True, verbose_name="What was done")),
                        ("answered_at", models.DateTimeField(null=True, verbose_name="Answered at")),
                        ("closed_at", models.DateTimeField(null=True, verbose_name="Settled at")),
                        ("reason", models.TextField(blank=True, verbose_name="Reason")),
                        (
                            "answered_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Answered by",
                            ),
                        ),
                        (
                            "closed_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Settled by",
                            ),
                        ),
                        (
                            "document",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                                verbose_name="Proof",
                            ),
                        ),
                        (
                            "party",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.agreementparty",
                                verbose_name="Party",
                            ),
                        ),
                        (
                            "inspection",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="findings",
                                to="vouchers.inspection",
                                verbose_name="inspection",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "finding",
                        "verbose_name_plural": "findings",
                        "ordering": ["position"],
                        "constraints": [
                            models.UniqueConstraint(fields=("inspection", "position"), name="finding_position_once"),
                            models.CheckConstraint(
                                condition=models.Q(("text", ""), _negated=True), name="finding_says_something"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("status", "OPEN"),
                                    models.Q(
                                        models.Q(("answer", ""), _negated=True),
                                        ("answered_at__isnull", False),
                                        ("answered_by__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="finding_answered_whole",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("closed_at__isnull", False), ("closed_by__isnull", False), ("status", "CLOSED")),
                                    models.Q(
                                        models.Q(("status", "CLOSED"), _negated=True),
                                        ("closed_at__isnull", True),
                                        ("closed_by__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="finding_closed_whole",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HaltConsent",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("signed_at", models.DateTimeField(verbose_name="Signed at")),
                        ("signed_hash", models.CharField(max_length=64, verbose_name="Signed hash")),
                        (
                            "halt",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="consents", to="vouchers.agreementhalt"
                            ),
                        ),
                        (
                            "party",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.agreementparty"
                            ),
                        ),
                        (
                            "signed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Signed by",
                            ),
                        ),
                        (
                            "authority",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.signingauthority",
                                verbose_name="Signed by authority of",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "consent to a suspension or termination",
                        "verbose_name_plural": "consents to suspensions and terminations",
                        "ordering": ["signed_at", "id"],
                        "constraints": [
                            models.UniqueConstraint(fields=("halt", "party", "signed_hash"), name="halt_consent_once"),
                            models.UniqueConstraint(fields=("halt", "signed_by", "signed_hash"), name="halt_consent_one_hand"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HaltOpinion",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("text", models.TextField(verbose_name="Opinion")),
                        (
                            "given_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Written by",
                            ),
                        ),
                        (
                            "halt",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="opinions", to="vouchers.agreementhalt"
                            ),
                        ),
                        (
                            "party",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.agreementparty",
                                verbose_name="Party",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "opinion on a suspension or termination",
                        "verbose_name_plural": "opinions on suspensions and terminations",
                        "ordering": ["created_at", "id"],
                        "constraints": [
                            models.UniqueConstraint(fields=("halt", "party"), name="halt_opinion_once"),
                            models.CheckConstraint(
                                condition=models.Q(("text", ""), _negated=True), name="halt_opinion_says_something"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HaltRecovery",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("amount_won", portal.kit.won.WonField(verbose_name="To be paid back")),
                        ("recovered_won", portal.kit.won.WonField(default=0, verbose_name="Paid back")),
                        (
                            "halt",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="recoveries",
                                to="vouchers.agreementhalt",
                            ),
                        ),
                        (
                            "party",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.agreementparty",
                                verbose_name="Party",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "recovery after a termination",
                        "verbose_name_plural": "recoveries after terminations",
                        "ordering": ["id"],
                        "constraints": [
                            models.UniqueConstraint(fields=("halt", "party"), name="halt_recovery_once"),
                            models.CheckConstraint(condition=models.Q(("amount_won__gt", 0)), name="halt_recovery_amount"),
                            models.CheckConstraint(
                                condition=models.Q(("recovered_won__lte", models.F("amount_won"))), name="halt_recovery_within"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AgreementVersion",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("number", models.PositiveSmallIntegerField(verbose_name="Version")),
                        ("body", models.JSONField()),
                        ("content_hash", models.CharField(max_length=64, verbose_name="Content hash (SHA-256)")),
                        ("previous_hash", models.CharField(max_length=64, verbose_name="Hash of the version before")),
                        (
                            "agreement",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="vouchers.agreement"
                            ),
                        ),
                        (
                            "document",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.document"
                            ),
                        ),
                        (
                            "change",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="amended",
                                to="vouchers.agreementchange",
                                verbose_name="Change",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "agreement version",
                        "verbose_name_plural": "agreement versions",
                        "ordering": ["number"],
                        "constraints": [models.UniqueConstraint(fields=("agreement", "number"), name="agreement_version_once")],
                    },
                ),
                migrations.CreateModel(
                    name="AgreementChange",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("number", models.PositiveSmallIntegerField(verbose_name="Number")),
                        (
                            "kind",
                            models.CharField(
                                choices=[("MAJOR", "Major change"), ("MINOR", "Minor change")],
                                max_length=5,
                                verbose_name="Class of the change",
                            ),
                        ),
                        ("parts", models.JSONField(default=list)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("REQUESTED", "Change requested"),
                                    ("UNDER_REVIEW", "Change under review"),
                                    ("APPROVED", "Change approved, to be signed"),
                                    ("IN_FORCE", "Change in force"),
                                    ("NOTED", "Change noted"),
                                    ("REJECTED", "Change not approved"),
                                    ("WITHDRAWN", "Change withdrawn"),
                                ],
                                default="REQUESTED",
                                max_length=12,
                                verbose_name="State",
                            ),
                        ),
                        ("before", models.JSONField()),
                        ("after", models.JSONField()),
                        ("reason", models.TextField(verbose_name="Reason")),
                        ("decided_at", models.DateTimeField(null=True, verbose_name="Decided at")),
                        ("effective_at", models.DateTimeField(null=True, verbose_name="In force since")),
                        ("answer", models.TextField(blank=True, verbose_name="Answer")),
                        (
                            "agreement",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="changes",
                                to="vouchers.agreement",
                                verbose_name="agreement",
                            ),
                        ),
                        (
                            "asked_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Asked by",
                            ),
                        ),
                        (
                            "asked_for",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.agreementparty",
                                verbose_name="Asked for by the party",
                            ),
                        ),
                        (
                            "base",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.agreementversion"
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Decided by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "change of an agreement",
                        "verbose_name_plural": "changes of agreements",
                        "ordering": ["agreement", "number"],
                        "permissions": [
                            ("request_change", "Ask to change an agreement"),
                            ("decide_change", "Decide about changes of agreements"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("agreement", "number"), name="agreement_change_number"),
                            models.UniqueConstraint(
                                condition=models.Q(("status__in", ["REQUESTED", "UNDER_REVIEW", "APPROVED"])),
                                fields=("agreement",),
                                name="agreement_change_one_open",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("decided_by__isnull", True),
                                    models.Q(("decided_by", models.F("asked_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="agreement_change_four_eyes",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status__in", ["APPROVED", "IN_FORCE", "NOTED", "REJECTED"]), _negated=True),
                                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="agreement_change_decided_whole",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("effective_at__isnull", False), ("status__in", ["IN_FORCE", "NOTED"])),
                                    models.Q(
                                        models.Q(("status__in", ["IN_FORCE", "NOTED"]), _negated=True),
                                        ("effective_at__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="agreement_change_effective_pair",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind", "MINOR"), ("status__in", ["APPROVED", "IN_FORCE"]), _negated=True),
                                    models.Q(("kind", "MAJOR"), ("status", "NOTED"), _negated=True),
                                ),
                                name="agreement_change_class_decides",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("reason", ""), _negated=True), name="agreement_change_has_reason"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ClauseComment",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("clause", models.PositiveSmallIntegerField(verbose_name="Article")),
                        ("text", models.TextField(verbose_name="Comment")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("OPEN", "Comment waits for an answer"),
                                    ("ANSWERED", "Reply given"),
                                    ("ACCEPTED", "Accepted"),
                                    ("DECLINED", "Not accepted"),
                                ],
                                default="OPEN",
                                max_length=10,
                                verbose_name="State",
                            ),
                        ),
                        ("answer", models.TextField(blank=True, verbose_name="Answer")),
                        ("answered_at", models.DateTimeField(null=True, verbose_name="Answered at")),
                        (
                            "agreement",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="comments",
                                to="vouchers.agreement",
                                verbose_name="agreement",
                            ),
                        ),
                        (
                            "answered_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Answered by",
                            ),
                        ),
                        (
                            "author",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Written by",
                            ),
                        ),
                        (
                            "made_version",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.agreementversion",
                            ),
                        ),
                        (
                            "on_version",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.agreementversion",
                                verbose_name="Version",
                            ),
                        ),
                        (
                            "party",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.agreementparty",
                                verbose_name="Party",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "comment on an article",
                        "verbose_name_plural": "comments on articles",
                        "ordering": ["clause", "created_at", "id"],
                        "permissions": [("comment_clause", "Comment on articles of an agreement")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("answer", ""),
                                        ("answered_at__isnull", True),
                                        ("answered_by__isnull", True),
                                        ("status", "OPEN"),
                                    ),
                                    models.Q(
                                        models.Q(("status", "OPEN"), _negated=True),
                                        ("answered_at__isnull", False),
                                        ("answered_by__isnull", False),
                                        models.Q(("answer", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="clause_comment_answered_whole",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("made_version__isnull", False), ("status", "ACCEPTED")),
                                    models.Q(models.Q(("status", "ACCEPTED"), _negated=True), ("made_version__isnull", True)),
                                    _connector="OR",
                                ),
                                name="clause_comment_accepted_makes_a_version",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("clause__gte", 1), models.Q(("text", ""), _negated=True)),
                                name="clause_comment_says_something",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="VersionSignature",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at"),
                        ),
                        ("version", models.PositiveIntegerField(default=0, editable=False)),
                        ("signed_at", models.DateTimeField(verbose_name="Signed at")),
                        ("signed_hash", models.CharField(max_length=64, verbose_name="Signed hash")),
                        (
                            "agreement_version",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="signatures",
                                to="vouchers.agreementversion",
                            ),
                        ),
                        (
                            "party",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.agreementparty"
                            ),
                        ),
                        (
                            "signed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="Signed by",
                            ),
                        ),
                        (
                            "authority",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vouchers.signingauthority",
                                verbose_name="Signed by authority of",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "signature of a changed agreement",
                        "verbose_name_plural": "signatures of changed agreements",
                        "ordering": ["signed_at", "id"],
                        "constraints": [
                            models.UniqueConstraint(fields=("agreement_version", "party"), name="version_signature_once"),
                            models.UniqueConstraint(fields=("agreement_version", "signed_by"), name="version_signature_one_hand"),
                        ],
                    },
                ),
            ]
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
