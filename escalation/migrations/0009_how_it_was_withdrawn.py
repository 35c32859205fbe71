"""How a dispute was taken back: settled in another way, overtaken by events, raised in error, or as another one."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("escalation", "0008_evidence"),
    ]

    operations = [
        migrations.AlterField(
            model_name="disputestage",
            name="closed_how",
            field=models.CharField(
                blank=True,
                choices=[
                    ("escalated", "not agreed; went to the next stage"),
                    ("by_clock", "the limit passed; the clock moved it on"),
                    ("agreed", "agreed"),
                    ("outcome", "the last word was given"),
                    ("withdrawn", "withdrawn"),
                    ("settled_otherwise", "withdrawn: settled in another way"),
                    ("overtaken_by_events", "withdrawn: overtaken by events"),
                    ("raised_in_error", "withdrawn: raised in error"),
                    ("duplicate", "withdrawn: it goes on as another"),
                ],
                max_length=20,
            ),
        ),
    ]
