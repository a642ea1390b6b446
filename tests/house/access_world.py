"""A small world with a person of each role and a record for each kind of address."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.test import Client

from accounts.models import Grant, User
from operations.constants import JobState
from operations.models import JobRun
from tests.house.access import subjects
from tests.partners.factories import make_organisation
from tests.people import LONG_AGO, person, sign_in
from tests.visits.cover_world import absence_row, cover_row
from tests.visits.decision_world import decision_row, make_limits
from tests.visits.factories import make_plan
from tests.visits.flags_world import contact_row, flag_row
from tests.visits.oversight_world import assessment_row
from tests.visits.records_world import make_world, recorded
from visits.constants import Method
from visits.models import EmergencyAccess
from visits.services.imports import LOAD_RUN

AT = datetime.now(UTC)


@dataclass(frozen=True)
class World:
    people: dict[str, User]
    # What addresses hold, by the names that access_rows.py uses.
    ids: dict[str, UUID | str]

    def client(self, role: str, **options: bool) -> Client:
        """A browser of somebody with `role`, past the second step and with fresh proof; of nobody
        for 'nobody'."""
        client = Client(raise_request_exception=True, **options)
        if role != "nobody":
            sign_in(client, self.people[role], proven=True)
        return client

    def kwargs(self, names: dict[str, str]) -> dict[str, UUID | str]:
        return {key: self.ids[name] for key, name in names.items()}


def build() -> World:
    records = make_world()
    people = {
        "BM": person("BM", name="Board"),
        "MG": records.manager,
        "SW": records.worker,
        "PR": person("PR", name="Partner"),
        "CO": person("CO", name="Coordinator"),
        "AU": records.auditor,
        "AD": person("AD", name="Administrator"),
    }
    Grant.objects.create(user=records.manager, right="import_records", granted_at=LONG_AGO)
    partner = person("PR", name="Another partner")
    grant = Grant.objects.create(user=partner, right="BM", granted_at=LONG_AGO, granted_by=people["AD"])
    visit = recorded(records, at=AT)
    alternative = recorded(
        records,
        at=AT,
        method=Method.VIDEO,
        recorded_by=records.colleague,
        visit_date=AT.date() - timedelta(days=2),
    )
    old_visit = recorded(records, at=AT - timedelta(days=3))
    other_visit = recorded(records, at=AT, child=records.other_child, recorded_by=records.stranger)
    other_alternative = recorded(
        records, at=AT, child=records.other_child, method=Method.VIDEO, recorded_by=records.stranger
    )
    make_limits()
    plan = records.child.plans.get()
    need = make_plan(records.child, "CIN", team=records.team)
    own = make_organisation("Own organisation", lead=people["PR"])
    other = make_organisation("Other organisation", lead=partner)
    of_subjects: dict[str, UUID | str] = {"organisation": own.uid, "other_organisation": other.uid}
    for subject in subjects():
        if hasattr(subject, "ids"):
            of_subjects |= subject.ids(people, own, other, AT)
    return World(
        people,
        {
            **of_subjects,
            "decision": decision_row(plan, records.worker, AT).uid,
            "decision sent back": decision_row(need, records.worker, AT, state="sent_back").uid,
            "decision to renew": decision_row(
                plan, records.worker, AT, state="authorised", decided_by=records.manager, decided_at=AT
            ).uid,
            "other_decision": decision_row(records.other_child.plans.get(), records.stranger, AT).uid,
            "child": records.child.uid,
            "other_child": records.other_child.uid,
            "visit": visit.uid,
            # Fixed since a day has gone by: from then on a manager may correct it too.
            "old visit": old_visit.uid,
            "alternative": alternative.uid,
            "other_visit": other_visit.uid,
            "other_alternative": other_alternative.uid,
            "assessment": assessment_row(records.child, records.worker, AT).uid,
            "other_assessment": assessment_row(records.other_child, records.stranger, AT).uid,
            "flag": flag_row(records.child, records.worker, AT).uid,
            "other_flag": flag_row(records.other_child, records.stranger, AT).uid,
            "contact": contact_row(records.child, records.worker, AT).uid,
            "other_contact": contact_row(records.other_child, records.stranger, AT).uid,
            "emergency": _emergency(records.child, records.stranger).uid,
            "other_emergency": _emergency(records.other_child, records.colleague).uid,
            "partner": partner.uid,
            "worker": records.worker.uid,
            "other_worker": records.stranger.uid,
            "team": records.team.uid,
            "other_team": records.other_team.uid,
            "absence": absence_row(records.worker, records.manager, AT).uid,
            "other_absence": absence_row(records.stranger, records.other_manager, AT).uid,
            "cover": cover_row(records.child, records.colleague, records.manager, AT).uid,
            "other_cover": cover_row(records.other_child, records.colleague, records.other_manager, AT).uid,
            "grant": grant.uid,
            "job": JobRun.objects.create(kind="test", asked_at=LONG_AGO, asked_by_label="cli:test").uid,
            "import": _import(people["MG"]),
            "another's import": _import(records.other_manager),
            "made up": "1",
        },
    )


def _import(user: User) -> UUID:
    """A load of `user` that refused a row."""
    run = JobRun.objects.create(
        kind=LOAD_RUN,
        state=JobState.DONE,
        asked_at=AT,
        asked_by=user,
        asked_by_label=user.email,
        inputs={"file": "visits"},
        started_at=AT,
        finished_at=AT,
        counts={"refused": 1},
    )
    folder = Path(settings.MEDIA_ROOT) / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{run.uid.hex}.refusals.csv").write_text("line,field,value,code,message\n")
    return run.uid


def _emergency(child, user: User) -> EmergencyAccess:
    return EmergencyAccess.objects.create(
        child=child, user=user, reason="A duty call that could not wait until the morning",
        opened_at=AT, closes_at=AT + timedelta(hours=24),
    )  # fmt: skip
