"""A run's page around its curves: control it, say something about it, share it, delete it."""
