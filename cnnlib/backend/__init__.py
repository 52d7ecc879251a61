"""Everything that imports Keras. Nothing in the web process imports this package."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # silences its start-up chatter
