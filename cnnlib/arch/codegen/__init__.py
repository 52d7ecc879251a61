"""Keras source for any declared network, as a teacher would write it.

The source runs alone, with only Keras installed. It defines `build_model()`, and prints
`model.summary()` when it is run as a script.
"""

from cnnlib.arch.codegen.writing import FORMS, list_forms, to_keras_source

__all__ = ["FORMS", "list_forms", "to_keras_source"]
