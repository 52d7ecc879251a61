"""Who trains gives way to pages."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHILD = """
import json, os, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from cnnlib.backend.priority import give_way
session = os.getsid(0)
give_way()
group = Path("/proc/self/autogroup")
with ThreadPoolExecutor(1) as pool:
    later = pool.submit(os.nice, 0).result()
print(json.dumps({
    "nice": os.nice(0), "later": later, "moved": os.getsid(0) != session,
    "group": group.read_text().split()[-1] if group.exists() else None,
}))
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no niceness")


@pytest.mark.parametrize(("setting", "steps"), [("", 0), ("4", 4), ("99", 19)])
def test_a_training_and_its_threads_take_so_many_steps_back(setting: str, steps: int) -> None:
    before = os.nice(0)
    told = subprocess.run(
        [sys.executable, "-c", CHILD], env={**os.environ, "CNNLIB_NICE": setting},
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    seen = json.loads(told)
    assert seen["nice"] == seen["later"] == min(19, before + steps)
    if seen["group"] is not None:  # Linux that shares out by sessions
        assert seen["moved"] == (steps > 0)
        assert int(seen["group"]) == steps or not steps
