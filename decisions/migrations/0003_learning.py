"""What was learned in disputes, and the items that bodies get of it."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0002_audit_append_only'),
        ('decisions', '0002_initial'),
        ('escalation', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='LearningItem',
            fields=[
                ('reference', models.CharField(max_length=16, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=40)),
                ('body', models.CharField(max_length=150)),
                ('read_by', models.JSONField(default=list, help_text="The roles that read this body's list.")),
                ('kind', models.CharField(choices=[('learning', 'Something that was learned'), ('policy_issue', 'A policy issue: a rule, threshold or guidance that is not clear'), ('nothing', 'There is nothing new to learn')], max_length=15)),
                ('category', models.CharField(max_length=150)),
                ('stage', models.CharField(blank=True, help_text='Empty where fewer than five disputes reached it.', max_length=150)),
                ('text', models.TextField()),
                ('month', models.DateField(help_text='The first day of the month in which it came; the day itself is not kept here.')),
                ('due_on', models.DateField(help_text='By when the body sets a meeting, where the protocol says so.', null=True)),
                ('meeting_on', models.DateField(null=True)),
                ('result', models.TextField(blank=True)),
                ('result_on', models.DateField(null=True)),
                ('closed_on', models.DateField(null=True)),
                ('closing', models.TextField(blank=True, help_text='What was done with it.')),
                ('partnership', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='learning_items', to='cases.partnership')),
            ],
            options={
                'ordering': ['-month', 'reference'],
            },
        ),
        migrations.CreateModel(
            name='Learning',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.PositiveSmallIntegerField()),
                ('recorded_at', models.DateTimeField()),
                ('kind', models.CharField(choices=[('learning', 'Something that was learned'), ('policy_issue', 'A policy issue: a rule, threshold or guidance that is not clear'), ('nothing', 'There is nothing new to learn')], max_length=15)),
                ('category', models.CharField(blank=True, max_length=40)),
                ('text', models.TextField()),
                ('change', models.TextField(blank=True, help_text='What changes.')),
                ('due_on', models.DateField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
                ('done_note', models.TextField(blank=True)),
                ('body_code', models.CharField(blank=True, max_length=40)),
                ('plain_text', models.TextField(blank=True, help_text='Without personal data, as it goes to the body.')),
                ('prepared_at', models.DateTimeField(null=True)),
                ('returned_reason', models.TextField(blank=True)),
                ('checked_at', models.DateTimeField(null=True)),
                ('agency', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.agency')),
                ('checked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.appointment')),
                ('dispute', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='learning', to='escalation.dispute')),
                ('only_agency', models.ForeignKey(help_text='Written in a stage inside one agency: whose people read it.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.agency')),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='owned_changes', to='cases.appointment')),
                ('prepared_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.appointment')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.appointment')),
                ('item', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='learning', to='decisions.learningitem')),
            ],
            options={
                'verbose_name_plural': 'learning',
                'ordering': ['pk'],
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='learningitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('result', ''), ('result_on', None)), models.Q(models.Q(('result', ''), _negated=True), ('meeting_on__isnull', False), ('result_on__isnull', False)), _connector='OR'), name='item_result_has_day_and_meeting'),
        ),
        migrations.AddConstraint(
            model_name='learningitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_on', None), ('closing', '')), models.Q(models.Q(('closing', ''), _negated=True), ('closed_on__isnull', False), ('result_on__isnull', False)), _connector='OR'), name='closed_item_has_result_and_words'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='learningitem',
            trigger=pgtrigger.compiler.Trigger(name='learning_item_is_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='c22da7198fe38e75d8733ad33280c4735642398a', operation='DELETE', pgid='pgtrigger_learning_item_is_never_deleted_650f1', table='decisions_learningitem', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='learningitem',
            trigger=pgtrigger.compiler.Trigger(name='learning_item_words_are_frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."partnership_id" IS DISTINCT FROM (NEW."partnership_id") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."body" IS DISTINCT FROM (NEW."body") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."category" IS DISTINCT FROM (NEW."category") OR OLD."stage" IS DISTINCT FROM (NEW."stage") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."month" IS DISTINCT FROM (NEW."month"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='12e761ecafcff36f394267e2a0dab6bafa410019', operation='UPDATE', pgid='pgtrigger_learning_item_words_are_frozen_6d418', table='decisions_learningitem', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='learningitem',
            trigger=pgtrigger.compiler.Trigger(name='closed_learning_item_is_frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."closed_on" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='bde4fe6c722e957156f0ba69b41ac8ecfbf23583', operation='UPDATE', pgid='pgtrigger_closed_learning_item_is_frozen_c0a3c', table='decisions_learningitem', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='learning',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('change', ''), ('due_on', None), ('owner', None)), models.Q(models.Q(('change', ''), _negated=True), ('due_on__isnull', False), ('owner__isnull', False)), _connector='OR'), name='change_has_owner_and_date'),
        ),
        migrations.AddConstraint(
            model_name='learning',
            constraint=models.CheckConstraint(condition=models.Q(('done_at', None), models.Q(('done_note', ''), _negated=True), _connector='OR'), name='done_change_says_how'),
        ),
        migrations.AddConstraint(
            model_name='learning',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('checked_at', None), ('checked_by', None), ('item', None)), models.Q(('checked_at__isnull', False), ('checked_by__isnull', False), ('item__isnull', False), models.Q(('checked_by', models.F('prepared_by')), _negated=True)), _connector='OR'), name='learning_leaves_by_two_people'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='learning',
            trigger=pgtrigger.compiler.Trigger(name='learning_is_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='8e6703b615eb85a638b7573d5c96a50976ae9be5', operation='DELETE', pgid='pgtrigger_learning_is_never_deleted_26ac3', table='decisions_learning', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='learning',
            trigger=pgtrigger.compiler.Trigger(name='learning_words_are_frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."dispute_id" IS DISTINCT FROM (NEW."dispute_id") OR OLD."stage" IS DISTINCT FROM (NEW."stage") OR OLD."agency_id" IS DISTINCT FROM (NEW."agency_id") OR OLD."only_agency_id" IS DISTINCT FROM (NEW."only_agency_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."category" IS DISTINCT FROM (NEW."category") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."change" IS DISTINCT FROM (NEW."change") OR OLD."recorded_by_id" IS DISTINCT FROM (NEW."recorded_by_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='60994ef5c9b9f0a2171a1d0f614e6500d99ea4d2', operation='UPDATE', pgid='pgtrigger_learning_words_are_frozen_60ef6', table='decisions_learning', when='BEFORE')),
        ),
    ]
