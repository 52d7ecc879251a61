"""Which runs say something of this server's speed."""

from pathlib import Path

from cnnlib.arch import zoo
from cnnlib.arch.analysis import analyze
from cnnlib.runs.config import RunConfig
from cnnlib.runs.estimating.paces import FEWEST_IMAGES, DatasetSize, list_paces
from cnnlib.runs.records import Run

CIFAR = {"cifar10": DatasetSize((32, 32, 3), 10, 50_000)}


def make_run(rate: float | None = 100.0, status: str = "finished", **config: object) -> Run:
    settings = {"network": "lenet5", "dataset": "cifar10", "epochs": 1, **config}
    progress = None if rate is None else {"images_per_second": rate}
    return Run("r", RunConfig(**settings), status, progress=progress)  # type: ignore[arg-type]


def test_the_pace_of_a_run() -> None:
    (pace,) = list_paces([make_run()], CIFAR)
    macs = analyze(zoo.get("lenet5")).macs
    assert (pace.macs, pace.images_per_second, pace.title) == (macs, 100.0, "LeNet-5")
    assert pace.macs_per_second == 3 * macs * 100


def test_the_data_sets_images_count() -> None:
    small = {"cifar10": DatasetSize((28, 28, 1), 4, 50_000)}
    (pace,) = list_paces([make_run()], small)
    assert pace.macs == analyze(zoo.get("lenet5", input_shape=(28, 28, 1), classes=4)).macs


def test_what_says_nothing_is_passed_over(lab_home: Path) -> None:
    said_nothing = [
        make_run(status="failed"),
        make_run(status="running"),
        make_run(rate=None),
        make_run(rate=0.0),
        make_run(dataset="gone"),
        make_run(limit=FEWEST_IMAGES - 1),
        make_run(spec=zoo.get("lenet5", classes=4), network="lenet5"),  # fits no more
    ]
    assert list_paces(said_nothing, CIFAR) == []
    assert len(list_paces([make_run(limit=FEWEST_IMAGES // 2, epochs=2)], CIFAR)) == 1
