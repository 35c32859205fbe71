"""Words that say where a document stands, without the machinery."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('decisions', '0030_rows_of_decisions'),
    ]

    operations = [
        migrations.AlterField(
            model_name='export',
            name='state',
            field=models.CharField(choices=[('queued', 'Waiting to be made'), ('rendering', 'Being made'), ('ready', 'Ready'), ('failed', 'Could not be made')], default='queued', max_length=10),
        ),
    ]
