"""Published data sets by name: where Keras keeps them, where they come from, how to read them."""

from cnnlib.data.published.sets import PUBLISHED, Published, recognise

__all__ = ["PUBLISHED", "Published", "recognise"]
