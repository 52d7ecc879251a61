"""The commands of `python -m cnnlib`, a module each."""
