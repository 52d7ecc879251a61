"""The columns of the table: what each says of a run, and how it is shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import pandas as pd
import streamlit as st

from cnnlib.runs.files import read_checkpoint
from cnnlib.runs.records import Run
from cnnlib.ui.people import describe_person
from cnnlib.ui.percents import PERCENT, to_percent
from cnnlib.ui.run_control.queue import describe_start
from cnnlib.ui.runs_table import texts
from cnnlib.ui.sweeping.naming import find_name


@dataclass(frozen=True)
class Context:
    """What rows need beside their runs.

    Attributes:
        names: of people, by their ids.
        starts: seconds until a waiting run starts.
        images: how many a data set has to train on.
        me: who looks.
    """

    names: dict[str, str] = field(default_factory=dict)
    starts: Mapping[str, float | None] = field(default_factory=dict)
    images: Mapping[str, int] = field(default_factory=dict)
    me: str = ""


@dataclass(frozen=True)
class Column:
    """`read` gives a run's value, None for none; `config` is Streamlit's `ColumnConfig`."""

    label: str
    read: Callable[[Run, Context], Any]
    config: Any


def describe_state(run: Run, context: Context) -> str:
    """In an emoji and a word or two; how far it has come."""
    mark = texts.MARKS[run.status]
    progress = run.progress or {}
    if run.status not in ("running", "paused") or "epoch" not in progress:
        return mark
    first, last = progress.get("first_epoch", 0.0), progress.get("last_epoch", 0.0)
    share = (progress["epoch"] - first) / (last - first) if last > first else 0.0
    return f"{mark} {min(max(share, 0.0), 1.0):.0%}"


def describe_news(run: Run, context: Context) -> str:
    """What happened; of a waiting run, what will."""
    if run.status == "queued":
        return describe_start(context.starts.get(run.id))
    return run.message or ""


def read_best(run: Run, name: str) -> float | None:
    """Of the best epoch so far: `name` is "val_accuracy" or "val_loss"."""
    if run.result:
        return run.result.get(f"best_{name}")
    if not run.has_ended:
        return None
    return dict(zip(("val_accuracy", "val_loss"), _read_old_best(run.id), strict=True))[name]


@lru_cache(maxsize=4096)
def _read_old_best(run_id: str) -> tuple[float | None, float | None]:
    """Of an ended run from before results were kept: its best checkpoint's note says it."""
    best = read_checkpoint(run_id, "best")
    return (best.val_accuracy, best.val_loss) if best else (None, None)


def count_images(run: Run, context: Context) -> int | None:
    """To train on; None where all of a data set are that is no longer here."""
    found = run.facts.get("train_images") or context.images.get(run.config.dataset)
    limit = run.config.limit
    return min(filter(None, (limit, found)), default=None)


def _read_seconds(run: Run) -> float | None:
    """Of training, by a clock that nobody can set; None where no step was taken."""
    said = run.result.get("train_seconds")
    if said is None:
        said = (run.progress or {}).get("seconds")
    return None if said is None else float(said)


def _text(label: str, **options: Any) -> Any:
    return st.column_config.TextColumn(label, **options)


def _number(label: str, **options: Any) -> Any:
    return st.column_config.NumberColumn(label, **options)


def _time(label: str) -> Any:
    return st.column_config.DatetimeColumn(label, format="distance")


COLUMNS: Mapping[str, Column] = {
    "state": Column("state", describe_state, _text("state")),
    "name": Column("run", lambda run, _: run.title, _text("run", help="Click to open")),
    "accuracy": Column(
        "best val. accuracy",
        lambda run, _: to_percent(read_best(run, "val_accuracy")),
        _number("best val. accuracy", format=PERCENT, help="On the test images, best epoch"),
    ),
    "loss": Column(
        "lowest val. loss",
        lambda run, _: read_best(run, "val_loss"),
        _number("lowest val. loss", format="%.4f"),
    ),
    "created": Column("created", lambda run, _: run.created, _time("created")),
    "owner": Column(
        "by",
        lambda run, context: describe_person(run.owner, context.names, context.me),
        _text("by"),
    ),
    "network": Column("network", lambda run, _: run.config.title, _text("network")),
    "data": Column("data", lambda run, _: run.config.dataset, _text("data")),
    "images": Column(
        "images", count_images, _number("images", format="localized", help="To train on")
    ),
    "epochs": Column("epochs", lambda run, _: run.config.epochs, _number("epochs")),
    "optimizer": Column("optimizer", lambda run, _: run.config.optimizer, _text("optimizer")),
    "rate": Column(
        "learning rate",
        lambda run, _: run.config.learning_rate,
        _number("learning rate", format="%g"),
    ),
    "batch": Column("batch", lambda run, _: run.config.batch_size, _number("batch")),
    "recipe": Column(
        "recipe", lambda run, _: run.config.describe_recipe(), _text("recipe", width="medium")
    ),
    "augmentation": Column(
        "augmentation", lambda run, _: run.config.augmentation, _text("augmentation")
    ),
    "seed": Column("seed", lambda run, _: run.config.seed, _number("seed", format="%d")),
    "params": Column(
        "parameters",
        lambda run, _: run.facts.get("params"),
        _number("parameters", format="localized"),
    ),
    "macs": Column("MACs", lambda run, _: run.facts.get("macs"), _number("MACs", format="compact")),
    "seconds": Column(
        "seconds trained", lambda run, _: _read_seconds(run), _number("seconds", format="%.0f")
    ),
    "tags": Column("tags", lambda run, _: list(run.tags), st.column_config.ListColumn("tags")),
    "note": Column("note", lambda run, _: run.note, _text("note", width="medium")),
    "sweep": Column("sweep", lambda run, _: run.sweep and find_name(run.sweep), _text("sweep")),
    "ended": Column("ended", lambda run, _: run.ended, _time("ended")),
    "news": Column("what happened", describe_news, _text("what happened", width="medium")),
    "id": Column("id", lambda run, _: run.id, _text("id")),
}
FIRST = ("state", "name", "accuracy", "created", "owner", "data", "images", "epochs", "tags",
         "news")  # fmt: skip
NAME = "name"
_TIMES = ("created", "ended")


def make_table(runs: Sequence[Run | None], chosen: Sequence[str], context: Context) -> pd.DataFrame:
    """A row each, in their order; None is a run that is gone."""
    values: dict[str, Any] = {}
    for name in chosen:
        read = COLUMNS[name].read
        values[name] = [None if run is None else read(run, context) for run in runs]
        if name in _TIMES:
            values[name] = pd.to_datetime(pd.Series(values[name], dtype=float), unit="s", utc=True)
    if "state" in values:
        values["state"] = [state or texts.MARKS["gone"] for state in values["state"]]
    return pd.DataFrame(values)
