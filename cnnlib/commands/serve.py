"""`serve`: start the app, and say where a class finds it."""

import argparse
import socket
import subprocess
import sys
from pathlib import Path

import cnnlib
from cnnlib.errors import LabError

APP = Path(cnnlib.__file__).parents[1] / "streamlit_app.py"
EVERYWHERE = ("0.0.0.0", "::")


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("serve", help="start the app; Ctrl-C ends it, its runs go on")
    parser.add_argument(
        "--host", default="127.0.0.1", help="0.0.0.0 opens it to the intranet (default: this "
        "machine alone)"
    )  # fmt: skip
    parser.add_argument("--port", type=int, default=8501, help="default: %(default)s")
    parser.set_defaults(command=_serve)


def _serve(options: argparse.Namespace) -> int:
    if not 1 <= options.port <= 65_535:
        raise LabError(f"--port must be from 1 to 65,535. Received: {options.port}.")
    if not APP.is_file():
        raise LabError(f"{APP} is not there. Run this from a checkout of the lab.")
    print(describe_address(options.host, options.port), flush=True)
    return run_app(options.host, options.port)


def run_app(host: str, port: int) -> int:
    """Streamlit's own exit code; 0 when Ctrl-C ended it, as it is meant to be ended."""
    command = [sys.executable, "-m", "streamlit", "run", APP.name,
               "--server.address", host, "--server.port", str(port)]  # fmt: skip
    interrupted = False
    with subprocess.Popen(command, cwd=APP.parent) as process:
        while True:
            try:
                code = process.wait()
                return 0 if interrupted else code
            except KeyboardInterrupt:  # Streamlit has had it, too, and is closing
                interrupted = True


def describe_address(host: str, port: int) -> str:
    """One line: what to type into a browser, here or anywhere in the intranet."""
    if host not in EVERYWHERE:
        return f"CNN Lab: http://{_bracket(host)}:{port}"
    address = find_own_address()
    if address is None:
        return f"CNN Lab: http://127.0.0.1:{port} (this machine has no address in a network)"
    return f"CNN Lab, for a class: http://{address}:{port} (here: http://127.0.0.1:{port})"


def find_own_address() -> str | None:
    """This machine's address in its network; None where it has none.

    Nothing is sent: a UDP socket that is connected only asks the system for the way.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address that is nobody's (RFC 5737)
        except OSError:
            return None
        address = str(probe.getsockname()[0])
    return None if address.startswith(("127.", "0.")) else address


def _bracket(host: str) -> str:
    return f"[{host}]" if ":" in host else host
