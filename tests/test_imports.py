"""The web process never loads Keras, and Streamlit stays where it belongs."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LIBRARY = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in (ROOT / "cnnlib").rglob("*.py")
    if path.stem not in ("__init__", "__main__") and "backend" not in path.parts
)
PAGES = sorted(path.name for path in (ROOT / "pages").glob("*.py"))


def loaded_after(code: str) -> set[str]:
    """The top-level modules in `sys.modules` after a fresh interpreter ran `code`."""
    code += (
        "\nimport sys"
        "\nnames = set(sys.modules)"
        "\nprint(*{name.split('.')[0] for name in names}, *names & {'cnnlib.backend'})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_nothing_outside_the_backend_loads_keras() -> None:
    assert len(LIBRARY) > 15
    loaded = loaded_after("".join(f"import {module}\n" for module in LIBRARY))
    assert not loaded & {"keras", "tensorflow", "h5py", "cnnlib.backend"}


def test_nothing_outside_the_pages_and_the_ui_loads_streamlit() -> None:
    modules = [module for module in LIBRARY if not module.startswith("cnnlib.ui")]
    loaded = loaded_after("".join(f"import {module}\n" for module in modules))
    assert "streamlit" not in loaded


@pytest.mark.page
@pytest.mark.parametrize("page", PAGES)
def test_a_page_loads_no_keras(page: str, lab_home: Path) -> None:
    code = (
        "from streamlit.testing.v1 import AppTest\n"
        "from cnnlib.runs import client\n"
        f"app = AppTest.from_file('pages/{page}', default_timeout=60).run()\n"
        "assert not app.exception, app.exception\n"
    )
    assert not loaded_after(code) & {"keras", "tensorflow", "cnnlib.backend"}
