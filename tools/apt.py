"""Debian packages, where we may install them: as root, or with sudo that asks no password."""

import os
import shutil
import subprocess

from tools.say import say


def may_install() -> bool:
    return shutil.which("apt-get") is not None and _prefix() is not None


def install(*packages: str) -> bool:
    """Install packages and say so. False when it could not be done; the reason is printed."""
    prefix = _prefix()
    if prefix is None or shutil.which("apt-get") is None:
        return False
    say(f"Installing {', '.join(packages)} with apt-get...")
    apt = [
        *prefix,
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "-qq",
        "-o",
        "DPkg::Lock::Timeout=300",
    ]
    for step in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        done = subprocess.run(
            [*apt, *step], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        if done.returncode and step[0] == "install":
            say("\n".join(done.stdout.splitlines()[-5:]))
            return False
    return True


def _prefix() -> list[str] | None:
    """What to put before a command so that it runs as root; None when that is not allowed."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    allowed = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    return ["sudo", "-n"] if allowed else None
