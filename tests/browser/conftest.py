import os
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import sync_playwright

from tests.browser.line import Line

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
SCREENS = Path(settings.BASE_DIR) / ".local" / "screens"
AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium():
    found = Path(settings.BASE_DIR) / ".local" / "chromium"
    path = os.environ.get("CHROMIUM") or (found.read_text() if found.exists() else "/usr/bin/chromium")
    if not Path(path).exists():
        pytest.skip("no chromium: run deploy/browser.sh, or set CHROMIUM")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in the thread of the tests
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


class Visitor:
    """A page that remembers what it should not have done: requests abroad, errors, broken policy."""

    def __init__(self, browser, live_server, viewport, **options):
        self.context = browser.new_context(viewport=viewport, locale="zh-CN", **options)
        self.page = self.context.new_page()
        self.base = live_server.url
        self.complaints: list[str] = []
        self.page.on("request", self._watch)
        self.page.on("console", lambda line: line.type == "error" and self.complaints.append(line.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _watch(self, request):
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.complaints.append(f"request abroad: {request.url}")

    def go(self, path: str):
        response = self.page.goto(self.base + path)
        assert response.status < 400, (path, response.status)

    def shot(self, name: str):
        SCREENS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENS / f"{name}.png", full_page=True)

    def sign_in(self, username: str, password: str):
        self.go("/accounts/login/")
        self.page.fill("input[name=login]", username)
        self.page.fill("input[name=password]", password)
        self.page.click("main button[type=submit]")
        self.page.wait_for_load_state()

    def serious_faults(self) -> list[str]:
        """What axe finds serious or critical on the page as it is."""
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{fault['id']}: {node['html'][:120]}"
            for fault in found["violations"]
            if fault["impact"] in ("serious", "critical")
            for node in fault["nodes"]
        ]


@pytest.fixture
def visit(chromium, live_server):
    opened = []

    def open_(viewport=PHONE, **options) -> Visitor:
        opened.append(Visitor(chromium, live_server, viewport, **options))
        return opened[-1]

    yield open_
    for visitor in opened:
        visitor.context.close()


@pytest.fixture
def line(live_server):
    """The way to the server, to be cut for good: nothing gets through, not even what a leaving page sends."""
    wire = Line(live_server.url)
    yield wire
    wire.close()
