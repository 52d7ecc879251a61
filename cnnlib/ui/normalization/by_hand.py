"""The notes' formulas with the numbers of the channel and the cell that the learner chose."""

from collections.abc import Sequence

from cnnlib.ops.formulas import explain_product
from cnnlib.ui.latex_lines import Told, bracket, number, tell
from cnnlib.ui.normalization.experiment import WEIGHTS, Experiment


def explain(experiment: Experiment) -> list[list[Told]]:
    """Statistics, the cell, and the counts; a row each."""
    return [_explain_statistics(experiment), _explain_cell(experiment), _count(experiment)]


def _explain_statistics(experiment: Experiment) -> list[Told]:
    channel = experiment.cell[-1]
    if not experiment.training:
        return _explain_moving(experiment)
    values = [float(value) for value in experiment.x[..., channel].flat]
    mean = float(experiment.steps.mean[channel])
    return [
        tell(
            f"Mean of channel {channel}",
            r"\mu = \frac{1}{m} \sum x",
            rf"\frac{{{_add([number(values[0]), *map(bracket, values[1:])], 3)}}}{{{len(values)}}}",
            mean,
        ),
        tell(
            "Variance",
            r"\sigma^2 = \frac{1}{m} \sum (x - \mu)^2",
            rf"\frac{{{_add([_square(v, mean) for v in values], 1)}}}{{{len(values)}}}",
            float(experiment.steps.variance[channel]),
        ),
    ]


def _explain_moving(experiment: Experiment) -> list[Told]:
    """How the last batch moved the statistics; a new layer has nothing to tell."""
    moving, channel, keep = experiment.moving, experiment.cell[-1], experiment.momentum
    if not len(moving.batch_mean):
        return [
            ("Moving mean of a new layer", r"\mu = \mathbf{0}"),
            ("Moving variance of a new layer", r"\sigma^2 = \mathbf{1}"),
        ]
    told = []
    for name, symbol, history, own in (
        ("mean", r"\mu", moving.mean, moving.batch_mean),
        ("variance", r"\sigma^2", moving.variance, moving.batch_variance),
    ):
        old, new = float(history[-2, channel]), float(own[-1, channel])
        told.append(
            tell(
                f"Moving {name} after batch {len(own)}",
                rf"momentum \cdot {symbol}_{{old}} + (1 - momentum) \cdot {symbol}_{{batch}}",
                rf"{keep:g} \cdot {bracket(old)} + {1 - keep:.4g} \cdot {bracket(new)}",
                float(history[-1, channel]),
            )
        )
    return told


def _explain_cell(experiment: Experiment) -> list[Told]:
    image, row, column, channel = experiment.cell
    steps = experiment.steps
    mean, variance = float(steps.mean[channel]), float(steps.variance[channel])
    x, x_hat = float(experiment.x[experiment.cell]), float(steps.x_hat[experiment.cell])
    gamma, beta = float(experiment.gamma[channel]), float(experiment.beta[channel])
    return [
        tell(
            f"Normalised: image {image}, row {row}, column {column}",
            r"\hat{x} = \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}}",
            rf"\frac{{{number(x)} - {bracket(mean)}}}"
            rf"{{\sqrt{{{number(variance)} + {number(experiment.epsilon)}}}}}",
            x_hat,
        ),
        tell(
            "Output",
            r"y = \gamma \cdot \hat{x} + \beta",
            rf"{number(gamma)} \cdot {bracket(x_hat)} + {bracket(beta)}",
            float(steps.output[experiment.cell]),
        ),
    ]


def _count(experiment: Experiment) -> list[Told]:
    """γ and β are learnt; the moving statistics are kept, but not by gradients."""
    channels = [("C", experiment.x.shape[-1])]
    return [
        (formula.name, formula.to_latex())
        for formula in (
            explain_product("Parameters: γ, β, moving μ, moving σ²", [("4", WEIGHTS), *channels]),
            explain_product("Trainable: γ and β", [("2", 2), *channels]),
        )
    ]


def _add(terms: Sequence[str], first: int) -> str:
    """The first few, the last, and dots for those between, so that it fits a phone."""
    if len(terms) > first + 1:
        terms = [*terms[:first], r"\dots", terms[-1]]
    return " + ".join(terms)


def _square(value: float, mean: float) -> str:
    return rf"({number(value)} - {bracket(mean)})^2"
