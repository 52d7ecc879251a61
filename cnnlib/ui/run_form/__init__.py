"""The form that starts a run."""

from cnnlib.ui.run_form.form import run_form

__all__ = ["run_form"]
