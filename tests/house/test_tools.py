"""The programs behind `make`: what they keep, what they refuse, and what they say when they stop."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tools import apt, children, chromium, environment, ports, postgres, processes, valkey, venvs
from tools.paths import ROOT
from tools.say import Stop

# --- The environment of a run ----------------------------------------------------------------


def test_a_private_run_is_a_demonstration_with_secrets_of_its_own(tmp_path: Path) -> None:
    made = environment.for_run({}, tmp_path, tmp_path / ".env")
    assert made["DEMO"] == "true"
    assert len(made["SECRET_KEY"]) >= 50
    assert len(made["AUDIT_KEY"]) >= 50
    assert made["SECRET_KEY"] != made["AUDIT_KEY"]
    assert (tmp_path / "secrets.env").stat().st_mode & 0o777 == 0o600


def test_secrets_are_kept_from_run_to_run(tmp_path: Path) -> None:
    first = environment.keep_secrets(tmp_path)
    assert environment.keep_secrets(tmp_path) == first


def test_a_secret_that_is_missing_is_made_and_the_other_kept(tmp_path: Path) -> None:
    (tmp_path / "secrets.env").write_text("AUDIT_KEY=kept\n")
    assert environment.keep_secrets(tmp_path)["AUDIT_KEY"] == "kept"
    assert len(environment.keep_secrets(tmp_path)["SECRET_KEY"]) >= 50


@pytest.mark.parametrize(
    ("given", "demo"),
    [
        ({"DATABASE_URL": "postgres://somebody@db/records"}, "false"),
        ({"DATABASE_URL": "postgres://somebody@db/records", "DEMO": "true"}, "true"),
        ({"DATABASE_URL": "sqlite:////tmp/other.sqlite3"}, "true"),
        ({"DEMO": "false"}, "false"),
    ],
)
def test_demo_data_come_to_a_server_only_when_asked_for(tmp_path: Path, given: dict, demo: str) -> None:
    assert environment.for_run(given, tmp_path, tmp_path / ".env")["DEMO"] == demo


def test_the_shell_wins_over_the_file(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("# ports\nPORT=9000\nexport ALLOWED_HOSTS='a,b'\n\nDEMO = false\n")
    made = environment.for_run({"PORT": "9001"}, tmp_path, dotenv)
    assert (made["PORT"], made["ALLOWED_HOSTS"], made["DEMO"]) == ("9001", "a,b", "false")


# --- Refusals ----------------------------------------------------------------------------------


def test_an_old_python_is_refused_with_a_reason() -> None:
    code = "import sys; sys.version_info = (3, 9, 2); import tools"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("Python 3.11 or newer is needed; this is Python 3.9")


def test_a_taken_port_is_known() -> None:
    with socket.create_server((ports.LOOPBACK, 0)) as listener:
        assert not ports.is_free(listener.getsockname()[1])
    assert ports.is_free(ports.free_port())


@pytest.mark.parametrize("text", ["", "abc", "0", "65536", "-1", "80 ", "٣"])
def test_a_port_must_be_a_port(text: str) -> None:
    with pytest.raises(Stop, match="PORT must be a number"):
        ports.parse_port(text)


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    port = ports.free_port()
    with pytest.raises(Stop, match=f"nothing answers at 127.0.0.1:{port}, which DATABASE_URL names") as stop:
        ports.require_answer("DATABASE_URL", f"postgres://me:hush@127.0.0.1:{port}/records")
    assert "hush" not in str(stop.value)


@pytest.fixture
def nothing_installable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine with no program of ours, where nothing may be installed."""
    monkeypatch.setattr(apt, "may_install", lambda: False)
    monkeypatch.setattr(postgres, "find", lambda: None)
    monkeypatch.setattr(postgres, "_from_wheel", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)


@pytest.mark.usefixtures("nothing_installable")
def test_without_postgresql_one_sentence_says_what_to_install() -> None:
    with pytest.raises(Stop, match=r"need PostgreSQL 14 or newer.*apt-get install postgresql"):
        postgres.find_or_install()


@pytest.mark.usefixtures("nothing_installable")
def test_without_a_browser_one_sentence_says_what_to_install() -> None:
    with pytest.raises(Stop, match=r"need Chromium.*apt-get install chromium"):
        chromium.find_or_install()


def test_a_browser_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/nowhere/chrome")
    with pytest.raises(Stop, match="/nowhere/chrome"):
        chromium.find()


def test_what_apt_installs_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(apt, "may_install", lambda: True)
    monkeypatch.setattr(apt, "install", lambda *packages: not asked.append(packages))
    monkeypatch.setattr(postgres, "find", lambda: Path("/there") if asked else None)
    assert postgres.find_or_install() == Path("/there")
    assert asked == [("postgresql",)]


def test_where_apt_fails_the_wheel_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apt, "may_install", lambda: True)
    monkeypatch.setattr(apt, "install", lambda *packages: False)
    monkeypatch.setattr(postgres, "find", lambda: None)
    monkeypatch.setattr(postgres, "_from_wheel", lambda: Path("/wheel"))
    assert postgres.find_or_install() == Path("/wheel")


# --- The virtual environment -------------------------------------------------------------------


@pytest.fixture
def own_pins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A project folder with pins, an environment that looks usable, and a pip that records its calls."""
    for name in ("requirements.txt", "requirements-dev.txt", "constraints.txt"):
        (tmp_path / name).write_text(f"{name}\n")
    program = tmp_path / ".venv" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text(
        f'#!/bin/sh\n[ "$1" = -c ] && {{ echo True; exit; }}\necho "$@" >> {tmp_path}/calls\n'
        f"[ -f {tmp_path}/broken ] && {{ cat {tmp_path}/broken; exit 1; }}\nexit 0\n"
    )
    program.chmod(0o755)
    monkeypatch.setattr(venvs, "ROOT", tmp_path)
    monkeypatch.setattr(venvs, "VAR", tmp_path / "var")
    monkeypatch.setattr(venvs, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(venvs, "venv_program", lambda name: str(tmp_path / ".venv" / "bin" / name))
    return tmp_path


def _calls(folder: Path) -> int:
    calls = folder / "calls"
    return len(calls.read_text().splitlines()) if calls.exists() else 0


def test_a_current_environment_is_left_alone(own_pins: Path) -> None:
    venvs.ensure(venvs.RUNTIME)
    venvs.ensure(venvs.RUNTIME)
    assert _calls(own_pins) == 1


def test_the_development_set_serves_the_run_as_well(own_pins: Path) -> None:
    venvs.ensure(venvs.DEVELOPMENT)
    venvs.ensure(venvs.RUNTIME)
    assert _calls(own_pins) == 1


def test_the_runtime_set_does_not_serve_the_tests(own_pins: Path) -> None:
    venvs.ensure(venvs.RUNTIME)
    venvs.ensure(venvs.DEVELOPMENT)
    assert _calls(own_pins) == 2


@pytest.mark.parametrize("changed", ["requirements.txt", "constraints.txt"])
def test_changed_pins_are_installed(own_pins: Path, changed: str) -> None:
    venvs.ensure(venvs.RUNTIME)
    (own_pins / changed).write_text("another pin\n")
    venvs.ensure(venvs.RUNTIME)
    assert _calls(own_pins) == 2


def test_no_network_is_said_as_that_and_tried_again_next_time(own_pins: Path) -> None:
    (own_pins / "broken").write_text("WARNING: Retrying... Temporary failure in name resolution\n")
    with pytest.raises(Stop, match="no network"):
        venvs.ensure(venvs.RUNTIME)
    (own_pins / "broken").unlink()
    venvs.ensure(venvs.RUNTIME)
    assert _calls(own_pins) == 2


def test_every_pin_is_exact() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-postgres.txt", "constraints.txt"):
        for line in (ROOT / name).read_text().splitlines():
            if line and not line.startswith(("#", "-")):
                assert line.count("==") == 1, f"{name}: {line}"


# --- The servers -------------------------------------------------------------------------------


def test_messages_survive_a_kill_of_valkey(tmp_path: Path) -> None:
    server = valkey.start(tmp_path / "data", tmp_path / "log")
    with redis.Redis.from_url(server.url) as client:
        client.set("bell", "rung")
        time.sleep(1.2)  # Valkey writes to disk once a second
    server.process.send_signal(signal.SIGKILL)
    server.stop()
    again = valkey.start(tmp_path / "data", tmp_path / "log")
    with redis.Redis.from_url(again.url) as client:
        assert client.get("bell") == b"rung"
    again.stop()


def test_valkey_wants_its_password(tmp_path: Path) -> None:
    server = valkey.start(None, tmp_path / "log")
    with (
        redis.Redis(ports.LOOPBACK, server.port, retry=Retry(NoBackoff(), 0)) as client,
        pytest.raises(redis.AuthenticationError),
    ):
        client.ping()
    assert server.password not in processes.command_line(server.process.pid)
    server.stop()


def test_a_message_store_that_cannot_be_read_does_not_stop_the_service(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "appendonlydir").mkdir(parents=True)
    (data / "appendonlydir" / "appendonly.aof.manifest").write_text("nonsense\n")
    server = valkey.start(data, tmp_path / "log")
    with redis.Redis.from_url(server.url) as client:
        assert client.ping()
    server.stop()
    assert len(list(tmp_path.glob("data.unreadable-*"))) == 1


def test_a_throw_away_postgresql_leaves_nothing_behind() -> None:
    programs = postgres.find()
    if programs is None:
        pytest.skip("no PostgreSQL programs on this machine")
    server = postgres.start(programs)
    assert server.folder.exists()
    assert ports.is_free(int(server.url.rpartition(":")[2].partition("/")[0])) is False
    server.stop()
    assert not server.folder.exists()
    assert processes.command_line(server.process.pid) == ""


# --- The processes of a run ----------------------------------------------------------------------


@pytest.fixture
def own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(children, "LOGS", tmp_path / "log")
    monkeypatch.setattr(children, "RUN", tmp_path / "run")
    monkeypatch.setattr(children, "ROOT", tmp_path)
    children.open_logs()
    return tmp_path


def _sleeper(folder: Path) -> list[str]:
    """A process with a child of its own, whose command line names the folder."""
    script = folder / "sleeper.sh"
    script.write_text(f"#!/bin/sh\nsleep 600 &\necho $! > {folder}/grandchild\nwait\n")
    return ["/bin/sh", str(script)]


def test_a_worker_that_dies_is_started_again(own_folders: Path, capsys: pytest.CaptureFixture) -> None:
    family = children.Children(os.environ)
    child = family.start("worker", _sleeper(own_folders), restart=True)
    assert child.process
    first = child.process.pid
    child.process.kill()
    child.process.wait()
    family.check()
    assert child.process.pid != first
    assert child.process.poll() is None
    assert str(own_folders / "log" / "worker.log") in capsys.readouterr().out
    family.stop()


def test_a_worker_that_keeps_dying_ends_the_run(own_folders: Path) -> None:
    family = children.Children(os.environ)
    child = family.start("worker", ["/bin/sh", "-c", "echo no memory; exit 3"], restart=True)
    with pytest.raises(Stop, match=r"worker keeps ending \(code 3\)[\s\S]*no memory"):
        for _ in range(10):
            assert child.process
            child.process.wait()
            family.check()


def test_the_web_server_ending_ends_the_run_and_names_its_log(own_folders: Path) -> None:
    family = children.Children(os.environ)
    child = family.start("web", ["/bin/sh", "-c", "echo port taken; exit 1"], restart=False)
    assert child.process
    child.process.wait()
    with pytest.raises(Stop, match=r"web ended \(exit code 1\).*web\.log:\nport taken"):
        family.check()


def test_stopping_ends_the_children_of_the_children(own_folders: Path) -> None:
    family = children.Children(os.environ)
    child = family.start("beat", _sleeper(own_folders), restart=True)
    assert child.process
    time.sleep(0.3)
    grandchild = int((own_folders / "grandchild").read_text())
    assert processes.command_line(grandchild) == "sleep 600"
    family.stop()
    time.sleep(0.1)
    assert processes.command_line(grandchild) == ""
    assert list((own_folders / "run").iterdir()) == []


def test_what_an_earlier_run_left_is_ended(own_folders: Path) -> None:
    left = subprocess.Popen(_sleeper(own_folders), start_new_session=True)
    while not processes.command_line(left.pid):  # for an instant a new process has none
        time.sleep(0.01)
    children.remember("worker", left.pid)
    children.end_forgotten()
    assert left.wait(5) == -signal.SIGTERM
    processes.kill_group(left)


def test_a_stranger_with_a_remembered_number_is_left_alone(own_folders: Path) -> None:
    stranger = subprocess.Popen(["sleep", "600"], start_new_session=True)
    children.remember("worker", stranger.pid)
    children.end_forgotten()
    assert stranger.poll() is None
    processes.kill_group(stranger)
