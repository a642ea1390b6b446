"""The documents mention what there is: every command, setting, scheduled job, app and decision."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()
README = (ROOT / "README.md").read_text()

OUR_APPS = sorted(
    app.label
    for app in apps.get_app_configs()
    if Path(app.path).is_relative_to(ROOT) and ".venv" not in app.path
)
COMMANDS = sorted(name for name, app in get_commands().items() if app in OUR_APPS)
SETTINGS = sorted(set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M)))
READ = sorted(
    set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', (ROOT / "safeguarding" / "settings.py").read_text()))
)


def test_there_is_something_to_look_for():
    assert "visits" in OUR_APPS and "import_records" in COMMANDS and "DATABASE_URL" in SETTINGS


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command):
    assert f"`{command}`" in OPERATIONS


@pytest.mark.parametrize("setting", READ)
def test_every_setting_that_is_read_is_in_the_example_and_documented(setting):
    assert setting in SETTINGS
    assert f"`{setting}`" in OPERATIONS


@pytest.mark.parametrize("job", sorted(settings.CELERY_BEAT_SCHEDULE))
def test_every_scheduled_job_is_documented(job):
    assert f"`{job}`" in OPERATIONS


@pytest.mark.parametrize("app", OUR_APPS)
def test_every_app_has_its_place_on_the_map(app):
    assert f"`{app}/`" in ARCHITECTURE
    assert f"`{app}/`" in README


def test_every_decision_is_listed():
    decisions = {path.name for path in (ROOT / "docs" / "adr").glob("0*.md")}
    assert decisions == set(
        re.findall(r"\((\d{4}-[\w-]+\.md)\)", (ROOT / "docs" / "adr" / "README.md").read_text())
    )


@pytest.mark.parametrize(
    "page", sorted(ROOT.glob("docs/**/*.md")) + [ROOT / "README.md"], ids=lambda p: p.name
)
def test_links_between_documents_lead_somewhere(page):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), target
