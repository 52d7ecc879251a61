"""Long curves in fewer points, and in fewer pieces."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnlib.runs.config import RunConfig
from cnnlib.runs.store import RunStore, pieces
from cnnlib.runs.store.pieces import insert_piece, merge_small_pieces
from cnnlib.runs.store.thinning import thin

values = st.lists(
    st.one_of(st.floats(-10, 10), st.just(float("nan")), st.just(float("inf"))), max_size=400
)


@given(values, st.integers(4, 50))
def test_ends_and_extremes_stay(numbers, most) -> None:
    curve = np.array(numbers, np.float64)
    kept = thin(curve, most)
    assert (np.diff(kept) > 0).all(), "in order, each once"
    if len(curve) <= most:
        assert len(kept) == len(curve)
        return
    assert {0, len(curve) - 1} <= set(kept)
    known = curve[~np.isnan(curve)]
    if known.size:
        assert np.nanmin(curve[kept]) == known.min()
        assert np.nanmax(curve[kept]) == known.max()
    assert np.isnan(curve[kept]).any() == np.isnan(curve).any()
    stretches = (most - 2) // 2
    assert len(kept) <= most + min(stretches, int(np.isnan(curve).sum()))


def test_of_each_stretch_the_lowest_and_the_highest_stay() -> None:
    """Against a loop over the stretches."""
    curve = np.random.default_rng(0).standard_normal(10_007)
    edges = np.linspace(0, len(curve), 101).astype(int)
    expected = {0, len(curve) - 1}
    for start, end in pairwise(edges):
        expected |= {start + curve[start:end].argmin(), start + curve[start:end].argmax()}
    assert set(thin(curve, 202)) == expected


@pytest.fixture
def store(lab_home) -> RunStore:
    return RunStore()


def test_a_curve_in_many_pieces_is_the_same_curve_in_few(store) -> None:
    runs = [store.create(RunConfig()) for _ in range(2)]
    for i in range(1500):
        for run in runs:
            with store.database.transaction() as db:
                for key, value in (("loss", float(i)), ("accuracy", np.nan)):
                    insert_piece(db, run.id, key, np.array([[i], [i / 10], [i / 2], [value]]))
    for run in runs:
        _, curves = store.curves.read(run.id)
        np.testing.assert_array_equal(curves["loss"].steps, np.arange(1500))
        np.testing.assert_array_equal(curves["loss"].seconds, np.arange(1500) / 2)
        assert np.isnan(curves["accuracy"].values).sum() == 1500
        assert count_pieces(store, run.id) < 1000, "both runs' pieces are merged"


def count_pieces(store: RunStore, run_id: str) -> int:
    row = store.database.connect().execute("SELECT COUNT(*) FROM curves WHERE run = ?", (run_id,))
    return int(row.fetchone()[0])


@settings(max_examples=20)
@given(st.data())
def test_a_reader_who_looks_now_and_then_gets_each_point_once(tmp_path_factory, data) -> None:
    """Whatever is merged between two looks, as long as they are not too far apart."""
    store = RunStore(tmp_path_factory.mktemp("merge") / "runs.sqlite")
    written, cursor, seen = 0, 0, []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "KEEP", 5)
        patch.setattr(pieces, "LARGE_BYTES", 10 * 32)
        for _ in range(data.draw(st.integers(1, 12))):
            for _ in range(data.draw(st.integers(0, 5))):
                store.database.connect().execute("BEGIN")
                insert_piece(store.database.connect(), "r", "loss", np.full((4, 1), float(written)))
                store.database.connect().execute("COMMIT")
                written += 1
            with store.database.transaction() as db:
                merge_small_pieces(db, "r")
            cursor, curves = store.curves.read("r", after=cursor)
            seen += curves["loss"].values.tolist() if curves else []
    assert seen == list(range(written))
    if written:
        assert store.curves.read("r")[1]["loss"].values.tolist() == list(range(written))
