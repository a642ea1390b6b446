"""Whether a remote visit was lawful follows the easements on the register of guidance."""

from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command

from guidance.constants import RuleKey, RuleTerms
from guidance.history import story
from guidance.models import Easement
from guidance.services import easements as services
from safeguarding.kernel.errors import Refusal
from tests.guidance.factories import make_easement
from tests.people import person
from tests.visits.factories import make_child, make_plan, make_team
from visits.constants import PlanType
from visits.models import Child, RemoteVisitRule
from visits.rules.alternatives import Lawful, RemoteRule, Standing
from visits.rules.alternatives import standing as law_of
from visits.selectors.alternatives import remote_rules, standing_on

pytestmark = pytest.mark.django_db
NOW = datetime(2020, 9, 1, 9, tzinfo=UTC)
LAST_DAY = date(2021, 9, 29)
THE_24TH, THE_25TH, THE_26TH = (date(2020, 9, day) for day in (24, 25, 26))


def loaded() -> None:
    call_command("load_reference", stdout=StringIO())


def child_with(*plan_types: str) -> Child:
    child, team = make_child("C-0009"), make_team()
    for plan_type in plan_types:
        make_plan(child, plan_type, date(2019, 1, 7), team=team)
    return child


def standing(child: Child, day: date, *, has_record: bool = False) -> Standing:
    return standing_on(child, "video", day, has_record=has_record)


def first_easement() -> Easement:
    return Easement.objects.get(rule=RuleKey.REMOTE_VISITS_CARE, effective_from=date(2020, 4, 24))


@pytest.mark.parametrize(
    ("day", "without_record", "with_record"),
    [
        (THE_24TH, Lawful.YES, Lawful.YES),
        (THE_25TH, Lawful.INCOMPLETE, Lawful.YES),
        (THE_26TH, Lawful.INCOMPLETE, Lawful.YES),
    ],
)
def test_it_differs_on_the_24th_and_the_26th_of_september_2020(day, without_record, with_record):
    loaded()
    child = child_with(PlanType.CIC)
    assert standing(child, day).lawful is without_record
    assert standing(child, day, has_record=True).lawful is with_record
    assert standing(child, day).needs_reason == (day != THE_24TH)


def test_an_easement_comes_before_the_ordinary_law_in_whatever_order():
    ordinary = RemoteRule(PlanType.CIC, False, False, False, date(2000, 1, 1), None, "Regulation 28")
    eased = RemoteRule(
        PlanType.CIC, True, False, False, date(2020, 4, 24), THE_25TH, "SI 2020/445", eased=True
    )
    for rules in ([ordinary, eased], [eased, ordinary]):
        found = [
            law_of("video", day, [PlanType.CIC], rules, has_record=False).lawful
            for day in (THE_24TH, THE_25TH)
        ]
        assert found == [Lawful.YES, Lawful.NO]


def test_without_the_easements_it_is_not_lawful():
    loaded()
    child = child_with(PlanType.CIC)
    assert standing(child, THE_24TH).lawful is Lawful.YES
    Easement.objects.all().delete()
    assert [standing(child, day).lawful for day in (THE_24TH, THE_26TH)] == [Lawful.NO, Lawful.NO]


def test_one_that_ends_early_is_over_on_that_day():
    loaded()
    child, easement = child_with(PlanType.CIC), first_easement()
    services.amend(
        user=person("CO"), easement=easement, expected_version=1, effective_until=date(2020, 9, 1),
        reason="The regulations were revoked", now=NOW,
    )  # fmt: skip
    days = (date(2020, 8, 31), date(2020, 9, 1), THE_24TH, THE_26TH)
    assert [standing(child, day, has_record=True).lawful for day in days] == [
        Lawful.YES, Lawful.NO, Lawful.NO, Lawful.YES,
    ]  # fmt: skip


def test_whether_it_is_used_here_does_not_make_it_lawful():
    loaded()
    child, easement = child_with(PlanType.CIC), first_easement()
    services.decide(
        user=person("CO"), easement=easement, expected_version=1, decision="not_used",
        words="We visit in person", now=NOW,
    )  # fmt: skip
    assert standing(child, THE_24TH).lawful is Lawful.YES


def test_the_words_name_the_instrument():
    loaded()
    assert "SI 2020/445, regulation 8 allowed" in standing(child_with(PlanType.CIC), THE_24TH).words


class TestOtherPlans:
    def test_only_an_easement_takes_them_out_of_local_practice(self):
        loaded()
        child = child_with(PlanType.CP)
        assert standing(child, THE_24TH).lawful is Lawful.LOCAL
        make_easement(
            rule=RuleKey.REMOTE_VISITS_CP, terms=RuleTerms.RECORDED, effective_from=date(2020, 9, 1),
            effective_until=THE_25TH,
        )  # fmt: skip
        assert standing(child, THE_24TH).lawful is Lawful.INCOMPLETE
        assert standing(child, THE_25TH).lawful is Lawful.LOCAL

    def test_a_looked_after_childs_rule_decides(self):
        child = child_with(PlanType.CIC, PlanType.CP)
        make_easement(rule=RuleKey.REMOTE_VISITS_CP, terms=RuleTerms.FREE)
        assert standing(child, THE_24TH).lawful is Lawful.NO


class TestMoved:
    """Databases that held the easements among the rules of visits."""

    def move(self, way: str = "forwards") -> None:
        migration = import_module("visits.migrations.0010_easements_to_the_register_of_guidance")
        getattr(migration, way)(apps, None)

    def shipped(self, **other) -> None:
        rows = (
            (date(2000, 1, 1), date(2020, 4, 24), False, False),
            (date(2020, 4, 24), date(2020, 9, 25), True, False),
            (date(2020, 9, 25), date(2021, 3, 31), True, True),
            (date(2021, 3, 31), date(2021, 9, 30), True, True),
            (date(2021, 9, 30), None, False, False),
        )
        for since, until, allowed, asks in rows:
            RemoteVisitRule.objects.create(
                plan_type="CIC", effective_from=since, effective_until=other.get(str(since), until),
                allowed=allowed, needs_reason=asks, needs_record=asks, instrument="SI", source="Told by us",
            )  # fmt: skip

    def law(self) -> list[Lawful]:
        child = Child.objects.filter(child_ref="C-0009").first() or child_with(PlanType.CIC)
        days = (date(2020, 4, 23), date(2020, 4, 24), THE_24TH, THE_26TH, LAST_DAY, LAST_DAY + timedelta(1))
        return [standing(child, day).lawful for day in days]

    def test_the_law_stays_the_same_there_and_back(self):
        self.shipped()
        before = self.law()
        assert before == [
            Lawful.NO, Lawful.YES, Lawful.YES, Lawful.INCOMPLETE, Lawful.INCOMPLETE, Lawful.NO,
        ]  # fmt: skip
        self.move()
        assert self.law() == before
        [ordinary] = RemoteVisitRule.objects.filter(plan_type="CIC")
        assert (ordinary.allowed, ordinary.effective_until) == (False, None)
        assert all(story("easement", one.uid) for one in Easement.objects.all())
        loaded()
        assert self.law() == before
        assert Easement.objects.filter(rule=RuleKey.REMOTE_VISITS_CARE).count() == 3
        self.move("backwards")
        Easement.objects.all().delete()
        assert self.law() == before

    def test_what_a_service_had_set_moves_as_it_was(self):
        self.shipped(**{"2020-04-24": date(2020, 8, 1)})
        self.move()
        assert first_easement().effective_until == date(2020, 8, 1)
        out = StringIO()
        call_command("load_easements", stdout=out)
        assert (
            "Left as you set it: Visits to children in care by video or telephone, SI: until 2020-08-01"
            in (out.getvalue())
        )
        assert first_easement().effective_until == date(2020, 8, 1)

    def test_an_empty_database_stays_empty(self):
        self.move()
        assert not Easement.objects.exists()
        assert remote_rules() == []


def test_two_easements_never_change_a_rule_on_the_same_day():
    loaded()
    with pytest.raises(Refusal) as refusal:
        services.amend(
            user=person("CO"), easement=first_easement(), expected_version=1,
            effective_until=date(2020, 9, 26), reason="Extended", now=NOW,
        )  # fmt: skip
    assert (refusal.value.code, refusal.value.field) == ("rule_taken", "effective_until")
