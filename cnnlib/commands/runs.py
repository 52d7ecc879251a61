"""`runs`: list them, look at some, and control them."""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from cnnlib.commands.printing import print_json, print_rows, write_file
from cnnlib.errors import RunError
from cnnlib.runs.export import formats
from cnnlib.runs.files import read_checkpoint, run_folder
from cnnlib.runs.records import Run
from cnnlib.runs.store import RunStore
from cnnlib.runs.store.resting import check_room_to_rest

QUEUE = "queue"  # in place of an id
MOST_RUNS = 1_000_000
FORMATS: dict[str, Callable[[list[Run], RunStore], str]] = {
    "csv": formats.make_points_csv,
    "json": formats.make_json,
    "table": lambda runs, store: formats.make_runs_csv(runs),
}


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "runs", help="list the runs, show some, control them, take their results along"
    )
    parser.add_argument(
        "ids", nargs="*", metavar="ID", help="all runs if none; «queue»: those that wait"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    ask = parser.add_argument_group("what a run is to do (one that waits or trains)")
    way = ask.add_mutually_exclusive_group()
    way.add_argument("--stop", action="store_true", help="stop, and keep what was learned")
    way.add_argument("--pause", action="store_true", help="rest, and let others train meanwhile")
    way.add_argument("--resume", action="store_true", help="go on, when there is room")
    ask.add_argument("--learning-rate", type=float, metavar="X", help="from now on")
    ask.add_argument("--epochs", type=int, metavar="N", help="how many it trains in all")
    take = parser.add_argument_group("what runs leave behind")
    take.add_argument("--export", nargs=2, metavar=("csv|json|table", "FILE"), help="csv: a row "
                      "a point; table: a row a run; a FILE of - is printed")  # fmt: skip
    take.add_argument("--mlflow", action="store_true", help="send to MLFLOW_TRACKING_URI")
    take.add_argument("--delete", action="store_true", help="with all files; asks first")
    take.add_argument("--yes", action="store_true", help="do not ask")
    parser.set_defaults(command=_runs)


def _runs(options: argparse.Namespace) -> int:
    store = RunStore()
    if options.ids == [QUEUE]:
        _list([store.get(run_id) for run_id in store.queue.list_waiting()], options.json)
        return 0
    wishes = _read_wishes(options)
    acts = bool(wishes or options.stop or options.export or options.mlflow or options.delete)
    if acts and not options.ids and not options.export:
        raise RunError("Say which runs: `runs ID --stop`. `runs` lists them.")
    runs = [store.get(run_id) for run_id in dict.fromkeys(options.ids)]
    if not options.ids:
        runs = store.list_runs(limit=MOST_RUNS)
    if not acts:
        _show(store, runs, options)
    if wishes or options.stop:
        _control(store, runs, wishes, stop=options.stop)
    if options.export:
        _export(store, runs, *options.export)
    if options.mlflow:
        _send_to_mlflow(store, runs)
    if options.delete:
        return _delete(store, runs, sure=options.yes)
    return 0


def _show(store: RunStore, runs: list[Run], options: argparse.Namespace) -> None:
    if not options.ids:
        _list(runs, options.json)
        return
    for run in runs:
        description = describe_run(run)
        if options.json:
            points = [asdict(point) for point in store.points(run.id)[1]]
            print_json({**description, "points": points})
            continue
        for key, value in description.items():
            print(f"{key:12} {value}")
        for event in store.events(run.id):
            print(time.strftime("%H:%M:%S", time.localtime(event.time)), event.text)


def _list(runs: list[Run], as_json: bool) -> None:
    rows = [describe_run(run) for run in runs]
    if as_json:
        print_rows(rows, as_json=True)
        return
    for row in rows:
        created = time.strftime("%Y-%m-%d %H:%M", time.localtime(row["created"]))
        told = "  ".join(filter(None, [row["name"], row["message"]]))
        print(f"{row['id']:36} {created}  {row['status']:9} {told}")


def describe_run(run: Run) -> dict[str, Any]:
    """A run as plain data, for `--json` and for people."""
    checkpoints = {which: read_checkpoint(run.id, which) for which in ("best", "last")}
    return {
        "id": run.id,
        "status": run.status,
        "message": run.message,
        "created": run.created,
        "started": run.started,
        "ended": run.ended,
        "name": run.name,
        "tags": list(run.tags),
        "config": run.config.to_dict(),
        "facts": formats.make_finite(run.facts),
        "result": formats.make_finite(run.result),
        "folder": str(run_folder(run.id)),
        **{which: found and asdict(found) for which, found in checkpoints.items()},
    }


def _read_wishes(options: argparse.Namespace) -> dict[str, float | bool]:
    wishes: dict[str, float | bool] = {}
    if options.pause or options.resume:
        wishes["pause"] = options.pause
    for name in ("learning_rate", "epochs"):
        if (value := getattr(options, name)) is not None:
            wishes[name] = value
    return wishes


def _control(
    store: RunStore, runs: list[Run], wishes: dict[str, float | bool], *, stop: bool
) -> None:
    """Write what is asked of the runs; all of them must be there to hear it."""
    for run in runs:
        if run.has_ended:
            raise RunError(f"Run {run.id} has {run.status}: nothing can be asked of it any more.")
    if wishes.get("pause"):
        check_room_to_rest(store, [run.id for run in runs])
    for run in runs:
        store.wish(run.id, **wishes)
        if stop:
            store.request_stop(run.id)
        print(f"Run {run.id}: {store.get(run.id).status}; it was told.")


def _export(store: RunStore, runs: list[Run], form: str, path: str) -> None:
    if form not in FORMATS:
        raise RunError(f"--export takes csv, json or table, then a file. Received: {form!r}.")
    write_file(path, FORMATS[form](runs, store))
    if path != "-":
        print(f"{len(runs)} {'run' if len(runs) == 1 else 'runs'} written to {path}.")


def _send_to_mlflow(store: RunStore, runs: list[Run]) -> None:
    from cnnlib.runs.export.mlflow import MlflowExport

    export = MlflowExport()
    for run in runs:
        print(f"Run {run.id} is MLflow's run {export.send(run, store)}.", flush=True)


def _delete(store: RunStore, runs: list[Run], *, sure: bool) -> int:
    if not sure:
        if not sys.stdin.isatty():
            raise RunError("Nothing was deleted. Add --yes to delete without being asked.")
        what = runs[0].id if len(runs) == 1 else f"{len(runs)} runs"
        if input(f"Delete {what} with all files? [y/N] ").strip().lower() not in ("y", "yes"):
            print("Nothing was deleted.")
            return 1
    store.delete(run.id for run in runs)
    for run in runs:
        told = (
            "was deleted." if run.has_ended or run.status == "queued" else "stops, and goes then."
        )
        print(f"Run {run.id} {told}")
    return 0
