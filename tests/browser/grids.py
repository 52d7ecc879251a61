"""What a visitor does with linked grids: point, click, and read."""

import re

from playwright.sync_api import Locator, expect

from tests.browser.visit import Visit


def wait_for_grids(visitor: Visit) -> None:
    visitor.page.wait_for_function(
        "document.querySelector('.lab-grids')?.labGrids?.width > 0"
        " && document.querySelector('.lab-grids').dataset.cell"
    )


def ask(visitor: Visit, what: str, *arguments: object) -> object:
    """Call a method of `root.labGrids`."""
    return visitor.page.evaluate(
        "([what, rest]) => document.querySelector('.lab-grids').labGrids[what](...rest)",
        [what, list(arguments)],
    )


def locate(visitor: Visit, grid: str, *index: int) -> tuple[float, float]:
    # To the middle: at the top Streamlit's own header would lie over it.
    stage(visitor, grid).evaluate("stage => stage.scrollIntoView({ block: 'center' })")
    before = None
    for _ in range(50):  # until what stands above it has been drawn and it moves no more
        place = ask(visitor, "locate", grid, list(index))
        assert place is not None, f"{grid}{index} is not in front"
        if place == before:
            break
        before = place
        visitor.page.wait_for_timeout(100)
    return place["x"], place["y"]


def hover(visitor: Visit, grid: str, *index: int) -> None:
    """Point at a cell; once more where the grids were drawn anew under the pointer meanwhile."""
    visitor.page.mouse.move(*locate(visitor, grid, *index))
    if stage(visitor, grid).get_attribute("data-role") != "chain":
        return
    name = f"{grid}:{','.join(map(str, index))}"
    try:
        expect(root(visitor)).to_have_attribute("data-cell", name)
    except AssertionError:
        visitor.page.mouse.move(0, 0)
        visitor.page.mouse.move(*locate(visitor, grid, *index))
        expect(root(visitor)).to_have_attribute("data-cell", name)


def click(visitor: Visit, grid: str, *index: int) -> None:
    visitor.page.mouse.click(*locate(visitor, grid, *index))


def root(visitor: Visit) -> Locator:
    return visitor.part("linked-grids").first  # a page may have others below


def stage(visitor: Visit, grid: str) -> Locator:
    return visitor.part(f"grid-{grid}")


def marked(visitor: Visit, grid: str, level: str | None = None) -> list[list[int]]:
    return ask(visitor, "highlighted", grid, level)


def expect_sum(visitor: Visit, *texts: str) -> None:
    for text in texts:
        expect(visitor.part("grid-sum").first).to_contain_text(text)
    expect(visitor.part("grid-sum").first).to_have_attribute("data-agrees", "true")


def pin(visitor: Visit, grid: str, *index: int) -> None:
    """Click a cell; the address then names it."""
    click(visitor, grid, *index)
    text = re.escape(".".join([grid, *map(str, index)]))
    expect(visitor.page).to_have_url(re.compile(rf"cell={text}(&|$)"))
    visitor.wait_until_idle()


def path_of(visitor: Visit) -> str:
    return visitor.page.url.removeprefix(visitor.url)


def expect_equal_to_keras(visitor: Visit, count: int = 1) -> None:
    badges = visitor.page.get_by_text(re.compile("^equals Keras"))
    expect(badges).to_have_count(count, timeout=120_000)
