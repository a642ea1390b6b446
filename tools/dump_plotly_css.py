"""Print the CSS rules that a plotly.js bundle would inject into a page, to be served as a file.

Plotly writes them into a <style> element, which a strict style-src refuses.
Usage: tools/dump_plotly_css.py static/vendor/plotly/plotly-basic.min.js
"""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update"]  # fmt: skip
RULES = """() => Array.from(document.getElementById("plotly.js-style-global").sheet.cssRules)
    .map((rule) => rule.cssText).join("\\n") + "\\n" """


def injected_rules(bundle: Path) -> str:
    """Draw one empty chart with the bundle in Chromium and read back what it injected."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"), args=FLAGS
        )
        page = browser.new_page()
        page.set_content("<!doctype html><div id=chart></div>")
        page.add_script_tag(path=bundle)
        page.evaluate("Plotly.newPlot('chart', [{y: [1, 2]}])")
        css = page.evaluate(RULES)
        browser.close()
    return css


if __name__ == "__main__":
    sys.stdout.buffer.write(injected_rules(Path(sys.argv[1])).encode())
