"""A manager imports a file of visits in a browser, and the worker checks and loads it."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.people import person, sign_in
from tests.visits.factories import make_child
from tests.worker_process import WorkerProcess
from visits.models import Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROWS = (
    "visit_ref,child_ref,visit_date,method,status,child_seen,authorised\n"
    "V1,C1,2020-06-01,video,completed,,\n"
    "V2,C1,31/06/2020,video,completed,,\n"
    "V3,C-elsewhere,2020-06-01,video,completed,,\n"
)


@pytest.fixture
def manager(live_server) -> User:
    make_child("C1")
    return person("MG", "import_records", name="Mira Manager")


def sign_in_browser(page: Page, live_server, user: User) -> None:
    session = sign_in(Client(), user).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])


def send_file(page: Page, live_server, folder: Path) -> None:
    (folder / "visits.csv").write_text(ROWS)
    page.goto(live_server.url + reverse("import_records"))
    page.get_by_label("Visits", exact=True).check()
    page.get_by_label("Choose a CSV file").set_input_files(folder / "visits.csv")
    page.get_by_role("button", name="Check the file").click()


def look(page: Page, name: str) -> None:
    """Readable at both widths, and nothing for axe to find."""
    page.wait_for_load_state()
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
        if folder := os.environ.get("SCREENSHOTS"):
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)


def test_a_file_is_checked_and_loaded(
    live_server, page: Page, manager: User, worker_process: WorkerProcess, tmp_path: Path
):
    sign_in_browser(page, live_server, manager)
    page.goto(live_server.url + reverse("import_records"))
    look(page, "import")
    send_file(page, live_server, tmp_path)
    expect(page.get_by_text("1 of 3 rows would be accepted, 2 refused.")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("row", name="is a day that the calendar does not have")).to_have_count(2)
    look(page, "import-checked")
    assert not Visit.objects.exists()
    page.get_by_role("button", name="Load the accepted rows").click()
    expect(page.get_by_text("1 of 3 rows accepted, 2 refused.")).to_be_visible(timeout=20_000)
    look(page, "import-loaded")
    assert Visit.objects.get().visit_ref == "V1"


def test_it_works_without_javascript(
    live_server, browser, manager: User, worker_process: WorkerProcess, tmp_path: Path
):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in_browser(page, live_server, manager)
    send_file(page, live_server, tmp_path)
    # The page asks for itself anew.
    expect(page.get_by_text("1 of 3 rows would be accepted, 2 refused.")).to_be_visible(timeout=20_000)
    context.close()


def test_nothing_chosen_is_said_beside_the_questions(live_server, page: Page, manager: User):
    sign_in_browser(page, live_server, manager)
    page.goto(live_server.url + reverse("import_records"))
    page.get_by_role("button", name="Check the file").click()
    expect(page).to_have_title("Error: Import records – Safeguarding Oversight")
    look(page, "import-error")
    page.get_by_role("link", name="Select what the file holds").click()
    expect(page.get_by_label("Visits", exact=True)).to_be_focused()
