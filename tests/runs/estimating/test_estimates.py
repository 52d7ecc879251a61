"""How long a run takes, against figures computed by hand."""

from dataclasses import replace
from pathlib import Path

import pytest

from cnnlib.arch import zoo
from cnnlib.arch.analysis import analyze
from cnnlib.data import available
from cnnlib.errors import SpecError
from cnnlib.runs.config import RunConfig
from cnnlib.runs.estimating.calibrations import Step, keep_calibration
from cnnlib.runs.estimating.estimates import (
    READY_SECONDS,
    START_SECONDS,
    Estimate,
    Estimator,
    estimate_run,
)
from cnnlib.runs.records import Run
from cnnlib.runs.store import RunStore
from tests.runs.estimating.measured import ANSWER, SAVING, START

CONFIG = RunConfig(network="lenet5", dataset="synthetic", epochs=3)


@pytest.fixture(autouse=True)
def _home(with_synthetic: Path) -> None:
    """The synthetic set alone."""


def count_images() -> tuple[int, int]:
    (info,) = available()
    return info.train_count, info.test_count


def add_finished(
    config: RunConfig, rate: float | None, host: str | None = None, **said: float
) -> Run:
    store = RunStore()
    run = store.create(config, status="starting")
    facts = {"machine": {"host": host}} if host else {}
    store.report(run.id, progress={"images_per_second": rate, **said}, facts=facts)
    store.end(run.id, "finished", None)
    return run


def calibrate(config: RunConfig, seconds: float, validation: float) -> None:
    step = Step(zoo.get(config.network), config.batch_size, config.optimizer, config.augmentation)
    answer = {**ANSWER, "seconds": seconds, "validation_seconds": validation}
    keep_calibration(step, answer)


def test_of_an_unknown_network_on_a_new_machine_nothing_is_known() -> None:
    assert estimate_run(CONFIG) is None
    assert estimate_run(replace(CONFIG, dataset="gone")) is None


def test_from_a_measured_step() -> None:
    train, test = count_images()
    calibrate(CONFIG, seconds=0.016, validation=0.0064)  # of 32 images: 0.5 ms and 0.2 ms each
    found = estimate_run(CONFIG)
    assert found is not None
    epoch = train * 0.0005 + test * 0.0002 + SAVING
    assert found.epoch_seconds == pytest.approx(epoch)
    assert found.seconds == pytest.approx(READY_SECONDS + START + 3 * epoch)
    assert (found.source, found.runs, found.leaves_out) == ("calibration", 0, False)


def test_a_disturbed_measurement_is_a_rough_one() -> None:
    step = Step(zoo.get("lenet5"), 32, "adam")
    for others, rough in ((0.8, True), (0.1, False)):
        keep_calibration(step, ANSWER, others)
        found = estimate_run(CONFIG)
        assert found is not None
        assert (found.rough, found.disturbed) == (rough, rough)


def test_fewer_images_take_the_same_share_of_both_splits() -> None:
    train, _ = count_images()
    calibrate(CONFIG, 0.016, 0.0064)
    whole = estimate_run(CONFIG)
    half = estimate_run(replace(CONFIG, limit=train // 2))
    more = estimate_run(replace(CONFIG, limit=10 * train))
    assert whole is not None
    assert half is not None
    assert half.epoch_seconds - SAVING == pytest.approx((whole.epoch_seconds - SAVING) / 2)
    assert more == whole


def test_runs_of_the_very_same_settings_say_more_than_a_measured_step() -> None:
    train, test = count_images()
    long = replace(CONFIG, epochs=100)
    calibrate(CONFIG, 0.016, 0.0064)
    for rate in (1_000.0, 3_000.0, 2_000.0):
        add_finished(long, rate)
    found = estimate_run(CONFIG)
    assert found is not None
    assert found.epoch_seconds == pytest.approx(train / 2_000 + test / (3 * 2_000))
    assert found.seconds == pytest.approx(START_SECONDS + 3 * found.epoch_seconds)
    assert (found.source, found.runs) == ("runs", 3)


def test_runs_tell_what_starting_and_the_end_of_an_epoch_take() -> None:
    train, test = count_images()
    long = replace(CONFIG, epochs=100)
    for start, whole in ((4.0, 12.0), (6.0, 13.0), (5.0, 60.0)):
        said = {"start_seconds": start, "epoch_seconds": whole, "closing_seconds": 3.0}
        add_finished(long, 9_999.0, **said)  # the speed of the last seconds says less
    found = estimate_run(CONFIG)
    assert found is not None
    assert found.epoch_seconds == pytest.approx(13)
    assert found.seconds == pytest.approx(READY_SECONDS + 5 + 3 * 13)
    fewer = estimate_run(replace(CONFIG, limit=train // 2))
    assert fewer is not None
    validation = test * (10 / train) / 3  # of the 3 s; a third of a training step's time, an image
    assert fewer.epoch_seconds == pytest.approx(10 / 2 + 3 - validation / 2)


@pytest.mark.parametrize(
    "change", [{"batch_size": 64}, {"optimizer": "sgd"}, {"augmentation": "flip"},
               {"network": "baseline"}, {"acceleration": "measured"}],
)  # fmt: skip
def test_runs_with_another_step_do_not_count_as_the_same(change: dict[str, object]) -> None:
    add_finished(replace(CONFIG, epochs=100, **change), 2_000.0)  # type: ignore[arg-type]
    found = estimate_run(CONFIG)
    assert found is not None
    assert found.source == "similar"


def test_what_changes_no_step_counts_as_the_same() -> None:
    other = replace(CONFIG, epochs=50, seed=4, learning_rate=0.1, schedule="cosine", watch="")
    add_finished(other, 2_000.0)
    assert _source(CONFIG) == "runs"


def test_a_short_run_a_failed_one_and_another_machine_say_nothing() -> None:
    add_finished(replace(CONFIG, limit=500, epochs=1), 2_000.0)
    add_finished(replace(CONFIG, epochs=100), None)
    add_finished(replace(CONFIG, epochs=100), 2_000.0, host="another")
    failed = RunStore().create(replace(CONFIG, epochs=100), status="starting")
    RunStore().report(failed.id, progress={"images_per_second": 5.0})
    RunStore().end(failed.id, "failed", None)
    assert estimate_run(CONFIG) is None


def test_from_networks_that_are_alike_by_their_macs() -> None:
    train, test = count_images()
    add_finished(replace(CONFIG, network="baseline", epochs=100), 1_000.0)
    ratio = analyze(zoo.get("lenet5")).macs / analyze(zoo.get("baseline")).macs
    found = estimate_run(replace(CONFIG, augmentation="flip"))
    assert found is not None
    assert found.epoch_seconds == pytest.approx(ratio * (train / 1_000 + test / 3_000))
    assert (found.source, found.runs, found.leaves_out) == ("similar", 1, True)
    assert estimate_run(replace(CONFIG, network="vgg16")) is None, "too unlike"


def test_a_run_that_has_just_ended_counts_at_once() -> None:
    assert _source(CONFIG) is None
    add_finished(replace(CONFIG, epochs=100), 2_000.0)
    assert _source(CONFIG) == "runs"


def test_many_estimates_are_those_of_one_by_one() -> None:
    calibrate(CONFIG, 0.016, 0.0064)
    add_finished(replace(CONFIG, network="baseline", epochs=100), 1_000.0)
    configs = [replace(CONFIG, network=name, batch_size=size, learning_rate=rate)
               for name in ("lenet5", "baseline", "mlp") for size in (32, 64)
               for rate in (0.1, 0.01)]  # fmt: skip
    estimator = Estimator()
    together = [estimator.estimate(config) for config in configs]
    assert together == [estimate_run(config) for config in configs]
    assert {found.source for found in together if isinstance(found, Estimate)} == {
        "calibration", "runs", "similar"
    }  # fmt: skip


def test_a_network_that_does_not_fit_is_an_error() -> None:
    other = zoo.get("lenet5", classes=7)
    with pytest.raises(SpecError, match="7 classes"):
        estimate_run(RunConfig(spec=replace(other, name="own"), dataset="synthetic"))


def _source(config: RunConfig) -> str | None:
    found = estimate_run(config)
    return None if found is None else found.source
