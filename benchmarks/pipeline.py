"""Images/s of the lab's way to feed and run a network, and of the notes' float64 arrays."""

import time

import numpy as np

from benchmarks.sides import compare
from cnnlib.data import Split

IMAGES, BATCH = 20_000, 32


def main() -> None:
    import keras

    from cnnlib.arch import zoo
    from cnnlib.backend import pipeline
    from cnnlib.backend.model_builder import build_model
    from cnnlib.backend.training import MAX_STEPS_PER_EXECUTION, set_threads

    set_threads(1)
    rng = np.random.default_rng(0)
    split = Split(
        rng.integers(0, 256, (IMAGES, 32, 32, 3), dtype=np.uint8), rng.integers(0, 10, IMAGES)
    )
    floats = split.images / 255.0

    def compiled(network: str, steps: int) -> keras.Model:
        model = build_model(zoo.get(network))
        loss = "sparse_categorical_crossentropy"
        model.compile("adam", loss, metrics=["accuracy"], steps_per_execution=steps)
        return model

    def rate(fit) -> float:
        began = time.perf_counter()
        fit()
        return IMAGES / (time.perf_counter() - began)

    for network in ("lenet5", "baseline"):
        ours, notes = compiled(network, MAX_STEPS_PER_EXECUTION), compiled(network, 1)
        batches = pipeline.make_training_batches(split, BATCH, 0)

        def fit_ours(ours=ours, batches=batches) -> None:
            ours.fit(batches, verbose=0, shuffle=False)

        def fit_notes(notes=notes) -> None:
            notes.fit(floats, split.labels, batch_size=BATCH, verbose=0)

        fit_ours()
        fit_notes()
        print(network)
        compare(
            ("uint8, tf.data, several steps a call", lambda fit=fit_ours: rate(fit)),
            ("the notes' float64 arrays", lambda fit=fit_notes: rate(fit)),
            rounds=5,
            unit="images/s",
        )
