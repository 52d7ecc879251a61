"""The routes that give the numbers of several runs as one file."""

import sqlite3
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cnnlib.errors import LabError, RunNotFoundError
from cnnlib.runs.export import formats
from cnnlib.runs.records import Run
from cnnlib.runs.store import open_store

MOST_EXPORTED = 60
GONE = "A file could not be read: its run may have been deleted just now. Try again."
FILES: dict[str, tuple[Callable[[list[Run]], str | bytes], str]] = {
    "runs.csv": (formats.make_runs_csv, "text/csv"),
    "points.csv": (formats.make_points_csv, "text/csv"),
    "runs.json": (formats.make_json, "application/json"),
    "tensorboard.zip": (formats.make_tensorboard_zip, "application/zip"),
}


def make_export_routes() -> list[Route]:
    return [Route("/api/exports/{name}", _send_export)]


def refuse(error: Exception) -> Response:
    """404 is final: a chart stops asking. Anything else may pass: it asks again."""
    status = 404 if isinstance(error, RunNotFoundError) else 503
    text = GONE if isinstance(error, OSError) else str(error)  # no paths of this machine
    return JSONResponse({"error": text}, status_code=status)


def _send_export(request: Request) -> Response:
    """One of `FILES` of the runs that `runs` names, their ids with commas between them."""
    name = request.path_params["name"]
    ids = [run_id for run_id in request.query_params.get("runs", "").split(",") if run_id]
    try:
        if name not in FILES:
            raise RunNotFoundError(f"There is no export {name!r}, only {', '.join(FILES)}.")
        if not 1 <= len(ids) <= MOST_EXPORTED:
            raise RunNotFoundError(
                f"runs must name 1 to {MOST_EXPORTED} runs, with commas between them. "
                f"Received: {len(ids)}."
            )
        make, media_type = FILES[name]
        content = make([open_store().get(run_id) for run_id in dict.fromkeys(ids)])
    except (LabError, OSError, sqlite3.Error) as error:
        return refuse(error)
    headers = {
        "Content-Disposition": f'attachment; filename="cnnlab-{name}"',
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=media_type, headers=headers)
