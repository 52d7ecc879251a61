"""Opening the data set page's script without a browser, and reading what it shows."""

import json
import re
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

PAGE = str(Path(__file__).resolve().parents[2] / "pages" / "dataset.py")


def open_page(**query: str | list[str]) -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=60)
    page.query_params.update(query)
    page.run()
    assert not page.exception
    return page


def facts(page: AppTest) -> str:
    (line,) = [each.value for each in page.markdown if "** training and **" in each.value]
    return line


def address(page: AppTest) -> dict[str, str]:
    return {name: value if isinstance(value, str) else value[0]
            for name, value in page.query_params.items()}  # fmt: skip


def captions(page: AppTest) -> str:
    return " ".join(caption.value for caption in page.caption)


def place_of(page: AppTest) -> str:
    """The part of the grid's caption that says which page of it is shown."""
    return re.search(r"page \d+ of \d+", captions(page)).group()


def grid_of(page: AppTest, key: str = "thumbnails") -> dict[str, Any]:
    """What the thumbnails' component was given."""
    for element in page.get("bidi_component"):
        if element.proto.id.endswith(f"-{key}"):
            return json.loads(element.proto.json)
    raise AssertionError(f"No grid {key!r} on the page.")


def box(page: AppTest, label: str) -> Any:
    (found,) = [box for box in page.selectbox if box.label == label]
    return found


def press(page: AppTest, key: str) -> None:
    next(button for button in page.button if button.key == key).click()
    page.run()
    assert not page.exception


def text_of(page: AppTest) -> str:
    return " ".join(each.value for each in page.info)
