"""What a `call` without `training` does to batch normalisation: by arithmetic, and by Keras."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnlib.figures.normalization import make_models_figure
from cnnlib.ops.normalization import batch_norm
from cnnlib.ui.address import Address
from cnnlib.ui.latex_lines import tidy
from cnnlib.ui.normalization import texts
from cnnlib.ui.normalization.experiment import Experiment, follow
from cnnlib.ui.normalization.training_job import FAILED, WAITING, Trained, start_job
from cnnlib.ui.normalization.views import BARE
from cnnlib.ui.page import show_error
from cnnlib.ui.prose import show_text

Floats = NDArray[np.float32]
STEPS = 30
LOOK_SECONDS = 1.0
MODELS = {
    "functional": "functional model",
    "forgetful": "call(self, x)",
    "mindful": "call(self, x, training=None)",
}
CODE = """
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.bn = layers.BatchNormalization()

    def call(self, x):  # no training here ...
        return self.bn(x)  # ... so none arrives


class Mended(Net):
    def call(self, x, training=None):
        return self.bn(x, training=training)
""".strip()


def show_forgotten(address: Address, experiment: Experiment) -> None:
    """The mistake, what it does to the chosen channel, and the button that has Keras do it."""
    st.subheader(texts.FORGOTTEN, anchor=False)
    show_text("normalization/forgotten")
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.code(CODE, language="python")
    with right:
        st.markdown(describe_stuck(experiment))
    st.button(texts.TRAIN, icon=":material/play_arrow:", key=address.key("train"),
              disabled=address["trained"], on_click=_train, args=(address,))  # fmt: skip
    if address["trained"]:
        _show_trained(address, experiment)


def describe_stuck(experiment: Experiment) -> str:
    """By the page's own arithmetic: the chosen channel with the statistics 0 and 1."""
    channel = experiment.cell[-1]
    zeros, ones = np.zeros_like(experiment.gamma), np.ones_like(experiment.gamma)
    stuck = batch_norm(
        experiment.x, experiment.gamma, experiment.beta, moving_mean=zeros, moving_variance=ones,
        training=False, epsilon=experiment.epsilon,
    )[..., channel]  # fmt: skip
    right = experiment.outputs[True][..., channel]
    x = experiment.x[..., channel]
    factor = float(experiment.gamma[channel]) / float(np.sqrt(1 + experiment.epsilon))
    beta = float(experiment.beta[channel])
    lines = [
        f"| channel {channel} | mean | variance |",
        "|:--|--:|--:|",
        f"| into the layer | {tidy(x.mean())} | {tidy(x.var())} |",
        f"| out, as it should be | {tidy(right.mean())} | {tidy(right.var())} |",
        f"| out, with 0 and 1 | {tidy(stuck.mean())} | {tidy(stuck.var())} |",
    ]
    table = "\n".join(lines)
    sign = "+" if beta >= 0 else "−"
    return (
        f"All that is left of the formula: $y = \\gamma x / \\sqrt{{1 + \\varepsilon}} + \\beta$ "
        f"$= {factor:.4g}\\,x {sign} {abs(beta):.4g}$\n\n{table}"
    )


def _train(address: Address) -> None:
    address["trained"] = True


def _show_trained(address: Address, experiment: Experiment) -> None:
    """Looks once a second while Keras is at it; the rest of the page stays alive."""
    job = start_job(experiment.x, experiment.momentum, STEPS)
    waiting = job.state == WAITING

    @st.fragment(run_every=LOOK_SECONDS if waiting else None)
    def show() -> None:
        if job.state == WAITING:
            st.info(texts.TRAINING if job.warm else texts.LOADING, icon=":material/hourglass_top:")
        elif waiting:
            st.rerun()  # without the clock
        elif job.state == FAILED:
            show_error(job.reason)
            st.button(texts.AGAIN, icon=":material/refresh:", on_click=job.start)
        else:
            show_models(address, experiment, job.answer)

    show()


def show_models(address: Address, experiment: Experiment, answer: Trained) -> None:
    channel = experiment.cell[-1]
    for column, name in zip(st.columns(2, gap="large"), ("mean", "variance"), strict=True):
        with column:
            curves = {
                title: answer.models[model][name][:, channel] for model, title in MODELS.items()
            }
            figure = make_models_figure(curves, title=f"moving {name}, channel {channel}")
            st.plotly_chart(figure, config=BARE, key=address.key(f"models_{name}"))
    st.markdown(describe_trained(experiment, answer))


def describe_trained(experiment: Experiment, answer: Trained) -> str:
    """Who moved, and whether the functional model's way is the one of this page's formula."""
    models = answer.models
    own = experiment.x.reshape(-1, experiment.x.shape[-1])
    again = np.repeat(own.mean(axis=0)[None], STEPS, 0), np.repeat(own.var(axis=0)[None], STEPS, 0)
    expected = follow(experiment.x, *again, experiment.momentum, STEPS)
    scale = max(1.0, float(np.abs(expected.variance).max()))
    worst = max(
        float(np.abs(models["functional"][name] - line).max())
        for name, line in (("mean", expected.mean), ("variance", expected.variance))
    )
    lines = []
    for model, title in MODELS.items():
        mean, variance = models[model]["mean"], models[model]["variance"]
        stuck = bool((mean == 0).all() and (variance == 1).all())
        moved = f"means {texts.join(mean[-1])}, variances {texts.join(variance[-1])}"
        end = "**stuck at 0 and 1**" if stuck else f"moved to {moved}"
        lines.append(f"- `{title}`: {end}")
    agree = "agree with" if worst <= 1e-5 * scale else "**differ from**"
    return (
        f"Keras {answer.keras}, {STEPS} steps of `fit` on the batch above:\n\n"
        + "\n".join(lines)
        + f"\n\nThe functional model’s moving statistics {agree} this page’s formula, "
        f"max |Δ| = {worst:.2g} (largest value {tidy(scale)})."
    )
