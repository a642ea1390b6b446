"""Oversight of the demonstration: what is planted surfaces, and nothing else does."""

import io
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count
from django.test import override_settings
from django.utils import timezone

from safeguarding.demo import oversight
from safeguarding.demo.oversight_anomalies import SENTENCES, VISIT_PREFIX
from tests.demo.conftest import PAPER_DAY
from visits.constants import Method, Status
from visits.facts import EXCEPTIONS, Concern
from visits.models import (
    AlternativeRecord,
    Child,
    DecisionMove,
    HazardFlag,
    ManagementDecision,
    OversightRule,
    Plan,
    PreVisitAssessment,
    Visit,
)
from visits.selectors import exceptions

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
MORNING = datetime.combine(PAPER_DAY, time(9), UTC)
# The population's own life brings these: children who are late to be seen, or have no social worker.
OF_THE_POPULATION = {Concern.CP_NOT_SEEN, Concern.DUE_WITHOUT_OWNER}


@pytest.fixture(scope="module")
def planted(django_db_setup, django_db_blocker):
    """The world as of the paper's day in a transaction that is undone; its planted cases by code."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: MORNING)
        cases = []

        def load(as_of: date):
            counts, found = original(as_of)
            cases.extend(found)
            return counts, found

        original = oversight.load
        patch.setattr(oversight, "load", load)
        outer = transaction.atomic()
        outer.__enter__()
        try:
            with override_settings(DEMO=True):
                call_command("load_demo", "--as-of", str(PAPER_DAY), stdout=io.StringIO())
            yield {case.code: case for case in cases}
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)


@pytest.fixture(scope="module")
def surfaced(planted, django_db_blocker) -> dict[Concern, set[str]]:
    with django_db_blocker.unblock():
        rows = exceptions.collect(Child.objects.all(), at=MORNING, codes=EXCEPTIONS)
        refs = dict(Child.objects.values_list("pk", "child_ref"))
    found = defaultdict(set)
    for row in rows:
        found[row.code].add(refs[row.child])
    return found


def test_there_is_a_case_of_every_exception(planted):
    assert set(planted) == EXCEPTIONS == set(SENTENCES)
    assert len({case.child_ref for case in planted.values()}) == len(EXCEPTIONS)
    assert len({case.ident for case in planted.values()}) == len(EXCEPTIONS)


@pytest.mark.parametrize("code", sorted(EXCEPTIONS))
def test_what_is_planted_surfaces(planted, surfaced, code):
    assert planted[code].child_ref in surfaced[code]


@pytest.mark.parametrize("code", sorted(EXCEPTIONS - OF_THE_POPULATION))
def test_nothing_else_does(planted, surfaced, code):
    assert surfaced[code] == {planted[code].child_ref}


def test_what_the_population_brings_is_what_its_rows_say(planted, surfaced):
    """Children on protection plans not seen face to face for longer than any ten working days can last,
    none of them under a live decision, are all there."""
    late = set()
    long_ago = PAPER_DAY - timedelta(days=20)
    for plan in Plan.objects.filter(plan_type="CP", start_date__lt=long_ago).select_related("child"):
        if plan.end_date is not None and plan.end_date <= PAPER_DAY:
            continue
        visits = [v for v in Visit.objects.filter(child=plan.child) if v.visit_date >= long_ago]
        seen = any(
            v.method == "face_to_face"
            and v.status == "completed"
            and v.child_seen
            and v.visit_date <= PAPER_DAY
            for v in visits
        )
        decided = any(
            d.state == "authorised" and d.covers_from <= PAPER_DAY <= d.review_on
            for d in ManagementDecision.objects.filter(child=plan.child)
        )
        if not seen and not decided:
            late.add(plan.child.child_ref)
    assert late
    assert late <= surfaced[Concern.CP_NOT_SEEN]


def test_decisions_keep_the_services_rules(planted):
    longest = OversightRule.objects.get(code="decision_longest_days").value
    decisions = list(ManagementDecision.objects.select_related("plan", "renews"))
    assert {one.state for one in decisions} >= {"authorised", "declined", "withdrawn", "asked"}
    assert any(one.retrospective for one in decisions)
    assert any(one.renewal >= 2 and one.seconded_by_id for one in decisions)
    for one in decisions:
        assert (one.review_on - one.covers_from).days <= longest
        assert one.covers_from >= one.plan.start_date
        assert one.plan.end_date is None or one.review_on < one.plan.end_date or one.renews_id is None
        assert one.renews is None or (one.renews.plan_id, one.renews.renewal + 1) == (
            one.plan_id,
            one.renewal,
        )
        late = one.state == "authorised" and one.decided_at.date() > one.covers_from
        assert one.retrospective == late
        assert one.asked_at <= (one.decided_at or one.asked_at) < MORNING


def test_every_decision_has_its_moves(planted):
    last = {}
    for move in DecisionMove.objects.order_by("pk"):
        assert move.was == last.get(move.decision_id, "")
        last[move.decision_id] = move.became
    assert last == dict(ManagementDecision.objects.values_list("pk", "state"))
    moves = dict(DecisionMove.objects.order_by().values_list("decision").annotate(moves=Count("pk")))
    assert moves == dict(ManagementDecision.objects.values_list("pk", "version"))


def test_every_authorised_alternative_lies_under_a_decision(planted):
    spans = defaultdict(list)
    for child, first, last in ManagementDecision.objects.filter(state="authorised").values_list(
        "child", "covers_from", "review_on"
    ):
        spans[child].append((first, last))
    plans = defaultdict(list)
    for child, start, end in Plan.objects.values_list("child", "start_date", "end_date"):
        plans[child].append((start, end))
    found = 0
    for child, day in (
        Visit.objects.exclude(method=Method.FACE_TO_FACE)
        .filter(status=Status.COMPLETED, authorised=True, visit_date__gte=date(2020, 3, 1))
        .values_list("child", "visit_date")
    ):
        if any(start <= day and (end is None or day < end) for start, end in plans[child]):
            assert any(first <= day <= last for first, last in spans[child])
            found += 1
    assert found > 500


def test_every_alternative_has_its_record(planted):
    alternatives = Visit.objects.exclude(method=Method.FACE_TO_FACE).filter(
        status=Status.COMPLETED, visit_date__gte=date(2020, 3, 1)
    )
    assert AlternativeRecord.objects.count() == alternatives.count() > 500


def test_planted_calls_are_few_and_marked(planted):
    assert Visit.objects.filter(visit_ref__startswith=VISIT_PREFIX).count() == 5


def test_flags_of_every_kind_but_symptoms_and_in_every_state(planted):
    kinds = set(HazardFlag.objects.values_list("kind__code", flat=True))
    assert kinds >= {"most_vulnerable", "self_isolating", "shielding"}
    assert HazardFlag.objects.exclude(cleared_at=None).exists()
    assert HazardFlag.objects.filter(reviews__isnull=False).exists()
    results = set(PreVisitAssessment.objects.values_list("result", flat=True))
    assert results == {"go", "go_with_ppe", "do_not_go"}
