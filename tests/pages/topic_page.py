"""Opening a concept page's script without a browser."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]


def open_topic(file: str, **query: object) -> AppTest:
    page = AppTest.from_file(str(ROOT / "pages" / file), default_timeout=60)
    for key, value in query.items():
        page.query_params[key] = str(value)
    return run(page)


def run(page: AppTest) -> AppTest:
    page.run()
    assert not page.exception
    return page


def press(page: AppTest, label: str) -> None:
    (button,) = [button for button in page.button if button.label == label]
    button.click().run()
    assert not page.exception


def address(page: AppTest) -> dict[str, str]:
    return {name: value if isinstance(value, str) else value[0]
            for name, value in page.query_params.items()}  # fmt: skip


def text(page: AppTest) -> str:
    """All that the page says in Markdown, captions and formulas."""
    parts = [*page.markdown, *page.caption, *page.latex, *page.info, *page.success]
    return "\n".join(part.value for part in parts)


def errors(page: AppTest) -> list[str]:
    return [error.value for error in page.error]
