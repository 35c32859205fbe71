from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('escalation', '0013_drafts_are_of_disputes'),
    ]

    operations = [
        migrations.AlterField(
            model_name='chronologyentry',
            name='kind',
            field=models.CharField(choices=[('event', 'event'), ('discussion', 'discussion'), ('position', 'position'), ('move', 'move'), ('safety', 'safety'), ('decision', 'decision'), ('feedback', 'feedback'), ('action', 'action'), ('clock', 'the clock'), ('person', "the person's voice")], max_length=12),
        ),
    ]
