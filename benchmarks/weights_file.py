"""Writing weights.txt: the lab's stream, and the notes' `str(array)` with full print options."""

import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.sides import compare


def main() -> None:
    from cnnlib.arch.layers import Dense, Flatten
    from cnnlib.arch.spec import Spec
    from cnnlib.backend.exports import write_weights
    from cnnlib.backend.model_builder import build_model

    model = build_model(Spec("dense", "Dense", (32, 32, 3), (Flatten(), Dense(units=300))))
    big = build_model(Spec("dense", "Dense", (64, 64, 8), (Flatten(), Dense(units=1024))))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weights.txt"

        def ours(network=model) -> float:
            began = time.perf_counter()
            write_weights(network, path)
            return time.perf_counter() - began

        def notes() -> float:
            began = time.perf_counter()
            np.set_printoptions(threshold=np.inf)
            with path.open("w") as file:
                for variable in model.trainable_variables:
                    file.write(f"{variable.path}\n{variable.shape}\n{variable.numpy()}\n")
            np.set_printoptions(threshold=1000)
            return time.perf_counter() - began

        print(f"{model.count_params():,} weights")
        compare(("the lab", ours), ("the notes' way", notes), rounds=3, unit="s")
        seconds = ours(big)
        size = path.stat().st_size / 1e6
        print(
            f"{big.count_params():,} weights, as many as VGG16 has: {seconds:.1f} s, {size:.0f} MB"
        )
