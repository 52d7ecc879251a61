"""The badge «equals Keras, max |Δ| = …»: it asks the server's ``api/checks/<token>`` route itself.

The page's script neither waits for Keras nor runs again when the answer comes.
"""

from cnnlib.ui.components import load_component


def keras_badge(token: str, *, key: str, label: str | None = None) -> None:
    """Show whether what the lab has computed equals what Keras computes.

    Args:
        token: what `cnnlib.ui.checks.register_comparison` gave in this script run. The same token
            keeps what is shown; another one starts anew, after a moment in which a slider may
            still move.
        key: the widget's key; stable, so that reruns keep the badge in place.
        label: what is compared, on a page with several badges.
    """
    load_component("keras_badge")(key=key, data={"token": token, "label": label})
