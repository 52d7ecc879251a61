"""The run store: one SQLite file that all processes of a lab share.

`RunStore` is what others use; each of the rooms behind it keeps one table or one rule.
"""

from cnnlib.runs.store.run_store import RunStore, open_store

__all__ = ["RunStore", "open_store"]
