"""Somebody on a dispute may lead for an agency that is not theirs: the one that borrowed them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("cases", "0002_audit_append_only"),
        ("escalation", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="participant",
            name="acts_for",
            field=models.ForeignKey(
                help_text="The agency that has nobody in this role and for which they lead: borrowed from another one.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.agency",
            ),
        ),
    ]
