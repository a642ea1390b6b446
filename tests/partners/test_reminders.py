"""The ladder of reminders: its days, what is owed, and its words. No database."""

from datetime import UTC, date, datetime, timedelta

import pytest

from partners.constants import ReminderStep, ReturnState
from partners.rules.reminders import Silent, board_words, ladder, next_rung, owed, words

BEFORE, DUE, LATE, DEPUTY, BOARD = ReminderStep
LEAD, OTHER_LEAD, A_DEPUTY, CHAIR = 1, 2, 3, 4
PEOPLE = {BEFORE: [LEAD], DUE: [LEAD], LATE: [LEAD], DEPUTY: [A_DEPUTY], BOARD: [CHAIR]}
# A Friday, noon in London.
DUE_AT = datetime(2020, 4, 24, 11, tzinfo=UTC)
OPENED = datetime(2020, 4, 20, 5, tzinfo=UTC)
DAY = timedelta(days=1)


def days(due_at: datetime, since: datetime = OPENED) -> dict:
    return {rung.step: rung.owed_since for rung in ladder(due_at, since)}


def at(day: date, hour: int = 8) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


class TestTheDays:
    def test_two_working_days_before_on_the_day_and_one_three_and_five_after(self):
        assert days(DUE_AT) == {
            BEFORE: at(date(2020, 4, 22)),
            DUE: at(date(2020, 4, 24)),
            LATE: at(date(2020, 4, 27)),
            DEPUTY: at(date(2020, 4, 29)),
            BOARD: at(date(2020, 5, 1)),
        }

    def test_bank_holidays_are_no_working_days(self):
        # Good Friday and Easter Monday 2020 were 10 and 13 April; the May holiday was Friday the 8th.
        found = days(datetime(2020, 4, 14, 11, tzinfo=UTC), datetime(2020, 4, 1, tzinfo=UTC))
        assert found[BEFORE] == at(date(2020, 4, 8))
        found = days(datetime(2020, 5, 7, 11, tzinfo=UTC), datetime(2020, 5, 1, tzinfo=UTC))
        assert found[LATE] == at(date(2020, 5, 11))

    @pytest.mark.parametrize(
        ("due", "hours"),
        [
            # Summer time begins on 29 March 2020 and ends on 25 October 2020.
            (datetime(2020, 3, 27, 12, tzinfo=UTC), (9, 9, 8, 8, 8)),
            (datetime(2020, 10, 23, 11, tzinfo=UTC), (8, 8, 9, 9, 9)),
        ],
    )
    def test_it_is_nine_in_london_on_both_sides_of_a_clock_change(self, due, hours):
        found = ladder(due, due - 9 * DAY)
        assert tuple(rung.owed_since.hour for rung in found) == hours

    def test_a_later_date_moves_the_whole_ladder(self):
        moved = days(DUE_AT + 7 * DAY)
        assert all(
            moved[step] == moment + 7 * DAY for step, moment in days(DUE_AT).items() if step is not BOARD
        )
        # 8 May 2020 was a bank holiday.
        assert moved[BOARD] == at(date(2020, 5, 11))

    def test_who_got_the_return_late_is_not_late_with_what_they_did_not_have(self):
        came = datetime(2020, 5, 12, 14, tzinfo=UTC)
        assert days(DUE_AT, came) == {
            LATE: at(date(2020, 5, 13)),
            DEPUTY: at(date(2020, 5, 15)),
            BOARD: at(date(2020, 5, 19)),
        }

    def test_opened_after_the_first_step_it_is_owed_from_then(self):
        came = datetime(2020, 4, 23, 15, tzinfo=UTC)
        assert days(DUE_AT, came)[BEFORE] == came

    def test_due_before_nine_it_is_said_no_later_than_that(self):
        early = datetime(2020, 4, 24, 6, tzinfo=UTC)
        assert days(early)[DUE] == early

    def test_the_next_step(self):
        rungs = ladder(DUE_AT, OPENED)
        assert next_rung(rungs, DUE_AT).step == LATE
        assert next_rung(rungs, DUE_AT + 30 * DAY) is None


class TestWhatIsOwed:
    RUNGS = ladder(DUE_AT, OPENED)

    def owed(self, now, handled=(), people=PEOPLE):
        return [
            (one.step, one.recipient, one.passed_over) for one in owed(self.RUNGS, people, set(handled), now)
        ]

    def test_nothing_before_its_time(self):
        first = self.RUNGS[0].owed_since
        assert self.owed(first - timedelta(seconds=1)) == []
        assert self.owed(first) == [(BEFORE, LEAD, False)]

    def test_each_once(self):
        first = self.RUNGS[0].owed_since
        assert self.owed(first + DAY, [(BEFORE, LEAD)]) == []

    def test_of_the_steps_that_came_due_meanwhile_each_person_gets_the_latest(self):
        assert self.owed(self.RUNGS[-1].owed_since) == [
            (BEFORE, LEAD, True),
            (DUE, LEAD, True),
            (LATE, LEAD, False),
            (DEPUTY, A_DEPUTY, False),
            (BOARD, CHAIR, False),
        ]

    def test_one_person_of_two_duties_hears_once(self):
        people = PEOPLE | {DEPUTY: [LEAD, A_DEPUTY]}
        found = self.owed(self.RUNGS[3].owed_since, [(BEFORE, LEAD), (DUE, LEAD)], people)
        assert found == [(LATE, LEAD, True), (DEPUTY, LEAD, False), (DEPUTY, A_DEPUTY, False)]

    def test_two_leads_hear_both(self):
        people = PEOPLE | {BEFORE: [LEAD, OTHER_LEAD]}
        assert len(self.owed(self.RUNGS[0].owed_since, people=people)) == 2

    def test_nobody_there_is_said_once_and_made_good_when_somebody_is(self):
        now, nobody = self.RUNGS[1].owed_since, PEOPLE | {BEFORE: [], DUE: []}
        assert self.owed(now, people=nobody) == [(BEFORE, None, False), (DUE, None, False)]
        handled = [(BEFORE, None), (DUE, None)]
        assert self.owed(now + DAY, handled, nobody) == []
        assert self.owed(now + DAY, handled) == [(BEFORE, LEAD, True), (DUE, LEAD, False)]

    def test_who_joins_later_is_not_told_what_another_was_told(self):
        now = self.RUNGS[-1].owed_since
        handled = [(step, people[0]) for step, people in PEOPLE.items()]
        assert self.owed(now, handled, PEOPLE | {BOARD: [CHAIR, 9], DEPUTY: [9]}) == []


class TestWords:
    SILENT = Silent("Police", ReturnState.NOT_STARTED, date(2020, 4, 6), date(2020, 4, 19), DUE_AT)

    def test_before_and_after_the_date(self):
        title, text = words(BEFORE, self.SILENT, DUE_AT - 2 * DAY)
        assert title == "Assurance return due 24 April 2020: Police"
        assert "for 6 to 19 April 2020 is due on 24 April 2020 at 12 noon. It has not been sent yet." in text
        title, text = words(DUE, self.SILENT, DUE_AT)
        assert title == "Assurance return was due 24 April 2020: Police"
        assert "was due on 24 April 2020" in text and "ask the coordinator for a later date" in text

    def test_what_was_sent_back_is_called_so_and_the_deputy_is_asked_as_such(self):
        back = Silent("Police", ReturnState.SENT_BACK, date(2020, 4, 27), date(2020, 5, 10), DUE_AT)
        _, text = words(DEPUTY, back, DUE_AT + DAY)
        assert "27 April to 10 May 2020" in text
        assert "It was sent back and has not been sent again. You are asked as the deputy." in text

    def test_the_board_reads_all_partners_of_a_cycle_at_once(self):
        other = Silent("Health", ReturnState.STARTED, date(2020, 4, 6), date(2020, 4, 19), DUE_AT + DAY)
        title, text = board_words([self.SILENT, other])
        assert title == "No assurance return from 2 partners"
        assert "Police: was due on 24 April 2020\nHealth: was due on 25 April 2020" in text
        assert board_words([other])[0] == "No assurance return from Health"
