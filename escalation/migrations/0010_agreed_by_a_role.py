"""A duty bound to one role: somebody in it must agree that it is necessary before a gate opens."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('escalation', '0009_how_it_was_withdrawn'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='duty',
            name='duty_once',
        ),
        migrations.AddField(
            model_name='duty',
            name='role',
            field=models.CharField(blank=True, help_text='Only somebody in this role can do it.', max_length=40),
        ),
        migrations.AlterField(
            model_name='duty',
            name='kind',
            field=models.CharField(choices=[('attempt_logged', 'attempt_logged'), ('discussion_held', 'discussion_held'), ('position_stated', 'position_stated'), ('manager_reviewed', 'manager_reviewed'), ('review_agrees', 'review_agrees'), ('agreed_by', 'agreed_by'), ('safety_confirmed', 'safety_confirmed'), ('outcomes_reconfirmed', 'outcomes_reconfirmed'), ('own_record_attested', 'own_record_attested'), ('intention_notified', 'intention_notified'), ('exhaustion_attested', 'exhaustion_attested'), ('feedback_given', 'feedback_given'), ('advice_sought', 'advice_sought'), ('debrief_offered', 'debrief_offered'), ('interim_plan', 'interim_plan'), ('learning_recorded', 'learning_recorded')], max_length=30),
        ),
        migrations.AddConstraint(
            model_name='duty',
            constraint=models.UniqueConstraint(fields=('dispute', 'stage', 'kind', 'agency', 'role'), name='duty_once', nulls_distinct=False),
        ),
    ]
