"""What every page shares: its frame, its heading, and errors as one friendly line."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from cnnlib.errors import LabError

ASSETS = Path(__file__).with_name("assets")
NEUTRAL_ERROR = (
    "Something went wrong on this page. Reload it and try again; "
    "if it happens again, the server's log says what it was."
)
_log = logging.getLogger(__name__)

# What Markdown would swallow or turn into something else: emphasis, links, HTML, formulas, icons.
_MARKDOWN = re.compile(r"[\\`*\[\]<>$~]|(?<![^\W_])_|_(?![^\W_])|:(?=[\w-]+:)")


def page_setup(title: str, *, icon: str | None = None) -> None:
    """Set the browser tab's title and icon, the wide layout, and the lab's style sheet.

    Call it first on every page. It may be called again in the same run (by the router, then by
    the page), and it is enough by itself when Streamlit runs a page's file without the router.

    Args:
        title: the page's name, shown in the browser's tab before "CNN Lab".
        icon: an emoji for the tab; default: the lab's own. (A ``:material/…:`` name would make
            the browser fetch its picture from the internet, so it is not used here.)
    """
    if icon is None or icon.startswith(":"):
        icon = str(ASSETS / "icon.svg")
    st.set_page_config(
        page_title=title if title == "CNN Lab" else f"{title} · CNN Lab",
        page_icon=icon,
        layout="wide",
    )
    st.html(ASSETS / "page.css")


def page_heading(title: str, lead: str | None = None) -> None:
    """Draw a page's heading and, under it, one sentence that says what the page is for."""
    st.title(title, anchor=False)
    if lead:
        with st.container(key="lab_lead"):
            st.markdown(lead)


@contextmanager
def friendly_errors() -> Iterator[None]:
    """Show an error as one line on the page, never as a traceback.

    Works as ``with friendly_errors():`` and as ``@friendly_errors()``. A ``LabError`` is shown as
    it stands; any other exception goes to the log, and the page shows one neutral line. What
    Streamlit itself raises to stop or rerun a script is no ``Exception`` and passes through.
    """
    try:
        yield
    except LabError as error:
        show_error(str(error))
    except Exception:
        _log.exception("A page failed")
        show_error(NEUTRAL_ERROR)


def show_error(message: str) -> None:
    """Show ``message`` as one error line, its characters as they are (no Markdown)."""
    st.error(plain_text(message), icon=":material/error:")


def plain_text(text: str) -> str:
    """``text`` on one line, escaped so that Streamlit's Markdown shows it as it stands."""
    return _MARKDOWN.sub(lambda match: "\\" + match.group(), " ".join(text.split()))
