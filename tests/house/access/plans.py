"""Who opens the pages of recovery plans."""

from datetime import timedelta

from partners.models import Backlog, Dependency, PlanStageChange, RecoveryPlan, Service, ServiceLevelChange
from tests.house.access import Row

_READERS = "BM PR CO AU"


def _of(name: str) -> dict:
    """A submitted one of the partner's own; another partner's draft is out of everybody's reach."""
    return {"ids": {"uid": name}, "beyond": {"uid": f"other_{name}"}}


ROWS = {
    "recovery_plans": Row(_READERS),
    "recovery_download": Row("CO AU"),
    "add_recovery_plan": Row("PR CO", "PR CO"),
    "recovery_plan": Row(_READERS, **_of("recovery_plan")),
    # The coordinator may change the partnership's own plan, never a partner's.
    "edit_recovery_plan": Row("PR", "PR", **_of("recovery_plan")),
    "change_plan_stage": Row("PR", "PR", **_of("recovery_plan")),
    "submit_recovery_plan": Row(
        None, "PR", ids={"uid": "recovery_draft"}, beyond={"uid": "other_recovery_plan"}
    ),
    "add_service_commitment": Row("PR", "PR", **_of("recovery_plan")),
    "service_commitments": Row(_READERS),
    "service_commitment": Row(_READERS, **_of("service")),
    "change_service_level": Row("PR", "PR", **_of("service")),
    "withdraw_planned_level": Row(None, "PR", **_of("service")),
    "take_service_off": Row("PR", "PR", **_of("service")),
    "ask_dependency": Row("PR", "PR", **_of("recovery_plan")),
    "dependencies": Row(_READERS),
    "dependency": Row(_READERS, "PR", **_of("dependency")),
    "withdraw_dependency": Row(None, "PR", **_of("dependency")),
    "add_backlog": Row("PR", "PR", **_of("recovery_plan")),
    "backlogs": Row(_READERS),
    "backlog": Row(_READERS, **_of("backlog")),
    "record_backlog_count": Row("PR", "PR", **_of("backlog")),
    "close_backlog": Row("PR", "PR", **_of("backlog")),
    "demand_scenarios": Row("BM CO AU"),
}


def ids(people, own, other, at):
    found = {}
    for name, organisation, sent in (("", own, at), ("other_", other, None)):
        plan = RecoveryPlan.objects.create(
            organisation=organisation,
            title=f"Recovery of {organisation.name}",
            remit="All services",
            created_at=at,
            submitted_at=sent,
            submitted_by=people["PR"] if sent else None,
        )
        PlanStageChange.objects.create(plan=plan, stage="preparing", from_date=at.date(), at=at)
        service = Service.objects.create(
            organisation=organisation, name="Visits", normal_level="Weekly", created_at=at
        )
        ServiceLevelChange.objects.create(service=service, level="maintained", from_date=at.date(), at=at)
        backlog = Backlog.objects.create(
            organisation=organisation, kind="courts", name="Hearings", unit="cases", created_at=at
        )
        found |= {
            f"{name}recovery_plan": plan.uid,
            f"{name}service": service.uid,
            f"{name}backlog": backlog.uid,
        }
        asked = Dependency.objects.create(
            plan=plan,
            on_organisation=own,
            what="Assessments",
            needed_by=at.date() + timedelta(days=1),
            asked_at=at,
        )
        found[f"{name}dependency"] = asked.uid
    return found | {"recovery_draft": found["recovery_plan"]}
