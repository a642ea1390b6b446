"""The import law holds, and each of its contracts catches a breach planted for it."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from tools.paths import ROOT

_CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
_LAW = _CONFIG["importlinter"]
_CONTRACTS = {contract["id"]: contract for contract in _LAW["contracts"]}
_APPS = [package for package in _LAW["root_packages"] if package != "safeguarding"]

# A small house that keeps the law: every import in it is allowed, some only just.
_LAWFUL = {
    "safeguarding/celery.py": "import celery\n",
    "safeguarding/urls.py": "from visits import views\n",
    "safeguarding/kernel/periods.py": "",
    "accounts/models.py": "from django.db import models\n",
    "accounts/selectors.py": "from accounts import models\n",
    "operations/services.py": "from accounts import selectors\n",
    "operations/rules/leases.py": "import datetime\n",
    "partners/constants.py": "from django.db import models\n",
    "partners/rules.py": "from partners import constants\n",
    "visits/facts.py": "",
    "visits/constants.py": "",
    "visits/rules.py": (
        "import datetime\nfrom safeguarding.kernel import periods\nfrom visits import constants, facts\n"
        "from partners.constants import x\n"
    ),
    "visits/models.py": "from django.db import models\nfrom visits import rules\n",
    "visits/selectors.py": "from visits import models\nfrom visits.facts import x\n",
    "visits/services.py": "from operations import services\nfrom visits import models, rules\n",
    "visits/tasks.py": "from celery import shared_task\nfrom visits import services\n",
    "visits/views.py": "from visits import selectors, services\n",
    "dashboards/selectors.py": "from visits.selectors import x\n",
    "dashboards/figures/visiting.py": "import numpy\nfrom visits.facts import x\n",
    "dashboards/views.py": "from dashboards import selectors\nfrom dashboards.figures import visiting\n",
}

# Where a breach is planted: (contract, file, line, what the report must name).
_BREACHES = [
    (
        "down",
        "accounts/selectors.py",
        "from visits import selectors",
        "accounts.selectors -> visits.selectors",
    ),
    ("down", "visits/facts.py", "import dashboards.views", "visits.facts -> dashboards.views"),
    ("down", "safeguarding/kernel/periods.py", "import accounts.selectors", "periods -> accounts.selectors"),
    (
        "wiring",
        "visits/services.py",
        "from safeguarding import celery",
        "visits.services -> safeguarding.celery",
    ),
    (
        "wiring",
        "safeguarding/kernel/periods.py",
        "import safeguarding.urls",
        "kernel.periods -> safeguarding.urls",
    ),
    (
        "doors",
        "operations/services.py",
        "from accounts.models import x",
        "operations.services -> accounts.models",
    ),
    (
        "doors",
        "dashboards/selectors.py",
        "from visits.rules import x",
        "dashboards.selectors -> visits.rules",
    ),
    ("doors", "dashboards/views.py", "import visits", "dashboards.views -> visits "),
    (
        "doors",
        "dashboards/views.py",
        "def f():\n    from visits import tasks",
        "dashboards.views -> visits.tasks",
    ),
    ("pure", "visits/rules.py", "from django.db import transaction", "visits.rules -> django"),
    ("pure", "visits/rules.py", "from django.conf import settings", "visits.rules -> django"),
    ("pure", "visits/rules.py", "from visits import selectors", "visits.rules -> visits.selectors"),
    ("pure", "partners/rules.py", "import celery", "partners.rules -> celery"),
    # Where the rules are a package, each of its modules is held to it.
    ("pure", "operations/rules/leases.py", "from django.db import models", "rules.leases -> django"),
    (
        "pure",
        "dashboards/figures/visiting.py",
        "from django.utils import timezone",
        "figures.visiting -> django",
    ),
    ("celery", "visits/services.py", "from celery import shared_task", "visits.services -> celery"),
    ("celery", "visits/views.py", "import kombu", "visits.views -> kombu"),
    (
        "read-only",
        "dashboards/views.py",
        "from visits import services",
        "dashboards.views -> visits.services",
    ),
    (
        "read-only",
        "dashboards/selectors.py",
        "import accounts.services",
        "dashboards.selectors -> accounts.services",
    ),
]


def _lint(folder: Path) -> subprocess.CompletedProcess:
    """Hold a folder to the contracts of the project's own pyproject.toml."""
    shutil.copy(ROOT / "pyproject.toml", folder)
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [str(program), "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def _build(folder: Path, files: dict[str, str]) -> None:
    for package in _LAW["root_packages"]:
        (folder / package).mkdir()
        (folder / package / "__init__.py").touch()
    # Every app has every door, so that a planted import has somewhere to go.
    wanted = {f"{app}/{door}.py": "" for app in _APPS for door in _CONTRACTS["doors"]["doors"]} | files
    for name, text in wanted.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        (path.parent / "__init__.py").touch()
        path.write_text(text)


def _section(report: str, contract: str) -> str:
    """What the report says about one broken contract: from its underlined name to the next one."""
    broken = report.partition("Broken contracts\n")[2]
    sections = re.split(r"^(.+)\n-{3,}\n", broken, flags=re.MULTILINE)
    return dict(zip(sections[1::2], sections[2::2], strict=True)).get(_CONTRACTS[contract]["name"], "")


def test_the_house_keeps_the_law() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_a_lawful_house_passes(tmp_path: Path) -> None:
    _build(tmp_path, _LAWFUL)
    done = _lint(tmp_path)
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def report_of_breaches(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One report on the lawful house with every breach planted in it."""
    folder = tmp_path_factory.mktemp("house")
    files = dict(_LAWFUL)
    for _, name, line, _ in _BREACHES:
        files[name] += f"{line}\n"
    _build(folder, files)
    done = _lint(folder)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(("contract", "file", "line", "named"), _BREACHES)
def test_a_planted_breach_is_named(
    report_of_breaches: str, contract: str, file: str, line: str, named: str
) -> None:
    assert named in _section(report_of_breaches, contract), report_of_breaches


def test_no_contract_is_without_a_planted_breach() -> None:
    assert {contract for contract, *_ in _BREACHES} == set(_CONTRACTS)


def test_every_app_stands_under_the_law() -> None:
    """An app that is not listed would be free to import anything."""
    built = sorted(path.parent.name for path in ROOT.glob("*/apps.py") if path.parent.name != "safeguarding")
    assert sorted(_APPS) == built
    assert sorted(_CONTRACTS["doors"]["apps"]) == built
    assert set(built) < set(_CONFIG["mypy"]["packages"])
    assert set(built) < set(_CONFIG["coverage"]["run"]["source"])


def _rank(app_label: str) -> int | None:
    """How deep an app lies, the deepest being the largest; None for an app that is not ours."""
    for depth, layer in enumerate(_CONTRACTS["down"]["layers"]):
        if app_label in re.findall(r"[\w.]+", layer):
            return depth
    return None


def _pointing_up(all_models: list[type[models.Model]]) -> list[str]:
    found = []
    for model in all_models:
        here = _rank(model._meta.app_label)
        for field in model._meta.get_fields():
            if field.auto_created or not field.is_relation or field.related_model is None or here is None:
                continue
            there = _rank(field.related_model._meta.app_label)
            sideways = there == here and field.related_model._meta.app_label != model._meta.app_label
            if there is not None and (there < here or sideways):
                found.append(f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}")
    return found


def test_foreign_keys_point_down() -> None:
    assert _pointing_up(apps.get_models(include_auto_created=True)) == []


def test_a_foreign_key_that_points_up_is_named() -> None:
    from django.test.utils import isolate_apps

    with isolate_apps("accounts", "visits") as registry:

        class Visit(models.Model):
            class Meta:
                app_label = "visits"
                apps = registry

        class Badge(models.Model):
            visit = models.ForeignKey("visits.Visit", models.CASCADE)

            class Meta:
                app_label = "accounts"
                apps = registry

        assert _pointing_up([Visit, Badge]) == ["accounts.Badge.visit -> visits.Visit"]


def test_the_clock_is_banned_where_it_is_an_argument(tmp_path: Path) -> None:
    """ruff refuses a clock reading in a service, and lets a task, a view and a command do it."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    text = (
        "from datetime import date, datetime\n\nfrom django.utils import timezone\n\n"
        "MOMENTS = (timezone.now(), date.today(), datetime.now())\n"
    )
    where = [
        "visits/services.py",
        "visits/tasks.py",
        "visits/views.py",
        "visits/management/commands/sweep.py",
    ]
    for name in where:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    ruff = str(Path(sys.executable).with_name("ruff"))
    command = [ruff, "check", "--no-cache", "--select", "TID251", "--output-format", "concise", "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    refused = re.findall(r"^(\S+?):\d+:\d+: TID251", done.stdout, re.MULTILINE)
    assert refused == ["visits/services.py"] * 3, done.stdout
