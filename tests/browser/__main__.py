"""`python -m tests.browser http://127.0.0.1:8000`: walk a site that runs, as a visitor, and say what it keeps.

It asks for help with invented answers, so walk a demo or a test site, not one that people count on.
"""

import importlib
import os
import sys

import django
from playwright.sync_api import sync_playwright


def main(home: str) -> int:
    """Walk the site at `home`; 1 when there is a fault."""
    importlib.import_module("tests.environment")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "handrail.project.settings")
    django.setup()
    crawl, conftest = (importlib.import_module(f"tests.browser.{name}") for name in ("crawl", "conftest"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=conftest.browser_path(playwright), args=conftest.ARGS)
        found = crawl.walk(browser, home.rstrip("/"))
        browser.close()
    sys.stdout.write(f"{crawl.report_of(found)}\n")
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"))
