"""The Sweeps page: define one, see what it found."""
