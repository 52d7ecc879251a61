"""The table of all runs: filtered, refreshed, and what can be done with several at once."""
