"""Debian's Chromium for the browser tests: found, else installed, else one sentence."""

import os
import shutil

from tools import apt
from tools.say import Stop

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def find() -> str | None:
    """The browser named by CHROMIUM, else one on the PATH; None when there is none."""
    named = os.environ.get("CHROMIUM")
    if named:
        found = shutil.which(named)
        if found is None:
            raise Stop(f"CHROMIUM names {named}, which is not a program.")
        return found
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def find_or_install() -> str:
    browser = find()
    if browser is None and apt.may_install() and apt.install("chromium", "fonts-liberation"):
        browser = find()
    if browser is None:
        raise Stop(
            "the browser tests need Chromium, and it could not be installed from here; "
            "install it (on Debian: apt-get install chromium) or set CHROMIUM to a Chrome of yours."
        )
    return browser
