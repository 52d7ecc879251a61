"""Browser contexts that are lent: in a new one Chromium compiles Streamlit's client anew."""

from playwright.sync_api import Browser, BrowserContext

ARGS = ("--process-per-site",)  # what pages of one context have compiled, they share


class Contexts:
    """Lends contexts, and takes them back as they were: without cookies, storage or pages.

    One page stays open in each: with it stays the process that has compiled the client, and the
    next visit costs Chromium about half.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._idle: list[BrowserContext] = []

    def lend(self, url: str) -> BrowserContext:
        """A context for a visit of the server at `url`."""
        if self._idle:
            return self._idle.pop()
        context = self._browser.new_context(viewport={"width": 1280, "height": 900})
        context.new_page().goto(f"{url}/_stcore/health")
        return context

    def take_back(self, context: BrowserContext) -> None:
        kept, *others = context.pages
        for page in others:
            page.close()
        context.set_offline(False)
        context.clear_cookies()
        context.clear_permissions()
        kept.evaluate("localStorage.clear()")
        self._idle.append(context)
