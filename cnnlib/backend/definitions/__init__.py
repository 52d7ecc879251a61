"""Operators that Keras has no layer for, in TensorFlow as their definitions read.

Each file has one function of the file's name, written straight from the paper and sharing nothing
with `cnnlib.ops`; a page shows the file's text. x has the batch axis in front, arguments are plain.
"""

from collections.abc import Callable
from typing import Any

from cnnlib.backend.definitions.avg_unpool2d import avg_unpool2d
from cnnlib.backend.definitions.bilinear_pool import bilinear_pool
from cnnlib.backend.definitions.gated_pool2d import gated_pool2d
from cnnlib.backend.definitions.max_unpool2d import max_unpool2d
from cnnlib.backend.definitions.median_pool2d import median_pool2d
from cnnlib.backend.definitions.mixed_pool2d import mixed_pool2d
from cnnlib.backend.definitions.netvlad import netvlad
from cnnlib.backend.definitions.spatial_pyramid_pool import spatial_pyramid_pool
from cnnlib.backend.definitions.stochastic_pool2d import stochastic_pool2d

_FUNCTIONS: tuple[Callable[..., Any], ...] = (
    avg_unpool2d, bilinear_pool, gated_pool2d, max_unpool2d, median_pool2d, mixed_pool2d, netvlad,
    spatial_pyramid_pool, stochastic_pool2d,
)  # fmt: skip
DEFINITIONS = {function.__name__: function for function in _FUNCTIONS}
"""Those that may be asked for."""
