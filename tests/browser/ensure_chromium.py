"""Make sure that the browser tests find a Chromium: one that is there, Playwright's, or Debian's.

python tests/browser/ensure_chromium.py
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

DOWNLOAD_SECONDS = 300


def find_chromium() -> str | None:
    """The path of a Chromium that can be started, or None."""
    if named := os.environ.get("CHROMIUM"):
        return named
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    if Path(own).exists():
        return own
    return shutil.which("chromium") or shutil.which("chromium-browser")


def main() -> int:
    if find_chromium() is None:
        print("Getting a Chromium for the browser tests", flush=True)
        _try([sys.executable, "-m", "playwright", "install", "chromium"])
    if find_chromium() is None and shutil.which("apt-get"):
        root = [] if os.geteuid() == 0 else ["sudo", "-n"]
        _try([*root, "apt-get", "update", "-qq"])
        _try([*root, "apt-get", "install", "-y", "-qq", "chromium"])
    if (path := find_chromium()) is None:
        print("No Chromium. Install one (Debian: apt-get install chromium), or set CHROMIUM to "
              "its path.", file=sys.stderr)  # fmt: skip
        return 1
    print(f"Chromium: {path}")
    return 0


def _try(command: list[str]) -> None:
    try:
        subprocess.run(command, timeout=DOWNLOAD_SECONDS, check=False, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"{' '.join(command)}: {error}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
