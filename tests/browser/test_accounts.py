"""Signing in and looking after people in a real browser: accessible, fitting, in words, with the keyboard."""

import re
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import Grant, User
from operations.models import JobRun
from tests.accounts.test_second_factor import code_for
from tests.people import LONG_AGO, PASSWORD, SECRET, person, with_second_factor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def admin() -> User:
    return with_second_factor(person("AD", "AU", name="Ada Admin"))


def sign_in(page: Page, base: str, user: User) -> None:
    page.goto(base + reverse("account_login"))
    page.get_by_label("Email address").fill(user.email.upper())
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    if user.needs_second_factor:
        page.get_by_label("Code").fill(code_for(SECRET))
        page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def check(page: Page) -> None:
    """Nothing for axe to find, and no wider than the window, on a phone and on a desk."""
    # After a click the answer has begun; axe must see the whole of it.
    page.wait_for_load_state()
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page).response["violations"]
        assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == [], page.url
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") == 0, page.url


def test_pages_for_anybody(page: Page, live_server):
    for name in ("account_login", "account_reset_password", "account_reset_password_done"):
        page.goto(live_server.url + reverse(name))
        check(page)
    page.goto(live_server.url + "/password/choose/1-made-up/")
    expect(page.get_by_role("heading", level=1)).to_have_text("This link does not work any more")
    check(page)


def test_a_refused_sign_in_says_so_and_keeps_the_address(page: Page, live_server):
    page.goto(live_server.url + reverse("account_login"))
    page.get_by_label("Email address").fill("somebody@example.org")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Enter a correct email address and password")
    expect(page.get_by_label("Email address")).to_have_value("somebody@example.org")
    assert page.title().startswith("Error: ")
    check(page)


def test_setting_up_the_second_step(page: Page, live_server):
    worker = person("SW", name="Wanda Worker")
    page.goto(live_server.url + reverse("account_login"))
    page.get_by_label("Email address").fill(worker.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up your second step")
    picture = page.get_by_role("img", name=re.compile("QR code"))
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    check(page)
    page.get_by_label("Code").fill(code_for(page.locator(".app-secret").inner_text().replace(" ", "")))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    check(page)
    page.get_by_role("link", name="I have kept them").or_(
        page.get_by_role("button", name="I have kept them")
    ).click()
    expect(page).to_have_url(live_server.url + "/")
    for name in (
        "mfa_index",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_deactivate_totp",
    ):
        page.goto(live_server.url + reverse(name))
        check(page)


def test_ones_own_pages(page: Page, live_server, admin):
    sign_in(page, live_server.url, admin)
    for name in (
        "account",
        "account_change_password",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "account_logout",
    ):
        page.goto(live_server.url + reverse(name))
        check(page)


def test_an_administrator_adds_a_person_and_gives_a_role(page: Page, live_server, admin, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    other = person("AD", name="Olu Other")
    sign_in(page, live_server.url, admin)
    page.goto(live_server.url + reverse("people"))
    check(page)
    page.get_by_role("button", name="Add a person").click()
    check(page)
    page.get_by_label("Full name").fill("Nia New")
    page.get_by_label("Email address").fill("nia@example.org")
    page.get_by_label("Coordinator").check()
    page.get_by_role("button", name="Add and make the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hand over this link")
    check(page)
    page.get_by_role("link", name="Go to Nia New").click()
    page.get_by_label("Role or permission").select_option(label="Administrator")
    page.get_by_role("button", name="Give").click()
    expect(page.get_by_text("Another administrator must confirm it.")).to_be_visible()
    check(page)
    nia = User.objects.get(email="nia@example.org")
    Grant.objects.filter(user=nia, right="AD").update(granted_by=other)
    page.reload()
    page.get_by_role("button", name="Confirm Administrator").click()
    expect(page.get_by_text("The role is confirmed")).to_be_visible()
    page.get_by_role("button", name="End Coordinator").click()
    check(page)
    assert User.objects.get(pk=nia.pk).roles == {"AD"}


def test_the_trail_and_the_jobs(page: Page, live_server, admin):
    sign_in(page, live_server.url, admin)
    job = JobRun.objects.create(
        kind="visit_rates_rebuild", state="running", asked_at=LONG_AGO, asked_by_label="cli:test",
        started_at=LONG_AGO, heartbeat_at=LONG_AGO, done_steps=2, all_steps=5, step="Reading visits",
    )  # fmt: skip
    for name in ("audit_trail", "jobs"):
        page.goto(live_server.url + reverse(name))
        check(page)
    page.goto(live_server.url + reverse("audit_trail") + "?reference=x")
    expect(page.get_by_role("alert")).to_contain_text("Enter a reference")
    check(page)
    page.goto(live_server.url + reverse("job", args=[job.uid]))
    check(page)
    expect(page.locator("#job")).to_contain_text("2 of 5")
    JobRun.objects.filter(pk=job.pk).update(
        state="done", finished_at=datetime.now(UTC), outcome="All is well."
    )
    expect(page.locator("#job")).to_contain_text("All is well.", timeout=10_000)
    expect(page.locator("#job")).not_to_have_attribute("data-refresh", "3")


def test_the_warning_keeps_the_session_and_an_ended_one_says_why(page: Page, live_server, settings):
    settings.SESSION_IDLE_SECONDS = 6
    settings.SESSION_WARN_SECONDS = 4
    sign_in(page, live_server.url, person("BM", name="Bea Board"))
    stay = page.get_by_role("button", name="Stay signed in")
    stay.click(timeout=5_000)
    expect(stay).to_be_hidden()
    expect(page.locator("[data-session-text]").first).to_contain_text(
        "This page was not used for a while", timeout=10_000
    )
    page.goto(live_server.url + reverse("account"))
    expect(page.get_by_text("You were signed out after 6 seconds without activity.")).to_be_visible()
