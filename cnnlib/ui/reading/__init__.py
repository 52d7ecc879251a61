"""The page that reads a model from a file: where it comes from, what it is, what Keras says."""
