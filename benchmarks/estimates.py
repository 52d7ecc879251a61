"""«About 6 min»: what is said before a run starts, over what it then takes by the clock.

Each network twice: first from a measured step, then from the run before it. 1.00 is right. Epochs
are as short as a class's trials, which is harder than whole ones: starting and saving weigh more.
"""

import time

from benchmarks.cold_start import warm_home
from cnnlib.runs import client
from cnnlib.runs.config import RunConfig
from cnnlib.runs.estimating.calibrations import Step, keep_calibration
from cnnlib.runs.estimating.estimates import Estimate, estimate_run
from cnnlib.runs.store import RunStore

NETWORKS = (
    "mlp", "lenet5", "baseline", "resnet20", "inception10", "alexnet8", "vgg16", "resnet18",
)  # fmt: skip
SECONDS = 30.0  # what a run is made to take, about


def main() -> None:
    with warm_home():
        for network in NETWORKS:
            compare_estimates(network)


def compare_estimates(network: str) -> None:
    config = RunConfig(network=network, dataset="synthetic", epochs=2)
    spec = config.make_spec((32, 32, 3), 10)
    answer = client.ask(
        "time_step", spec=spec.to_dict(), batch_size=config.batch_size,
        optimizer=config.optimizer, saving=True,
    )  # fmt: skip
    keep_calibration(Step(spec, config.batch_size, config.optimizer), answer)
    first = require_estimate(config)
    epochs = max(2, round(SECONDS / first.epoch_seconds))
    config = RunConfig(network=network, dataset="synthetic", epochs=epochs)
    for _ in range(2):
        said = require_estimate(config)
        took = time_run(config)
        print(
            f"{network:12} {epochs:3} epochs, from {said.source:11} said {said.seconds:6.1f} s, "
            f"took {took:6.1f} s, said/took {said.seconds / took:.2f}",
            flush=True,
        )


def require_estimate(config: RunConfig) -> Estimate:
    estimate = estimate_run(config)
    if estimate is None:
        raise RuntimeError(f"Nothing is known of {config.network}.")
    return estimate


def time_run(config: RunConfig) -> float:
    """Seconds from the click to the end."""
    store = RunStore()
    began = time.perf_counter()
    run = client.submit(config)
    while not store.get(run.id).has_ended:
        time.sleep(0.05)
    seconds = time.perf_counter() - began
    time.sleep(1)  # the supervisor notices the free slot
    return seconds
