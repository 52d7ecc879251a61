"""The lab's errors: each is one friendly sentence that a page can show as it stands.

A message names the argument, the rule and the value received, and says what to do next.
"""


class LabError(Exception):
    """Base of every error that is meant for the user's eyes."""


class DatasetError(LabError):
    """A data set is missing, damaged, hostile, or not of the form that was asked for."""


class SpecError(LabError):
    """A network's declaration breaks a rule."""


class OperatorError(LabError):
    """An operator's setting breaks a rule: a kernel too large, groups that do not divide …"""


class RunError(LabError):
    """A training run cannot be started, found, or continued."""


class RunNotFoundError(RunError):
    """There is no run of that id, and there will be none."""
