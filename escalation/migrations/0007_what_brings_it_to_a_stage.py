"""What brought a dispute to a stage, of the protocol's reasons; and a limit by which the agencies have talked or met."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("escalation", "0006_digests_and_bounces"),
    ]

    operations = [
        migrations.AddField(
            model_name="disputestage",
            name="trigger",
            field=models.CharField(
                blank=True,
                default="",
                help_text="What brought it here, of the reasons that the protocol lists for this stage.",
                max_length=40,
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="deadline",
            name="kind",
            field=models.CharField(
                choices=[
                    ("start", "start"),
                    ("acknowledge", "acknowledge"),
                    ("discuss", "discuss"),
                    ("respond", "respond"),
                    ("conclude", "conclude"),
                    ("written_outcome", "written_outcome"),
                ],
                max_length=20,
            ),
        ),
    ]
