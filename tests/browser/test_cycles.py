"""A coordinator sets the calendar and drafts a question set in a browser, at both widths."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.audit import Actor
from partners.models import CycleRule, Organisation, QuestionSet
from partners.services.cycles import open_due_cycles
from partners.services.questions import new_version
from tests.browser.test_decisions import fill_date, look
from tests.browser.test_records import open_as
from tests.partners.factories import make_cycle, make_organisation, make_question_set, make_return
from tests.people import person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY = timedelta(days=1)


def test_a_calendar_is_shown_before_it_is_set_and_cycles_open_by_it(live_server, page: Page):
    coordinator = person("CO")
    make_question_set()
    make_organisation("Police", lead=person("PR"))
    first = timezone.localdate() - 16 * DAY
    open_as(page, live_server, coordinator, reverse("cycles"))
    page.get_by_role("link", name="Calendar of cycles").click()
    page.get_by_role("button", name="Change the calendar").click()
    fill_date(page, "First day of the first period", first)
    page.get_by_label("Why is the calendar set so?").fill("As the board agreed")
    page.get_by_role("button", name="Show the next six dates").click()
    expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()
    expect(page.get_by_text("1 cycle opens at once")).to_be_visible()
    look(page, "preview")
    assert not CycleRule.objects.exists()
    page.get_by_role("button", name="Set this calendar").click()
    expect(page.get_by_text("Calendar set.")).to_be_visible()
    [cycle] = open_due_cycles(now=timezone.now(), actor=Actor.job("open-cycles"))
    page.goto(live_server.url + reverse("cycle", args=[cycle.uid]))
    page.get_by_role("link", name="Extend Police").click()
    fill_date(page, "New due date", cycle.due_at.date() + 7 * DAY)
    page.get_by_label("Why does the partner get more time?").fill("Two leads are ill")
    page.get_by_role("button", name="Save new due date").click()
    expect(page.get_by_text("Police may send its return until")).to_be_visible()
    page.get_by_role("button", name="Close this cycle").click()
    expect(page.get_by_role("listitem").filter(has_text="Police")).to_be_visible()
    page.get_by_role("button", name="Close this cycle").click()
    expect(page.get_by_text("Its returns are read-only.")).to_be_visible()


def test_a_question_is_added_with_a_fault_by_line(live_server, page: Page):
    coordinator = person("CO")
    draft = new_version(user=coordinator, question_set=make_question_set(), now=timezone.now())
    open_as(page, live_server, coordinator, reverse("question_set", args=[draft.uid]))
    page.get_by_role("link", name="Add a question to Services").click()
    page.get_by_label("Question", exact=True).fill("Is there enough equipment?")
    page.get_by_label("Code", exact=True).fill("equipment")
    page.get_by_label("One of several answers").check()
    page.get_by_label("Answers", exact=True).fill("yes | Yes | assured\nNo")
    page.get_by_label("Yes, or say why not").check()
    page.get_by_role("button", name="Save question").click()
    page.get_by_role("link", name="Line 2: write 2 to 3 parts").click()
    expect(page.get_by_label("Answers", exact=True)).to_be_focused()
    page.get_by_label("Answers", exact=True).fill("yes | Yes | assured\nno | No | concern")
    page.get_by_role("button", name="Save question").click()
    expect(page.get_by_text("6. Is there enough equipment?")).to_be_visible()
    page.get_by_role("button", name="Move up the question “Is there enough equipment?”").click()
    expect(page.get_by_text("5. Is there enough equipment?")).to_be_visible()


def test_nothing_stands_in_the_way_of_anybody(live_server, page: Page):
    """axe on every page of organisations, question sets and cycles, at both widths."""
    coordinator, lead = person("CO", name="Cora Coordinator"), person("PR", name="Lena Lead")
    question_set = make_question_set()
    draft = new_version(user=coordinator, question_set=question_set, now=timezone.now())
    cycle = make_cycle(1, timezone.localdate() - 20 * DAY)
    police = make_organisation(
        "Police of a county with a rather long name", lead=lead, areas=["North", "South"]
    )
    make_organisation("Schools", "schools", withdrawn_on=timezone.localdate())
    owed = make_return(police, cycle, question_set)
    CycleRule.objects.create(
        effective_from=timezone.localdate(),
        first_period_start=timezone.localdate(),
        reason="As the board agreed",
        set_at=timezone.now(),
    )
    of, on = reverse, [police.uid]
    pages = [
        (coordinator, [of("organisations"), of("organisation", args=on), of("edit_organisation", args=on)]),
        (coordinator, [of("add_representative", args=on), of("add_statutory_role", args=on)]),
        (
            coordinator,
            [of("end_representative", args=[police.uid, lead.uid]), of("end_participation", args=on)],
        ),
        (lead, [of("edit_organisation_contact", args=on), of("question_set", args=[question_set.uid])]),
        (coordinator, [of("question_sets"), of("question_set", args=[draft.uid])]),
        (coordinator, [of("edit_question", args=[draft.uid]) + "?question=level"]),
        (coordinator, [of("edit_section", args=[draft.uid]) + "?section=services"]),
        (coordinator, [of("remove_from_question_set", args=[draft.uid]) + "?question=level"]),
        (coordinator, [of("lock_question_set", args=[draft.uid]), of("edit_question_set", args=[draft.uid])]),
        (coordinator, [of("cycles"), of("cycle", args=[cycle.uid]), of("cycle_calendar")]),
        (coordinator, [of("close_cycle", args=[cycle.uid]), of("set_cycle_pause"), of("set_cycle_rule")]),
        (coordinator, [of("extend_return", args=[cycle.uid, owed.uid])]),
        (lead, [of("cycles"), of("cycle", args=[cycle.uid])]),
    ]
    assert Organisation.objects.count() == 2
    assert QuestionSet.objects.count() == 2
    for user, addresses in pages:
        for address in addresses:
            open_as(page, live_server, user, address)
            look(page, address)
