"""What can be set on the batch normalisation page, and its examples."""

from collections.abc import Mapping
from typing import Any

from cnnlib.ui.address import Address, Setting, choice, flag, real, whole
from cnnlib.ui.cell_setting import cell_setting
from cnnlib.ui.edits import edits_setting
from cnnlib.ui.input_choice import MAX_INDEX

PAGE = "normalization"
NUMBERS, IMAGES = "numbers", "images"
SOURCES = {NUMBERS: "Numbers", IMAGES: "Edges of images"}
TRAINING, INFERENCE = "training", "inference"
MODES = {TRAINING: "Training", INFERENCE: "Inference"}
CHANNELS = 2
MAX_IMAGES = 8
MAX_BATCHES = 100
SCALE = 3.0  # of the sliders of gamma and beta
MOMENTA = ("0.99", "0.9", "0.5", "0")
EPSILONS = ("0.001", "0.00001", "0.1", "1", "10")
CURVES = ("sigmoid", "tanh", "relu")
EQUAL = {("input", place): 5.0 for place in range(4 * 2 * 2)}  # channel 0 of four 2 × 2 maps

EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "Four maps of 2 × 2": {},
    "Edges of four images": {"source": IMAGES},
    "γ = 2, β = 3": {"gamma_0": 2.0, "beta_0": 3.0},
    "All equal: why ε": {"edits": EQUAL},
    "A batch of one image": {"images": 1},
    "Inference, nothing learnt yet": {"mode": INFERENCE, "batches": 0},
    "Inference after 100 batches": {"mode": INFERENCE, "batches": 100, "momentum": "0.9"},
}


def make_settings() -> list[Setting]:
    return [
        choice("source", SOURCES),
        whole("images", 4, 1, MAX_IMAGES),
        whole("first", 0, 0, MAX_INDEX),
        *(real(f"gamma_{channel}", 1.0, -SCALE, SCALE) for channel in range(CHANNELS)),
        *(real(f"beta_{channel}", 0.0, -SCALE, SCALE) for channel in range(CHANNELS)),
        choice("epsilon", EPSILONS),
        choice("mode", MODES),
        choice("momentum", MOMENTA),
        whole("batches", 10, 0, MAX_BATCHES),
        choice("curve", CURVES),
        whole("channel", 0, 0, CHANNELS - 1),
        flag("predict"),
        flag("trained"),
        cell_setting(),
        edits_setting(),
    ]


def open_address() -> Address:
    return Address(PAGE, make_settings())
