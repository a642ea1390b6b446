"""The partnership of the demonstration: its rows tell the story of the published paper, keep the rules of the
service, and leave something to do for everybody today."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import transaction

from accounts.audit import Actor
from accounts.models import User
from partners.constants import (
    ActionState,
    ConcernState,
    DependencyState,
    EventState,
    MeetingState,
    MinutesState,
    NonAnswer,
    ReminderStep,
    ReturnState,
    ServiceLevel,
    SurveyState,
)
from partners.models import (
    Action,
    ActionMove,
    ActionSlip,
    AgendaItem,
    Answer,
    AnswerRevision,
    Backlog,
    BacklogCount,
    Booking,
    Concern,
    ConcernMove,
    Cycle,
    Dependency,
    Meeting,
    MeetingSeries,
    Organisation,
    Reminder,
    Return,
    ReturnMove,
    Service,
    Submission,
    Survey,
    TrainingEvent,
)
from partners.rules import actions as action_rules
from partners.rules import concerns as concern_rules
from partners.rules.answers import submit_faults
from partners.rules.backlogs import Outlook
from partners.rules.free_texts import personal_marks
from partners.rules.proposals import proposals
from partners.rules.returns import ALLOWED_MOVES, counts
from partners.rules.services import LEVEL_MOVES
from partners.rules.surveys import SCALES
from partners.selectors.concerns import concerns_at
from partners.selectors.history import attendance_at
from partners.selectors.panels import panel_audits_at
from partners.selectors.plans import (
    all_in_recovery_planning,
    backlogs_at,
    commitment_statement,
    scenarios_at,
)
from partners.selectors.returns import submissions_at
from partners.selectors.surveys import enough_replies, questions_of
from partners.selectors.training import demand_of_month, training_at
from partners.selectors.waiting import waiting_for
from partners.services.cycles import open_due_cycles
from partners.services.series import plan_meetings
from partners.services.tracker import remind
from safeguarding.demo import people
from safeguarding.kernel.periods import Month
from tests.demo.conftest import TODAY, load_partnership

pytestmark = pytest.mark.django_db
# The committee met on this day; what it read was known by then.
COMMITTEE = datetime(2020, 9, 1, 9, tzinfo=UTC)
_PARTNERS, _COMMISSIONED = "covid19-partners", "covid19-commissioned"


@pytest.fixture(scope="module")
def today(django_db_setup, django_db_blocker):
    """The partnership as of a day years later, in a transaction that is undone."""
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        try:
            yield load_partnership(TODAY)[1]
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)


def _said(number: int, code: str) -> dict[str, str]:
    """What each organisation's return of a cycle says to a question: the value, or the non-answer."""
    sent = submissions_at(Cycle.objects.get(number=number), datetime(2100, 1, 1, tzinfo=UTC))
    return {
        one.organisation: given.non_answer or given.value
        for one in sent
        if (given := one.answers.get(code)) is not None
    }


# --- The paper's key findings (paragraph 19) --------------------------------------------------


def test_a_all_partners_are_into_recovery_planning(today):
    assert all_in_recovery_planning(COMMITTEE).holds
    assert not all_in_recovery_planning(datetime(2020, 5, 6, 9, tzinfo=UTC)).holds


def test_b_backlogs_will_weigh_on_recovery_and_that_of_the_courts_is_national(today):
    known = backlogs_at(COMMITTEE)
    courts = [one for one in known if one.kind == "courts"]
    assert [one.national for one in courts] == [True, True]
    for one in courts:
        assert one.forecast.outlook == Outlook.GROWS
        stocks = [count.stock for count in one.counts]
        assert stocks == sorted(stocks)
    assert not any(one.national for one in known if one.kind != "courts")
    assert sum(one.last.stock for one in known) > 500
    national = [one for one in concerns_at(COMMITTEE) if one.breadth == "national"]
    assert [(one.theme, one.state) for one in national] == [("backlogs", ConcernState.ANSWERED)]
    assert national[0].escalated_at


def test_c_all_foresee_more_demand_and_one_plans_for_three_scenarios(today):
    expected = _said(10, "demand_expected")
    assert len(expected) == 9
    assert set(expected.values()) == {"more"}
    plans = _said(10, "demand_scenarios")
    assert [name for name, plan in plans.items() if plan == "all_three"] == ["Merrowshire County Council"]
    assert len(set(plans.values())) > 1
    board = scenarios_at(COMMITTEE)
    assert board.uplifts == (10, 20, 30)
    assert [one.partner.name for one in board.answered] == ["Merrowshire County Council"]
    assert [cell.uplift for cell in board.answered[0].cells] == [10, 20, 30]


def test_d_no_partner_plans_to_stop_or_reduce(today):
    for number in range(1, 11):
        assert set(_said(number, "plan_to_reduce").values()) == {"no"}
    assert commitment_statement(COMMITTEE.date(), COMMITTEE).holds
    # No partner has withdrawn its services fully: in each cycle each runs most of them.
    for number in range(1, 11):
        for name, table in _said(number, "service_levels").items():
            levels = Counter(row["level"] for row in table.values())
            assert levels["paused"] <= 1, (number, name)


def test_e_equipment_is_of_concern_to_some_partners(today):
    for number in (1, 5, 10):
        answers = Counter(_said(number, "ppe_access").values())
        assert answers["enough"], number
        assert answers["at_risk"] + answers["short"], number
    assert "short" in _said(1, "ppe_access").values()


def test_f_tracing_presses_on_recovery_and_on_some_in_particular(today):
    assert set(_said(3, "tracing_pressure").values()) == {"none"}
    pressed = _said(10, "tracing_pressure")
    assert sum(one != "none" for one in pressed.values()) >= 8
    assert {name for name, one in pressed.items() if one == "severe"} == {
        "Castlebourne and Halverton Hospitals",
        "Halverton Schools and Colleges Forum",
    }


# --- The rest of its story --------------------------------------------------------------------


def test_children_with_a_cause_for_concern_stayed_first(today):
    assert set(_said(10, "children_first").values()) == {"all"}
    for name, table in _said(10, "children_contact").items():
        if isinstance(table, dict) and name.endswith("Council"):
            shares = {
                row: cells["in_contact"] / cells["children"]
                for row, cells in table.items()
                if cells["children"]
            }
            assert shares["protection_plan"] > 0.9 > shares["looked_after"] > shares["in_need"] > 0.5


def test_the_domestic_abuse_service_kept_contact_with_all(today):
    for number in range(1, 11):
        [table] = _said(number, "contact").values()
        for cells in table.values():
            assert cells["caseload"] == cells["in_contact"] == cells["assessed"] > 0


def test_training_was_asked_for_more_than_usual(today):
    known = training_at(datetime(2020, 8, 31, 20, tzinfo=UTC), months=4)
    assert all(line.percent > 100 for line in known.demand if line.level in "123")
    assert "classroom" not in known.by_mode
    assert TrainingEvent.objects.filter(state=EventState.CANCELLED, mode="classroom").exists()
    first = TrainingEvent.objects.filter(mode="blended").order_by("held_on").first()
    assert first.held_on >= date(2020, 9, 1)


def test_the_panel_paused_in_march_and_came_back_better_attended(today):
    held = list(Meeting.objects.filter(series__kind="panel", state="held", starts_at__year=2020))
    assert [one.starts_at.month for one in held] == [1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    came = {
        one.starts_at.month: sum(row.state in ("present", "deputy") for row in one.attendances.all())
        for one in held
    }
    assert min(came[month] for month in (4, 5, 6)) >= max(came[1], came[2])
    [audit] = panel_audits_at(COMMITTEE)
    assert not audit.done
    assert not audit.overdue


def test_partners_met_each_fortnight_and_the_board_each_month(today):
    series = MeetingSeries.objects.get(kind="partners")
    days = [one.starts_at.date() for one in series.meetings.filter(starts_at__year=2020)]
    assert days[0] == date(2020, 4, 15)
    assert {after - before for before, after in pairwise(days)} == {timedelta(days=14)}
    board = MeetingSeries.objects.get(kind="board").meetings.order_by("starts_at")
    months = [one.starts_at.strftime("%Y-%m") for one in board[:12]]
    assert months[:3] == ["2019-09", "2019-12", "2020-03"]
    assert months[3:] == [f"2020-{month:02}" for month in range(4, 13)]


# --- What the rows keep to --------------------------------------------------------------------


def test_ten_cycles_of_eight_partners_and_a_commissioned_service(today):
    first = Cycle.objects.filter(period_start__year=2020).order_by("number")
    assert [one.number for one in first] == list(range(1, 11))
    assert first[0].period_start == date(2020, 4, 6)
    for before, after in pairwise(first):
        assert after.period_start == before.period_end + timedelta(days=1)
    for cycle in first:
        asked = Counter(cycle.returns.values_list("question_set__code", flat=True))
        assert asked == {_PARTNERS: 8, _COMMISSIONED: 1}
    unsent = Return.objects.filter(cycle__in=first).exclude(state=ReturnState.ACCEPTED)
    assert [(one.cycle.number, one.state) for one in unsent] == [(4, ReturnState.NOT_STARTED)]


def test_the_silent_return_went_up_the_whole_ladder(today):
    silent = Return.objects.get(cycle__number=4, state=ReturnState.NOT_STARTED)
    steps = silent.reminders.order_by("owed_since").values_list("step", "nobody")
    assert list(dict.fromkeys(steps)) == [
        (ReminderStep.BEFORE, False),
        (ReminderStep.DUE, False),
        (ReminderStep.LATE, False),
        # The schools have no deputy.
        (ReminderStep.DEPUTY, True),
        (ReminderStep.BOARD, False),
    ]
    assert silent.reminders.filter(step=ReminderStep.BOARD).count() == 7
    assert not Submission.objects.filter(of_return=silent).exists()


def test_the_service_finds_nothing_to_make_up_for(today):
    actor = Actor.job("test")
    assert open_due_cycles(now=today, actor=actor) == []
    assert plan_meetings(now=today) == {"planned": 0}
    assert remind(now=today) == {}


def test_every_return_that_was_sent_could_be_sent(today):
    checked = 0
    for cycle in Cycle.objects.all():
        for sent in submissions_at(cycle, today):
            assert submit_faults(sent.question_set, sent.answers) == []
            checked += 1
    assert checked == Return.objects.exclude(submitted_at=None).count() > 100


def test_what_was_accepted_is_what_was_answered(today):
    answers = defaultdict(dict)
    for row in Answer.objects.select_related("question"):
        names = ("value", "non_answer", "non_answer_reason", "comment", "same_since_cycle")
        answers[row.of_return_id][row.question.code] = {name: getattr(row, name) for name in names}
    last = {}
    for row in Submission.objects.order_by("number").select_related("of_return"):
        last[row.of_return_id] = row
    for key, row in last.items():
        assert row.answers == answers[key]
        assert row.submitted_at == row.of_return.submitted_at


def test_counts_of_a_submission_are_those_of_the_service(today):
    for cycle in Cycle.objects.filter(number__in=(1, 7, 12)):
        for sent in submissions_at(cycle, today):
            stored = Submission.objects.filter(of_return__uid=sent.return_uid).last()
            assert stored.counts == counts(sent.question_set, sent.answers)


def test_an_answer_keeps_the_cycle_in_which_it_was_first_given(today):
    """What is confirmed says what the return before said; what is new differs from it, or is asked again."""
    confirmed = 0
    sent = {one.number: submissions_at(one, today) for one in Cycle.objects.filter(number__lte=10)}
    for number in range(2, 11):
        before = {one.organisation: one.answers for one in sent[number - 1]}
        for one in sent[number]:
            for code, given in one.answers.items():
                if given.same_since_cycle is not None and one.organisation in before:
                    assert given.value == before[one.organisation][code].value
                    assert given.same_since_cycle < number
                    confirmed += 1
    assert confirmed > 800


def test_every_return_has_its_moves(today):
    allowed = {(was, became) for (was, _), became in ALLOWED_MOVES.items()}
    last, moves = {}, Counter()
    for move in ReturnMove.objects.order_by("at", "pk"):
        assert move.from_state == last.get(move.of_return_id, ReturnState.NOT_STARTED)
        assert (move.from_state, move.to_state) in allowed
        last[move.of_return_id] = move.to_state
        moves[move.of_return_id] += 1
    for row in Return.objects.all():
        assert row.state == last.get(row.pk, ReturnState.NOT_STARTED)
        assert row.version == 1 + moves[row.pk]


def test_every_concern_has_its_moves(today):
    last, moves = {}, Counter()
    for move in ConcernMove.objects.select_related("concern").order_by("at", "pk"):
        was = last.get(move.concern_id, "")
        assert move.from_state == was
        if was and move.to_state != was:
            concern_rules.check_move(move.concern.kind, was, move.to_state)
        last[move.concern_id] = move.to_state
        moves[move.concern_id] += 1
    for row in Concern.objects.all():
        assert (row.state, row.version) == (last[row.pk], moves[row.pk])


def test_concerns_as_of_now_are_what_their_rows_say(today):
    facts = {one.uid: one for one in concerns_at(today)}
    for row in Concern.objects.all():
        fact = facts[row.uid]
        assert (fact.state, fact.severity, fact.breadth) == (row.state, row.severity, row.breadth)
        assert fact.answer_due_at == row.answer_due_at


def test_what_answers_propose_was_proposed(today):
    """Each answer that a rule looks at has its concern: a new one, or one that was open still."""
    for cycle in Cycle.objects.order_by("number"):
        for sent in submissions_at(cycle, today):
            for one in proposals(sent.question_set, sent.answers):
                rows = Concern.objects.filter(
                    organisation__uid=sent.organisation_uid,
                    question__code=one.question,
                    title=one.title,
                    of_return__cycle__number__lte=cycle.number,
                )
                assert rows.exists(), (cycle.number, sent.organisation, one.title)


def test_every_action_has_its_moves_and_slips(today):
    last, seen = {}, Counter()
    for move in ActionMove.objects.order_by("at", "pk"):
        was = last.get(move.action_id, "")
        assert move.from_state == was
        assert not was or move.to_state in action_rules.ALLOWED_MOVES[was]
        last[move.action_id] = move.to_state
        seen[move.action_id] += 1
    for row in Action.objects.all():
        days = [row.original_due_on]
        for slip in ActionSlip.objects.filter(action=row):
            assert slip.from_date == days[-1] < slip.to_date
            days.append(slip.to_date)
        assert row.due_on == days[-1]
        assert (row.state, row.version) == (last[row.pk], seen[row.pk] + len(days) - 1)
        if row.priority == "high" and row.verified_by_id:
            own = Organisation.objects.filter(representatives__user=row.verified_by)
            assert own.exists()
            assert row.organisation not in own


def test_backlogs_add_up_without_gaps(today):
    for backlog in Backlog.objects.all():
        rows = list(backlog.counts.all())
        for before, after in pairwise(rows):
            assert after.before == before.stock
            assert after.period_start == before.period_end + timedelta(days=1)
    returns = {
        (row.of_return.cycle.period_start, row.of_return.organisation_id): row.answers
        for row in Submission.objects.select_related("of_return__cycle")
    }
    compared = 0
    for row in BacklogCount.objects.select_related("backlog"):
        answers = returns.get((row.period_start, row.backlog.organisation_id))
        value = answers and answers.get("backlog_sizes", {}).get("value")
        if value:
            assert value[row.backlog.kind]["stock"] == row.stock
            compared += 1
    assert compared > 70


def test_services_change_by_moves_that_there_are(today):
    for service in Service.objects.prefetch_related("levels"):
        before = ""
        for change in service.levels.all():
            assert change.level in LEVEL_MOVES[before], service.name
            before = change.level


def test_what_was_noted_of_an_item_is_a_sentence(today):
    said = AgendaItem.objects.exclude(notes="").values_list("notes", flat=True)
    assert said and all(text.endswith(".") for text in said)


def test_the_survey_that_may_still_be_changed_asks_as_its_form_does(today):
    draft = Survey.objects.get(state=SurveyState.DRAFT)
    offered = {tuple(one.value for one in options) for _name, options in SCALES.values()}
    assert {tuple(one.value for one in question.options) for question in questions_of(draft)} <= offered


def test_something_of_every_state_is_there(today):
    assert set(Return.objects.values_list("state", flat=True)) == set(ReturnState.values)
    assert set(Concern.objects.values_list("state", flat=True)) == set(ConcernState.values)
    assert set(Action.objects.values_list("state", flat=True)) == set(ActionState.values)
    assert set(Dependency.objects.values_list("state", flat=True)) == set(DependencyState.values)
    assert set(Meeting.objects.values_list("state", flat=True)) == set(MeetingState.values)
    assert set(Meeting.objects.values_list("minutes_state", flat=True)) == set(MinutesState.values)
    assert set(Survey.objects.values_list("state", flat=True)) == set(SurveyState.values)
    assert set(Reminder.objects.values_list("step", flat=True)) == set(ReminderStep.values)
    assert Reminder.objects.filter(nobody=True).exists()
    given = set(Answer.objects.exclude(non_answer="").values_list("non_answer", flat=True))
    assert given == set(NonAnswer.values)
    assert set(Service.objects.values_list("levels__level", flat=True)) == set(ServiceLevel.values)
    assert AnswerRevision.objects.exists()
    assert AgendaItem.objects.filter(restricted=True, restricted_to__isnull=False).exists()
    assert Booking.objects.filter(booked__gt=0, attended__isnull=False).exists()


def test_one_organisation_did_not_know_twice_running(today):
    hospitals = "Castlebourne and Halverton Hospitals"
    said = [_said(number, "staff_isolating")[hospitals] for number in (5, 6, 7, 8)]
    assert said[1] == said[2] == NonAnswer.DO_NOT_KNOW
    assert isinstance(said[0], int)
    assert isinstance(said[3], int)


def test_a_survey_with_enough_replies_and_one_without(today):
    enough = {one.title: enough_replies(one) for one in Survey.objects.exclude(state=SurveyState.DRAFT)}
    assert sorted(enough.values()) == [False, True]


def test_health_is_the_commissioning_group_in_2020_and_the_board_of_today(today):
    names = {
        year: set(
            Return.objects.filter(cycle__period_start__year=year).values_list("organisation__kind", flat=True)
        )
        for year in (2020, 2026)
    }
    assert "ccg" in names[2020]
    assert "icb" not in names[2020]
    assert "icb" in names[2026]
    assert "ccg" not in names[2026]
    assert Organisation.objects.get(kind="icb").predecessor.kind == "ccg"


def test_there_is_something_to_do_for_each_who_has_a_part(today):
    users = {row.name: row for row in User.objects.all()}
    wanted = {
        "Superintendent Rosalind Varley": "return",
        "Farida Holmwood": "return",
        "Evander Stonnall": "my_actions",
        "Siobhan Kettleworth": "dependencies",
        "Jocelyn Thackray": "concerns_before_board",
        "Edmund Haverstock": "my_concerns",
    }
    for name, page in wanted.items():
        assert page in {line.url_name for line in waiting_for(users[name], today)}, name
    coordinator = {line.url_name for line in waiting_for(users["Tobias Lindqvist"], today)}
    assert coordinator >= {"returns_to_look_at", "concerns_triage", "panels"}


def test_no_text_looks_as_if_it_were_of_one_child(today):
    texts = [
        *Concern.objects.values_list("title", "what", "answer", "changed_for_children"),
        *Action.objects.values_list("title", "what", "evidence_text", "changed_for_children"),
        *Meeting.objects.values_list("note", "minutes", "outcomes", "place"),
        *AgendaItem.objects.values_list("title", "notes", "decision"),
        *Answer.objects.values_list("comment", "non_answer_reason"),
    ]
    texts += [(row,) for row in Answer.objects.filter(question__kind="text").values_list("value", flat=True)]
    marked = [text for row in texts for text in row if text and personal_marks(text, today=TODAY)]
    assert marked == []


def test_every_person_who_answers_is_invented(today):
    assert all(person.email.endswith(".example") for person in people.everybody())


def test_a_past_moment_does_not_know_what_was_recorded_later(today):
    for meeting in Meeting.objects.filter(state="held", attendances__isnull=False).distinct():
        assert attendance_at([meeting], meeting.starts_at) == {}
        recorded = attendance_at([meeting], min(meeting.starts_at + timedelta(hours=3), today))
        assert len(recorded) == meeting.attendances.count()
    february = Month.parse("2020-02")
    known = [
        sum(line.attended or 0 for line in demand_of_month(february, datetime(2020, month, 1, tzinfo=UTC)))
        for month in (2, 3)
    ]
    assert known[0] == 0 < known[1]
    # That classrooms would close nobody knew before they did.
    march = Month.parse("2020-03")
    asked = [
        sum(line.asked_for for line in demand_of_month(march, datetime(2020, 3, day, 17, tzinfo=UTC)))
        for day in (15, 31)
    ]
    assert asked[0] > asked[1] > 0
