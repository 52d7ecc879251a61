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

OPEN_EACH = """
import os, sys, traceback
import numpy, pandas, PIL.Image, plotly.graph_objects
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

found = manifest_scanner.scan_component_manifests()  # see tests/conftest.py
manifest_scanner.scan_component_manifests = lambda: found

def open_page(page):
    from cnnlib.runs import client
    app = AppTest.from_file(f"pages/{page}", default_timeout=60).run()
    assert not app.exception, (page, app.exception)
    loaded = {"keras", "tensorflow", "h5py", "cnnlib.backend"} & set(sys.modules)
    assert not loaded, (page, loaded)

assert not any(name.split(".")[0] == "cnnlib" for name in sys.modules)
failed = False
for page in sys.argv[1:]:
    child = os.fork()
    if not child:
        try:
            open_page(page)
            print(page, flush=True)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    failed |= os.waitpid(child, 0)[1] != 0
sys.exit(failed)
"""


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
def test_no_page_loads_keras(lab_home: Path) -> None:
    """Each page in a process that no other page was in; they share only the foreign libraries."""
    assert len(PAGES) > 15
    done = subprocess.run(
        [sys.executable, "-c", OPEN_EACH, *PAGES], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == PAGES
