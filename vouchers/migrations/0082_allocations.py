"""A round's offers allocated on paper, and what of it is proposed. It reserves nothing.

The database keeps: what was computed does not change afterwards and is what its hash says; who ordered it does not publish it; a
proposal only ever ends; nothing is deleted.
"""

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.kit.clock
import portal.kit.won

FORWARD = """
CREATE FUNCTION allocation_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.status IN ('PUBLISHED', 'DISCARDED', 'FAILED') THEN
            RAISE EXCEPTION 'allocation % is over', OLD.ref USING ERRCODE = 'restrict_violation';
        END IF;
        IF (NEW.round_id, NEW.budget_won, NEW.ordered_by_id) IS DISTINCT FROM (OLD.round_id, OLD.budget_won, OLD.ordered_by_id) THEN
            RAISE EXCEPTION 'what was ordered stays as it was ordered (%)', OLD.ref USING ERRCODE = 'restrict_violation';
        END IF;
        IF OLD.status <> 'ORDERED' AND (NEW.inputs, NEW.inputs_sha256, NEW.outputs, NEW.engine, NEW.computed_at, NEW.policy_number)
           IS DISTINCT FROM (OLD.inputs, OLD.inputs_sha256, OLD.outputs, OLD.engine, OLD.computed_at, OLD.policy_number) THEN
            RAISE EXCEPTION 'what was computed stays as it was computed (%)', OLD.ref USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    IF NEW.inputs_sha256 <> '' AND NEW.inputs_sha256 <> encode(sha256(convert_to(NEW.inputs, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION 'the hash is not that of the inputs (%)', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER allocation_guard BEFORE INSERT OR UPDATE ON vouchers_allocation
    FOR EACH ROW EXECUTE FUNCTION allocation_guard();
CREATE FUNCTION offer_proposal_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE published bool;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT a.status = 'PUBLISHED' AND n.round_id = a.round_id INTO published
            FROM vouchers_allocation a, vouchers_need n WHERE a.id = NEW.allocation_id AND n.id = NEW.need_id;
        IF NOT coalesce(published, false) THEN
            RAISE EXCEPTION 'only a published allocation proposes, and to needs of its round' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.status <> 'OPEN' OR (NEW.allocation_id, NEW.need_id, NEW.institution_id, NEW.dataset_id, NEW.offer_id, NEW.score,
        NEW.price_won, NEW.words, NEW.lapses_at) IS DISTINCT FROM (OLD.allocation_id, OLD.need_id, OLD.institution_id,
        OLD.dataset_id, OLD.offer_id, OLD.score, OLD.price_won, OLD.words, OLD.lapses_at) THEN
        RAISE EXCEPTION 'a proposal only ends (%)', OLD.ref USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER offer_proposal_guard BEFORE INSERT OR UPDATE ON vouchers_offerproposal
    FOR EACH ROW EXECUTE FUNCTION offer_proposal_guard();
CREATE FUNCTION allocations_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'allocations and proposals are kept' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER allocation_kept BEFORE DELETE ON vouchers_allocation
    FOR EACH ROW EXECUTE FUNCTION allocations_are_kept();
CREATE TRIGGER offer_proposal_kept BEFORE DELETE ON vouchers_offerproposal
    FOR EACH ROW EXECUTE FUNCTION allocations_are_kept();
"""
BACKWARD = """
DROP TRIGGER offer_proposal_kept ON vouchers_offerproposal;
DROP TRIGGER allocation_kept ON vouchers_allocation;
DROP FUNCTION allocations_are_kept();
DROP TRIGGER offer_proposal_guard ON vouchers_offerproposal;
DROP FUNCTION offer_proposal_guard();
DROP TRIGGER allocation_guard ON vouchers_allocation;
DROP FUNCTION allocation_guard();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("providers", "0013_import_deaths"),
        ("vouchers", "0081_quotes_agreed_to"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="Allocation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("ORDERED", "Being computed"),
                            ("COMPUTED", "Computed, not published"),
                            ("FAILED", "Could not be computed"),
                            ("PUBLISHED", "Published"),
                            ("DISCARDED", "Discarded"),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.round", verbose_name="Round"
                    ),
                ),
            ],
            options={
                "verbose_name": "allocation of offers",
                "verbose_name_plural": "allocations of offers",
                "permissions": [
                    ("order_allocation", "Have offers allocated"),
                    ("publish_allocation", "Publish allocated offers"),
                ],
            },
        ),
        migrations.CreateModel(
            name="OfferProposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("score", models.PositiveIntegerField(verbose_name="Points")),
                ("price_won", portal.kit.won.WonField(blank=True, null=True, verbose_name="Price floor")),
                ("words", models.JSONField(default=dict)),
                (
                    "status",
                    models.CharField(
                        choices=[("OPEN", "Proposed"), ("LAPSED", "Lapsed"), ("WITHDRAWN", "Replaced by a newer proposal")],
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
            },
        ),
        migrations.AddIndex(
            model_name="allocation",
            index=models.Index(fields=["status", "claimed_at"], name="allocation_waiting"),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["ORDERED", "COMPUTED"])), fields=("round",), name="allocation_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["COMPUTED", "PUBLISHED"]), _negated=True),
                    models.Q(("computed_at__isnull", False), ("inputs_sha256__regex", "^[0-9a-f]{64}$")),
                    _connector="OR",
                ),
                name="allocation_computed",
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("published_by__isnull", True),
                    models.Q(("published_by", models.F("ordered_by")), _negated=True),
                    _connector="OR",
                ),
                name="allocation_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["FAILED", "DISCARDED"]), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="allocation_reason",
            ),
        ),
        migrations.AddIndex(
            model_name="offerproposal",
            index=models.Index(fields=["status", "lapses_at"], name="offer_proposal_due"),
        ),
        migrations.AddIndex(
            model_name="offerproposal",
            index=models.Index(fields=["institution", "status"], name="offer_proposal_institution"),
        ),
        migrations.AddConstraint(
            model_name="offerproposal",
            constraint=models.UniqueConstraint(fields=("allocation", "need", "dataset"), name="offer_proposal_once"),
        ),
        migrations.AddConstraint(
            model_name="offerproposal",
            constraint=models.CheckConstraint(condition=models.Q(("score__lte", 10000)), name="offer_proposal_score"),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
