"""Small fragments that look at the store by themselves: a store that is locked is one line."""

import sqlite3
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from cnnlib.runs.store import RunStore
from cnnlib.ui.page import NEUTRAL_ERROR
from cnnlib.ui.runs_table import table


def look_for_newest() -> None:
    from cnnlib.ui.run_control.following import _look

    _look("somebody", None)


def look_for_news() -> None:
    from cnnlib.ui.runs_table.table import _look

    _look(())


@pytest.mark.parametrize("page", [look_for_newest, look_for_news])
def test_a_look_at_a_locked_store_is_one_line(
    lab_home, monkeypatch: pytest.MonkeyPatch, page: Callable[[], None]
) -> None:
    def refuse(*arguments: object, **named: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(RunStore, "list_runs", refuse)
    monkeypatch.setattr(table, "_glance", refuse)
    app = AppTest.from_function(page, default_timeout=30).run()
    assert not app.exception
    assert NEUTRAL_ERROR in app.error[0].value
