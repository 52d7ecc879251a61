"""Someone else's model as a network that the lab's analysis can count: read as data, never run.

`files` takes a file apart, `graph` follows its layers, `translate` says what one of them is here.
"""

from cnnlib.arch.reading.files import read_file
from cnnlib.arch.reading.reading import Reading

__all__ = ["Reading", "read_file"]
