"""Training gives way: whoever opens a page has the processor first."""

import os
import sys
from contextlib import suppress
from pathlib import Path

from cnnlib import settings

_AUTOGROUP = Path("/proc/self/autogroup")


def give_way() -> None:
    """Take this process `CNNLIB_NICE` steps back, for as long as it lives.

    Threads inherit it from who starts them, so it is called before there are any. On Windows, which
    knows no such steps, nothing happens.
    """
    steps = settings.nice()
    if steps == 0 or sys.platform == "win32":
        return
    with suppress(OSError):
        os.nice(steps)
    if _AUTOGROUP.exists():
        # Linux on a desktop shares the processor out among sessions first, and only within one by
        # these steps: so the process gets a session of its own, and the session the same steps.
        with suppress(OSError):
            os.setsid()
            _AUTOGROUP.write_text(str(steps))
