"""The lab's own HTTP routes beside Streamlit's: what live components poll, and a run's files.

A poll answers from the run store in a few milliseconds and runs no page script.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import plotly
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from cnnlib.errors import LabError, RunNotFoundError
from cnnlib.figures.history import make_history_figure
from cnnlib.figures.theme import PLOT_CONFIG
from cnnlib.runs.export.formats import (
    make_history_table,
    make_json,
    make_points_csv,
    make_tensorboard_zip,
    read_curves,
)
from cnnlib.runs.export.script import make_run_script
from cnnlib.runs.files import DOWNLOADABLE, run_folder
from cnnlib.runs.records import Run
from cnnlib.runs.store import open_store
from cnnlib.ui import checks
from cnnlib.ui.export_routes import make_export_routes, refuse
from cnnlib.ui.live_answers import LiveAnswers
from cnnlib.ui.sheets import read_sheet

PLOTLY_JS = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
MOST_DIGITS = 18  # of a cursor; Python refuses to read very long numbers
_answers = LiveAnswers()


def make_routes() -> list[Route]:
    """The routes; handlers that are plain functions run in Starlette's thread pool."""
    return [
        Route("/api/plotly.min.js", _send_plotly),
        Route("/api/runs/{run_id}", _send_run),
        Route("/api/runs/{run_id}/files/{name}", _send_file),
        Route("/api/checks/{token}", _send_check),
        Route("/api/sheets/{token}", _send_sheet),
        *make_export_routes(),
    ]


def _send_plotly(request: Request) -> Response:
    headers = {"Cache-Control": "public, max-age=86400, immutable"}
    return FileResponse(PLOTLY_JS, media_type="text/javascript", headers=headers)


async def _send_run(request: Request) -> Response:
    """State, findings and the points after the cursor `after` (a whole number, default 0)."""
    run_id, after = request.path_params["run_id"], request.query_params.get("after", "0")
    cursor = int(after[:MOST_DIGITS]) if after.isdecimal() else 0
    try:
        body = _answers.peek(run_id, cursor)
        if body is None:
            body = await run_in_threadpool(_answers.get, run_id, cursor)
    except (LabError, sqlite3.Error) as error:
        return refuse(error)
    headers = {"Cache-Control": "no-store"}
    return Response(body, media_type="application/json", headers=headers)


def _send_file(request: Request) -> Response:
    run_id, name = request.path_params["run_id"], request.path_params["name"]
    try:
        run = open_store().get(run_id)
        if name in MADE_FILES:
            make, media_type = MADE_FILES[name]
            return _download(Response(make(run), media_type=media_type), run, name)
        path = run_folder(run_id) / name
        if name not in DOWNLOADABLE or not path.is_file():
            raise RunNotFoundError(
                f"Run {run_id} has no file {name!r}. Its page lists those it has."
            )
    except (LabError, OSError, sqlite3.Error) as error:
        return refuse(error)
    return _download(FileResponse(path), run, name)


def _send_check(request: Request) -> Response:
    """What Keras answers to a page's check; `retry=1` asks again after a failure."""
    retry = request.query_params.get("retry") == "1"
    answer = checks.look_up(request.path_params["token"], retry=retry)
    if answer is None:
        text = "This check is no longer known. Reload the page."
        return JSONResponse({"error": text}, status_code=404)
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


def _send_sheet(request: Request) -> Response:
    """Many small pictures in one JPEG; its token is the hash of what is in it."""
    sheet = read_sheet(request.path_params["token"])
    if sheet is None:
        text = "This sheet of pictures is no longer known. Reload the page."
        return JSONResponse({"error": text}, status_code=404)
    headers = {"Cache-Control": "private, max-age=86400, immutable"}
    return Response(sheet, media_type="image/jpeg", headers=headers)


def _download(response: Response, run: Run, name: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{run.id}-{name}"'
    return response


def _make_history_csv(run: Run) -> str:
    return make_history_table(read_curves(run.id)).to_csv(index=False)


def _make_figure_html(run: Run) -> str:
    """The loss and accuracy curves as a page that works by itself, plotly.js included."""
    figure = make_history_figure(read_curves(run.id), title=run.id)
    return str(figure.to_html(include_plotlyjs=True, config=dict(PLOT_CONFIG)))


MADE_FILES: dict[str, tuple[Callable[[Run], str | bytes], str]] = {
    "history.csv": (_make_history_csv, "text/csv"),
    "curves.html": (_make_figure_html, "text/html"),
    "train.py": (lambda run: make_run_script(run.config), "text/x-python"),
    "run.json": (lambda run: make_json([run]), "application/json"),
    "points.csv": (lambda run: make_points_csv([run]), "text/csv"),
    "tensorboard.zip": (lambda run: make_tensorboard_zip([run]), "application/zip"),
}
