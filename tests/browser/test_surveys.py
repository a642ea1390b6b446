"""A survey from making to replying, evidence and the offline workbook in a browser, at both widths."""

import io
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from partners.models import Answer, Evidence, Return, Survey, SurveyResponse
from tests.browser.test_decisions import fill_date, look
from tests.browser.test_records import open_as
from tests.partners.factories import make_cycle, make_organisation, make_question_set, make_return
from tests.people import person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
MATRIX = {
    "code": "teams",
    "kind": "matrix",
    "text": "By team",
    "required": False,
    "table": {
        "rows": [{"value": "north", "label": "North"}],
        "columns": [{"value": "open", "label": "Open cases", "kind": "number"}],
    },
}


@pytest.fixture
def lead(live_server):
    return person("PR", name="Lena Lead")


@pytest.fixture
def return_(lead) -> Return:
    from tests.partners.factories import BASIC_QUESTIONS

    questions = make_question_set(questions=(*BASIC_QUESTIONS, MATRIX))
    today = timezone.localdate()
    return make_return(
        make_organisation("North Force", lead=lead), make_cycle(4, today - timedelta(15)), questions
    )


def make_survey(state: str, today: date) -> Survey:
    options = [
        {"value": "yes", "label": "Yes, always", "reading": "assured"},
        {"value": "no", "label": "No", "reading": "concern"},
    ]
    questions = [
        {"code": "q1", "theme": "services", "text": "Can you see every child whom you need to see?",
         "options": options},
        {"code": "q2", "theme": "ppe", "text": "Do you have the equipment you need?", "options": options},
    ]  # fmt: skip
    return Survey.objects.create(
        title="How it is at work", state=state, opens_on=today, closes_on=today + timedelta(7),
        created_at=timezone.now(), questions=questions,
    )  # fmt: skip


def test_a_survey_is_made_opened_and_replied_to(live_server, page: Page):
    coordinator = person("CO", name="Cora Coordinator")
    today = timezone.localdate()
    open_as(page, live_server, coordinator, reverse("surveys"))
    page.get_by_role("button", name="Make a survey").click()
    page.get_by_label("Title").fill("How it is at work")
    fill_date(page, "First day", today)
    fill_date(page, "Last day", today + timedelta(7))
    first = page.get_by_role("group", name="Question 1", exact=True)
    first.get_by_label("Question", exact=True).fill("Do services run?")
    first.get_by_label("What is it about?").select_option("services")
    page.get_by_role("button", name="Save survey").click()
    page.get_by_role("link", name="Select the answers of question 1").click()
    first.get_by_label("Answers").select_option("agree")
    page.get_by_role("button", name="Save survey").click()
    page.get_by_role("button", name="Open the survey").click()
    expect(page.get_by_text("Survey opened.")).to_be_visible()

    page.context.clear_cookies()
    page.goto(live_server.url + reverse("take_survey", args=[Survey.objects.get().link_key]))
    page.get_by_role("button", name="Send your answers").click()
    page.get_by_role("link", name="Select an answer to").click()
    page.get_by_label("Agree", exact=True).check()
    page.get_by_role("button", name="Send your answers").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert SurveyResponse.objects.get().answers == {"q1": "agree"}


def test_evidence_and_a_workbook(live_server, page: Page, return_: Return, lead, tmp_path: Path):
    open_as(page, live_server, lead, reverse("return_files", args=[return_.uid]))
    page.get_by_label("Which question does the file belong to?").select_option("level")
    page.get_by_label("Choose a file").set_input_files(
        {"name": "plan.docx", "mimeType": "application/pdf", "buffer": PDF}
    )
    page.get_by_role("button", name="Attach this file").click()
    expect(page.get_by_role("link", name="The name says that the file is a Word document")).to_be_visible()
    page.get_by_label("Choose a file").set_input_files(
        {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    page.get_by_role("button", name="Attach this file").click()
    expect(page.get_by_text("plan.pdf attached.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="plan.pdf", exact=True).click()
    assert Path(download.value.path()).read_bytes() == PDF
    assert Evidence.objects.count() == 1

    page.goto(live_server.url + reverse("return_workbook", args=[return_.uid]))
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the workbook (Excel)").click()
    book = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    book["Services"]["F5"] = "Perhaps"
    send(page, book, tmp_path / "wrong.xlsx")
    expect(page.get_by_text("Services!F5: Select one of the answers offered")).to_be_visible()
    look(page, "faults of a workbook")
    book["Services"]["F5"] = "Reduced"
    send(page, book, tmp_path / "right.xlsx")
    expect(page.get_by_text("Nothing has been saved yet.")).to_be_visible()
    look(page, "what a workbook would change")
    assert not Answer.objects.exists()
    page.get_by_role("button", name="Save these answers").click()
    expect(page.get_by_text("1 answer saved from the workbook.")).to_be_visible()
    assert Answer.objects.get().value == "reduced"


def send(page: Page, book: openpyxl.Workbook, path: Path) -> None:
    book.save(path)
    page.get_by_label("Choose the workbook that you have filled in").set_input_files(path)
    page.get_by_role("button", name="Check the workbook").click()


def test_nothing_stands_in_the_way_of_anybody(live_server, page: Page, return_: Return, lead):
    """axe on every page of files, prints and surveys, at the widths of a telephone and of a desk."""
    today = timezone.localdate()
    coordinator = person("CO", name="Cora Coordinator")
    draft, running, closed = (make_survey(state, today) for state in ("draft", "open", "closed"))
    SurveyResponse.objects.bulk_create(
        SurveyResponse(
            survey=closed, organisation=return_.organisation, week=today, token=uuid4(),
            answers={"q1": "yes" if number % 2 else "no", "q2": "yes"},
        )
        for number in range(30)
    )  # fmt: skip
    for user, pages in (
        (lead, {"return_files": return_.uid, "return_workbook": return_.uid, "surveys": None}),
        (lead, {"print_return": return_.uid, "print_blank_return": return_.uid}),
        (coordinator, {"surveys": None, "add_survey": None, "survey": draft.uid}),
        (coordinator, {"survey": closed.uid, "take_survey": running.link_key}),
        (coordinator, {"survey_thanks": running.link_key}),
    ):
        for name, uid in pages.items():
            open_as(page, live_server, user, reverse(name, args=[uid] if uid else []))
            look(page, name)
    page.context.clear_cookies()
    page.goto(live_server.url + reverse("take_survey", args=[uuid4()]))
    look(page, "a survey that is not open")
