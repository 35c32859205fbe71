"""A stage may owe what was learned."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('escalation', '0003_dispute_track'),
    ]

    operations = [
        migrations.AlterField(
            model_name='duty',
            name='kind',
            field=models.CharField(choices=[('attempt_logged', 'attempt_logged'), ('discussion_held', 'discussion_held'), ('position_stated', 'position_stated'), ('manager_reviewed', 'manager_reviewed'), ('review_agrees', 'review_agrees'), ('safety_confirmed', 'safety_confirmed'), ('outcomes_reconfirmed', 'outcomes_reconfirmed'), ('own_record_attested', 'own_record_attested'), ('intention_notified', 'intention_notified'), ('exhaustion_attested', 'exhaustion_attested'), ('feedback_given', 'feedback_given'), ('advice_sought', 'advice_sought'), ('debrief_offered', 'debrief_offered'), ('interim_plan', 'interim_plan'), ('learning_recorded', 'learning_recorded')], max_length=30),
        ),
    ]
