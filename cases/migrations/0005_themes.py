"""A case may be about a theme between agencies, and then names no person."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0004_absences'),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='theme',
            field=models.CharField(blank=True, help_text='What it is about where it is about no person.', max_length=120),
        ),
        migrations.AlterField(
            model_name='case',
            name='person',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='cases.person'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('person__isnull', False), ('theme', '')), models.Q(('person__isnull', True), models.Q(('theme', ''), _negated=True)), _connector='OR'), name='case_has_a_person_or_a_theme'),
        ),
    ]
