"""Runs sent to an MLflow server or store: the one that MLFLOW_TRACKING_URI names.

An optional extra (requirements-mlflow.txt): `mlflow-skinny` is enough. It is imported only where
something is sent, never by a page.
"""

import importlib.util
import os
import re
from collections.abc import Iterator
from typing import Any

from cnnlib.errors import RunError
from cnnlib.runs.export.formats import list_settings
from cnnlib.runs.files import SUMMARY, run_folder
from cnnlib.runs.records import Run
from cnnlib.runs.store import RunStore

VARIABLE = "MLFLOW_TRACKING_URI"
EXPERIMENT = "CNN Lab"
RUN_TAG = "cnnlab.run"  # tells which run of the lab it is
BATCH = 1_000  # metrics a request, MLflow's own limit
MOST_TEXT = 500  # letters of a parameter, what every version of MLflow takes
ARTIFACTS = (SUMMARY,)
STATUSES = {"finished": "FINISHED", "stopped": "KILLED", "failed": "FAILED"}


def find_tracking_uri() -> str:
    """Where runs are sent; "" for nowhere."""
    return os.environ.get(VARIABLE, "").strip()


def can_send() -> bool:
    """Whether a place is named and MLflow is installed."""
    return bool(find_tracking_uri()) and importlib.util.find_spec("mlflow") is not None


class MlflowExport:
    """A way to MLflow.

    Raises:
        RunError: no place is named, MLflow is not installed, or the place does not answer.
    """

    def __init__(self) -> None:
        uri = find_tracking_uri()
        if not uri:
            raise RunError(f"{VARIABLE} is not set. Set it to your MLflow server's address.")
        # Its statistics of use would leave the machine.
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
        try:
            import mlflow
            from mlflow import entities
        except ImportError as error:
            raise RunError(
                f"MLflow is not installed ({error}). Install it: "
                f"pip install -r requirements-mlflow.txt"
            ) from error
        self._uri = uri
        self._entities: Any = entities
        try:
            self._client: Any = mlflow.MlflowClient(tracking_uri=uri)
            self._experiment = self._find_experiment()
        except Exception as error:  # a server, a database and a folder each have their own kind
            raise self._explain(error) from error

    def send(self, run: Run, store: RunStore) -> str:
        """Send a run with its settings, curves, tags and small files; MLflow's id of it.

        What was sent of the same run before is replaced, once the new one is whole.

        Raises:
            RunError: MLflow did not take it.
        """
        try:
            older = self._client.search_runs(
                [self._experiment], f"tags.`{RUN_TAG}` = '{run.id}'", max_results=100
            )
            made = self._client.create_run(
                self._experiment, start_time=_milliseconds(run.started or run.created),
                tags=_list_tags(run), run_name=run.name or run.id,
            )  # fmt: skip
            self._fill(made.info.run_id, run, store)
            for old in older:
                self._client.delete_run(old.info.run_id)
        except Exception as error:
            raise self._explain(error) from error
        return str(made.info.run_id)

    def _fill(self, made: str, run: Run, store: RunStore) -> None:
        entities = self._entities
        params = [entities.Param(key, text) for key, text in _list_params(run)]
        for i in range(0, len(params), 100):
            self._client.log_batch(made, params=params[i : i + 100])
        metrics = [entities.Metric(*values) for values in _list_metrics(run, store)]
        for i in range(0, len(metrics), BATCH):
            self._client.log_batch(made, metrics=metrics[i : i + BATCH])
        for name in ARTIFACTS:
            if (path := run_folder(run.id) / name).is_file():
                self._client.log_artifact(made, str(path))
        if run.has_ended:
            end = _milliseconds(run.ended or run.created)
            self._client.set_terminated(made, STATUSES[run.status], end)

    def _find_experiment(self) -> str:
        found = self._client.get_experiment_by_name(EXPERIMENT)
        return str(found.experiment_id if found else self._client.create_experiment(EXPERIMENT))

    def _explain(self, error: Exception) -> RunError:
        first_line = (str(error).strip().splitlines() or [type(error).__name__])[0]
        told = re.sub(r"//[^/\s@]+@", "//", first_line)[:200]  # a password has no place there
        return RunError(f"MLflow at {hide_password(self._uri)} did not take it: {told}")


def hide_password(uri: str) -> str:
    """An address without the name and password that it may hold."""
    scheme, mark, rest = uri.partition("://")
    host = rest.partition("/")[0]
    return uri if "@" not in host else f"{scheme}{mark}{rest[host.rindex('@') + 1 :]}"


def _list_params(run: Run) -> Iterator[tuple[str, str]]:
    settings = list_settings(run.config)
    del settings["spec"]
    facts = {
        name: run.facts.get(name)
        for name in (
            "params",
            "macs",
            "train_images",
            "val_images",
            "dataset_fingerprint",
            "threads",
        )
    }
    versions = {f"version.{name}": text for name, text in (run.facts.get("versions") or {}).items()}
    for key, value in {**settings, **facts, **versions}.items():
        if value is not None:
            yield key, str(value)[:MOST_TEXT]  # fmt: skip


def _list_tags(run: Run) -> dict[str, str]:
    machine = (run.facts.get("machine") or {}).get("host", "")
    tags = {RUN_TAG: run.id, "network": run.config.title, "status": run.status,
            "machine": machine, "mlflow.note.content": run.note,
            "command": run.facts.get("command", "")}  # fmt: skip
    tags |= {f"tag.{tag}": "1" for tag in map(_clean_key, run.tags)}
    return {key: str(text)[:5_000] for key, text in tags.items() if text}


def _list_metrics(run: Run, store: RunStore) -> Iterator[tuple[str, float, int, int]]:
    """(key, value, timestamp in ms, step), without what is no number.

    "epoch/dead" beside "epoch/dead/conv1" would be a file and a folder of one name in MLflow's
    file store, so the second is called "epoch/dead_units/conv1".
    """
    start = run.started or run.created
    _, curves = store.curves.read(run.id)
    for key, curve in curves.items():
        name = _clean_key(key.replace("epoch/dead/", "epoch/dead_units/"))
        finite = abs(curve.values) < float("inf")  # False for NaN, too
        rows = zip(curve.values[finite].tolist(), curve.seconds[finite].tolist(),
                   curve.steps[finite].tolist(), strict=True)  # fmt: skip
        for value, seconds, step in rows:
            yield name, value, _milliseconds(start + seconds), int(step)


def _clean_key(text: str) -> str:
    """A key of the letters that MLflow allows."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "_-. /") else "_" for c in text)[:200]


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1_000)
