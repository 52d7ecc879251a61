"""What a network's layers do on a few images, once an epoch: dead units and histograms.

A ReLU unit is dead that is 0 for every image of the probe: no gradient comes through it, for
these images at least. After a convolution a unit is a channel, whose every place is 0 then; after
a dense layer it is a neuron.
"""

import traceback
from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnnlib.runs.records import Histogram
from cnnlib.runs.sink import StoreSink

if TYPE_CHECKING:
    from cnnlib.backend.progress import Progress

BINS = 30
PROBE_BATCH = 32  # at most; activations' histograms are of the first batch
_RELUS = (keras.activations.relu, keras.activations.relu6)


class LayerWatch(keras.callbacks.Callback):
    """Reports "epoch/dead", "epoch/dead/<layer>" and histograms of weights and activations.

    Args:
        images: (N, H, W, C) uint8 that the layers see, without training.
        wanted: of "dead", "weights" and "activations".
        batch_size: the training's; the images are shown in batches no larger.
    """

    def __init__(
        self,
        model: keras.Model,
        images: NDArray[np.uint8],
        wanted: Collection[str],
        batch_size: int,
        sink: StoreSink,
        progress: "Progress",
    ) -> None:
        super().__init__()
        self._watched = model
        self._wanted = wanted
        size = min(PROBE_BATCH, batch_size)
        self._batches = [images[at : at + size] for at in range(0, len(images), size)]
        self._sink = sink
        self._progress = progress
        self._failed = False
        self._relus = find_relu_layers(model) if "dead" in wanted else []
        self._active = find_active_layers(model) if "activations" in wanted else []

    def on_train_begin(self, logs: Any = None) -> None:
        self._report(self._report_histograms)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._report(self._report_histograms)
        self._report(self._report_dead)

    def _report(self, report: Callable[[], None]) -> None:
        """A look that fails, for want of memory for instance, ends the looking, not the run."""
        if self._failed:
            return
        try:
            report()
        except Exception as error:
            self._failed = True
            traceback.print_exc()
            self._sink.event(
                "watch",
                f"The layers could not be looked at ({type(error).__name__}), and are not from "
                f"now on. The training goes on; the log has the details.",
            )

    def _report_dead(self) -> None:
        if not self._relus:
            return
        alive: dict[str, NDArray[np.bool_]] = {}
        for batch in self._batches:
            for layer, output in self._show(batch, self._relus):
                highest = np.asarray(tf.reduce_max(output, axis=range(len(output.shape) - 1)))
                alive[layer.name] = alive.get(layer.name, False) | (highest > 0)
        place = self._progress.total_step, self._progress.epoch
        seconds = self._progress.seconds
        dead = (~np.concatenate(list(alive.values()))).mean()
        self._sink.point("epoch/dead", *place, float(dead), seconds)
        for name, units in alive.items():
            self._sink.point(f"epoch/dead/{name}", *place, float((~units).mean()), seconds)

    def _report_histograms(self) -> None:
        if "weights" in self._wanted:
            for layer in self._watched.layers:
                kernels = [w for w in layer.trainable_weights if len(w.shape) > 1]
                if kernels:
                    values = np.concatenate([np.ravel(kernel) for kernel in kernels])
                    self._report_histogram("weights", layer.name, values)
        if self._active:
            for layer, output in self._show(self._batches[0], self._active):
                values = np.ravel(tf.cast(output, tf.float32))
                self._report_histogram("activations", layer.name, values)

    def _report_histogram(self, kind: str, layer: str, values: NDArray[np.float32]) -> None:
        low, high, counts = make_histogram(values)
        self._sink.histogram(Histogram(kind, layer, self._progress.epoch, low, high, counts))

    def _show(
        self, images: NDArray[np.uint8], layers: list[keras.Layer]
    ) -> Iterator[tuple[keras.Layer, tf.Tensor]]:
        """The layers' outputs for images, as in validation. Operation by operation, without a
        graph: making one takes longer than this does."""
        reader = keras.Model(self._watched.input, [layer.output for layer in layers])
        outputs = reader(tf.cast(images, tf.float32) / 255.0, training=False)
        # Keras gives a single output without its list.
        return zip(layers, outputs if len(layers) > 1 else [outputs], strict=True)


def find_relu_layers(model: keras.Model) -> list[keras.Layer]:
    """The layers that end in a ReLU, capped (relu6) or not."""
    return [
        layer
        for layer in model.layers
        if isinstance(layer, keras.layers.ReLU) or getattr(layer, "activation", None) in _RELUS
    ]


def find_active_layers(model: keras.Model) -> list[keras.Layer]:
    """The layers that end in an activation function, the last one's softmax with them."""
    linear = (None, keras.activations.linear)
    return [
        layer
        for layer in model.layers
        if isinstance(layer, keras.layers.ReLU) or getattr(layer, "activation", None) not in linear
    ]


def make_histogram(values: NDArray[np.float32]) -> tuple[float, float, tuple[int, ...]]:
    """(low, high, counts in 30 equal bins) of the finite values; all alike, they get a width."""
    # In float32, bins between values that are all but alike would have no width: an error.
    finite = values[np.isfinite(values)].astype(np.float64)
    counts, edges = np.histogram(finite, bins=BINS)
    return float(edges[0]), float(edges[-1]), tuple(counts.tolist())
