"""Download buttons start no run of the page."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_no_download_starts_a_run() -> None:
    """A run that begins empties what waits to be sent: with it the answer where the file is, so a
    click on a busy server would do nothing (Streamlit's `ForwardMsgQueue.clear`)."""
    seen = []
    for path in [*(ROOT / "cnnlib" / "ui").rglob("*.py"), *(ROOT / "pages").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("download_button"):
                given = {word.arg: ast.unparse(word.value) for word in node.keywords}
                seen.append((path.name, given.get("on_click")))
    assert seen
    assert {on_click for _, on_click in seen} == {"'ignore'"}, seen
