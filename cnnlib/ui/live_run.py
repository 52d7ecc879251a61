"""A training run, live: state, progress, numbers, curves, and what the curves say.

The component asks the server's own ``api/runs/<id>`` route for new points about once a second and
extends its charts with them, so a run that trains causes no script run at all, no flicker, and
keeps a learner's zoom. It makes the page rerun only once: when the run has ended.
"""

from cnnlib.ui.components import load_component

_PARTS = ("_text", "_axis", "_points", "_design", "_chart", "_figure", "_panel", "_choices", "")
_SCRIPTS = ("load_plotly.js", *(f"live_run{part}.js" for part in _PARTS))  # one, in this order


def live_run(
    run_id: str, *, key: str, status: str | None = None, follow: bool = False
) -> str | None:
    """Show the run ``run_id``, live while it lasts.

    Args:
        run_id: the run's id in the store; another id under the same key starts a fresh view.
        key: the widget's key; stable, so that reruns keep the charts in place.
        status: the run's status as the page has just read it. Give it when the page looks
            different for a run that has ended (downloads, say): should the run end between that
            reading and the component's first look, the page is rerun all the same.
        follow: say that this is somebody else's run, which is only looked at.

    Returns:
        ``"finished"``, ``"stopped"`` or ``"failed"`` in the one script run that the run's end
        causes, else None.
    """
    result = load_component("live_run", _SCRIPTS)(
        key=key,
        data={"run_id": run_id, "status": status, "follow": follow},
        on_ended_change=_ignore,
    )
    ended = result.ended
    return ended if isinstance(ended, str) else None


def _ignore() -> None:
    """A trigger needs a callback to be part of the result; the rerun itself is what we want."""
