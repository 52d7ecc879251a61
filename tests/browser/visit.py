"""One visitor's browser: a context for itself, a page, and an eye on everything that goes wrong."""

import re
import time
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Download, Locator, Page, expect

from tests.browser.reruns import Reruns

TIMEOUT_SECONDS = 60.0
LOOK = 20  # milliseconds from one look at the server's answers to the next
OWN_SCHEMES = ("data", "blob", "about")
# Streamlit's own client looks for its server beside a page's address first, then above it.
STREAMLIT_PROBE = re.compile(r"/[^/]+/_stcore/(health|host-config)$")
CUT = re.compile(
    r"ERR_(INTERNET_DISCONNECTED|CONNECTION_\w+|NETWORK_CHANGED|EMPTY_RESPONSE)"
    r"|No response received when attempting to reach|server is not responding"
    r"|Cannot send rerun backMessage when disconnected"  # a fragment that looks every few seconds
)


class Visit:
    """A page on the lab at `url`, in a browser context that nobody else has meanwhile.

    Args:
        width, height: of the window, in CSS pixels.
        dark: whether the visitor's system asks for dark pages.
        network_may_fail: whether console errors that tell of a cut network are to be expected.
    """

    def __init__(
        self,
        context: BrowserContext,
        url: str,
        *,
        width: int = 1280,
        height: int = 900,
        dark: bool = False,
        network_may_fail: bool = False,
    ) -> None:
        self.url = url
        self.network_may_fail = network_may_fail
        self.wrong: list[str] = []
        self.context = context
        self.context.set_default_timeout(1000 * TIMEOUT_SECONDS)
        self._eyes = {
            "request": lambda request: self._see_address(request.url),
            "console": self._see_console,
            "weberror": lambda error: self.wrong.append(f"uncaught: {error.error}"),
        }
        for event, eye in self._eyes.items():
            self.context.on(event, eye)  # type: ignore[call-overload]
        self.page: Page = self.context.new_page()
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.emulate_media(color_scheme="dark" if dark else "light")
        self._reruns = Reruns(self.page)
        self.page.on("websocket", lambda socket: self._see_address(socket.url))

    def _see_address(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in OWN_SCHEMES and parts.netloc != urlsplit(self.url).netloc:
            self.wrong.append(f"asked another host: {url}")

    def _see_console(self, message: ConsoleMessage) -> None:
        url = message.location.get("url", "")
        expected = self.network_may_fail and CUT.search(message.text)
        if message.type == "error" and not expected and not STREAMLIT_PROBE.search(url):
            self.wrong.append(f"console: {message.text} {url}")

    def open(self, path: str) -> None:
        """Open a page by its link and wait until its script has run."""
        self.page.goto(f"{self.url}/{path.lstrip('/')}")
        self.wait_until_idle()

    def wait_until_idle(self) -> None:
        """Wait until all that was done so far has been heard, answered and drawn."""
        # A page's first run may take its time on a busy machine.
        patience = 1000 * TIMEOUT_SECONDS
        expect(self.page.locator("[data-testid=stMain] h1").first).to_be_visible(timeout=patience)
        deadline = time.monotonic() + TIMEOUT_SECONDS
        calm = 0
        while calm < 2:  # looks: until a click has been sent; until an answer has been drawn
            assert time.monotonic() < deadline, "the server did not answer the page"
            self.page.wait_for_timeout(LOOK)
            calm = calm + 1 if self._reruns.are_over else 0
        state = self.page.locator("[data-testid=stApp]")
        expect(state).to_have_attribute("data-test-script-state", "notRunning", timeout=patience)

    def check(self) -> None:
        """Nothing wrong was seen, and nothing wrong stands on the page."""
        assert not self.wrong, "\n".join(self.wrong)
        expect(self.page.locator("[data-testid=stException]")).to_have_count(0)
        expect(self.page.get_by_text("Page not found")).to_have_count(0)
        expect(self.page.get_by_text("Traceback")).to_have_count(0)

    def close(self) -> None:
        """See no more; the context goes back to whom it belongs."""
        for event, eye in self._eyes.items():
            self.context.remove_listener(event, eye)

    # -- what a visitor finds ----------------------------------------------------------------------

    def part(self, name: str) -> Locator:
        """What carries this `data-testid`."""
        return self.page.locator(f"[data-testid={name}]")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    @property
    def main(self) -> Locator:
        return self.part("stMain")

    def expect_no_sideways_scrolling(self) -> None:
        """Neither the document nor Streamlit's own scroller is wider than the window."""
        wide = self.page.evaluate(
            """() => [document.scrollingElement, document.querySelector('[data-testid=stMain]')]
                .map((element) => element.scrollWidth - element.clientWidth)"""
        )
        assert max(wide) <= 1, f"wider than the window by {wide} pixels"

    def download(self, link: Locator) -> Download:
        """Click when all is drawn: a file that is made at the click is gone with the run before."""
        self.wait_until_idle()
        with self.page.expect_download() as download:
            link.click()
        return download.value

    # -- the live run ------------------------------------------------------------------------------

    def expect_status(self, *statuses: str, seconds: float = 90.0) -> None:
        pattern = re.compile(f"^({'|'.join(statuses)})$")
        chip = self.part("run-status")
        expect(chip).to_have_attribute("data-status", pattern, timeout=1000 * seconds)

    @property
    def run_id(self) -> str:
        expect(self.part("run-name")).not_to_be_empty()
        return self.part("run-name").inner_text()

    def trace(self, number: int = 0, chart: str = "loss") -> dict[str, list[Any]]:
        """The points of a curve: 0 steps, 1 epoch mean, 2 validation, 3 best."""
        return self.page.evaluate(
            """([chart, number]) => {
                const trace = document.querySelector(`[data-testid=chart-${chart}]`).data[number];
                return { x: [...trace.x], y: [...trace.y] };
            }""",
            [chart, number],
        )

    def count_points(self, number: int = 0, chart: str = "loss") -> int:
        return len(self.trace(number, chart)["x"])

    def wait_for_points(self, more_than: int, number: int = 0, chart: str = "loss") -> int:
        """Wait until a curve has more than so many points; how many it has then."""
        self.page.wait_for_function(
            """([chart, number, count]) => {
                const data = document.querySelector(`[data-testid=chart-${chart}]`)?.data;
                return data && data[number].x.length > count;
            }""",
            arg=[chart, number, more_than],
            timeout=90_000,
        )
        return self.count_points(number, chart)
