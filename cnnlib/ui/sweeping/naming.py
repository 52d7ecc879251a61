"""What to call a sweep."""

from functools import lru_cache

import pandas as pd

from cnnlib.errors import LabError
from cnnlib.runs.sweep_records import SweepRecord, read_sweep
from cnnlib.ui.sweeping import texts


def name_sweep(record: SweepRecord) -> str:
    """Its title, or when it was started; as people gave it, so escape it."""
    started = pd.Timestamp(record.created, unit="s", tz="UTC")
    return record.title or texts.UNTITLED.format(date=started.strftime("%Y-%m-%d %H:%M UTC"))


def find_name(sweep_id: str) -> str:
    """A sweep's name, told from others of that name; the id alone where its file is gone."""
    try:
        return _read_name(sweep_id)
    except LabError:
        return sweep_id


@lru_cache(maxsize=256)  # a sweep keeps its title
def _read_name(sweep_id: str) -> str:
    return f"{name_sweep(read_sweep(sweep_id))} · {sweep_id[-4:]}"
