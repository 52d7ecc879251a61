"""What the forkserver loads once, so that each forked worker begins in milliseconds.

Importing TensorFlow starts no threads; running an operation would, and forking after that is
unsafe. So this module only imports.
"""

import gc

import keras  # noqa: F401
import tensorflow  # noqa: F401

from cnnlib.backend import (  # noqa: F401
    acceleration,
    callback,
    comparison,
    controls,
    exports,
    inference,
    pipeline,
    provenance,
    rates,
    training,
    watching,
    worker,
)

gc.collect()
gc.freeze()  # a collection in a child then leaves the shared pages untouched
