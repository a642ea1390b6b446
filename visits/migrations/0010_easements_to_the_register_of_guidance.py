"""What eased the rule on remote visits for a time stands on the register of guidance from now on, with its end;
here the ordinary law stays. What a partnership had set moves with the terms that it had set."""

import uuid
from datetime import date

from django.db import migrations
from django.utils import timezone

from safeguarding.kernel.snapshots import fields_of

_RULE = "remote_visits_cic"
# The easements that fixtures/reference/easements.json names by the same uid: its name, and what it
# changed.
_KNOWN = {
    date(2020, 4, 24): (
        "2d307911-90db-5c29-a23c-54e1ac5f5a70",
        "Visits to children in care by video or telephone",
        "A visit to a looked after child may be made by telephone, video link or other electronic means.",
    ),
    date(2020, 9, 25): (
        "2423547a-b084-5da5-bec9-43575669692b",
        "Visits to children in care by video or telephone for a coronavirus reason",
        "A visit may be made by electronic means only where a visit in person is against public health "
        "guidance or not reasonably practicable because of coronavirus, with a record of each.",
    ),
    date(2021, 3, 31): (
        "72018e68-fb08-57a4-a6ad-9e225a4c31d8",
        "Visits to children in care by video or telephone for a coronavirus reason, extended",
        "As from 25 September 2020: by electronic means only for a coronavirus reason, with a record of each.",
    ),
}
_NORMALLY = (
    "A looked after child is visited in person, by regulation 28 of the Care Planning, Placement and Case Review "
    "(England) Regulations 2010."
)


def forwards(apps, schema_editor):
    rules = apps.get_model("visits", "RemoteVisitRule").objects.filter(plan_type="CIC")
    easements = apps.get_model("guidance", "Easement").objects
    for rule in rules.filter(allowed=True):
        if not easements.filter(rule=_RULE, effective_from=rule.effective_from).exists():
            _begin(apps, _easement(apps, rule))
        rule.delete()
    # In between and after them the ordinary law holds, which the first row says.
    ordinary = rules.filter(allowed=False).order_by("effective_from").first()
    if ordinary:
        rules.filter(allowed=False).exclude(pk=ordinary.pk).delete()
        rules.filter(pk=ordinary.pk).update(effective_until=None)


def _easement(apps, rule):
    uid, title, changes = _KNOWN.get(
        rule.effective_from, (str(uuid.uuid4()), "Visits to children in care by video or telephone", "")
    )
    return apps.get_model("guidance", "Easement")(
        uid=uuid.UUID(uid),
        title=title,
        instrument=rule.instrument,
        duty="visits_care",
        what_changes=changes or "A visit may be made by telephone, video link or other electronic means.",
        normally=_NORMALLY,
        effective_from=rule.effective_from,
        effective_until=rule.effective_until,
        rule=_RULE,
        terms="recorded" if rule.needs_record or rule.needs_reason else "free",
        source=rule.source,
        recorded_at=timezone.now(),
    )


def _begin(apps, easement):
    easement.save(force_insert=True)
    apps.get_model("guidance", "History").objects.create(
        thing="easement",
        uid=easement.uid,
        number=1,
        fields=fields_of(easement),
        reason="Moved from the rules of visits",
        at=easement.recorded_at,
        by=None,
    )


def backwards(apps, schema_editor):
    """The easements stay on the register, where their history is."""
    rules = apps.get_model("visits", "RemoteVisitRule").objects
    easements = apps.get_model("guidance", "Easement").objects.filter(rule=_RULE).order_by("effective_from")
    until = None
    for easement in easements:
        rules.get_or_create(
            plan_type="CIC",
            effective_from=easement.effective_from,
            defaults={
                "allowed": True,
                "needs_reason": easement.terms == "recorded",
                "needs_record": easement.terms == "recorded",
                "effective_until": easement.effective_until,
                "instrument": easement.instrument,
                "source": easement.source,
            },
        )
        until = easement.effective_until
    ordinary = rules.filter(plan_type="CIC", allowed=False).order_by("effective_from").first()
    first = easements.first()
    if ordinary and first and ordinary.effective_from < first.effective_from:
        rules.filter(pk=ordinary.pk).update(effective_until=first.effective_from)
        if until:
            same = {name: getattr(ordinary, name) for name in ("instrument", "source")}
            rules.get_or_create(
                plan_type="CIC",
                effective_from=until,
                defaults={"allowed": False, "needs_reason": False, "needs_record": False, **same},
            )


class Migration(migrations.Migration):
    dependencies = [
        ("visits", "0009_decision_renewals_and_open_asks"),
        ("guidance", "0002_append_only_and_issued"),
    ]
    operations = [migrations.RunPython(forwards, backwards)]
