"""The activation's formula and its slope with the numbers of the cell that the learner chose."""

from collections.abc import Callable

from cnnlib.ops.activations import LEAKY_SLOPE
from cnnlib.ui.activation.experiment import SOFTMAX, Experiment
from cnnlib.ui.latex_lines import Told, bracket, number, tell

Write = Callable[[float], str]

# name -> (slope in symbols, f with a number in it, f' with a number in it)
WRITTEN: dict[str, tuple[str, Write, Write]] = {
    "relu": (
        r"\begin{cases} 1 & z > 0 \\ 0 & z \le 0 \end{cases}",
        lambda z: rf"\max({number(z)},\, 0)",
        lambda z: _side(z),
    ),
    "sigmoid": (
        r"\sigma(z)\,(1 - \sigma(z))",
        lambda z: rf"\frac{{1}}{{1 + e^{{{number(-z)}}}}}",
        lambda z: rf"\sigma({number(z)})\,(1 - \sigma({number(z)}))",
    ),
    "tanh": (
        r"1 - \tanh^2(z)",
        lambda z: (
            rf"\frac{{e^{{{number(z)}}} - e^{{{number(-z)}}}}}"
            rf"{{e^{{{number(z)}}} + e^{{{number(-z)}}}}}"
        ),
        lambda z: rf"1 - \tanh^2({number(z)})",
    ),
    "leaky_relu": (
        rf"\begin{{cases}} 1 & z > 0 \\ {LEAKY_SLOPE} & z \le 0 \end{{cases}}",
        lambda z: number(z) if z > 0 else rf"{LEAKY_SLOPE} \cdot {bracket(z)}",
        lambda z: _side(z),
    ),
    "elu": (
        r"\begin{cases} 1 & z > 0 \\ e^z & z \le 0 \end{cases}",
        lambda z: number(z) if z > 0 else rf"e^{{{number(z)}}} - 1",
        lambda z: _side(z) if z > 0 else rf"e^{{{number(z)}}}",
    ),
    "gelu": (
        r"\Phi(z) + z \cdot \varphi(z)",
        lambda z: (
            rf"{bracket(z)} \cdot \tfrac{{1}}{{2}}\left(1 + \mathrm{{erf}}"
            rf"\frac{{{number(z)}}}{{\sqrt{{2}}}}\right)"
        ),
        lambda z: rf"\Phi({number(z)}) + {bracket(z)} \cdot \varphi({number(z)})",
    ),
    "silu": (
        r"\sigma(z) + z \cdot \sigma(z)\,(1 - \sigma(z))",
        lambda z: rf"\frac{{{number(z)}}}{{1 + e^{{{number(-z)}}}}}",
        lambda z: (
            rf"\sigma({number(z)}) + {bracket(z)} \cdot \sigma({number(z)})\,"
            rf"(1 - \sigma({number(z)}))"
        ),
    ),
}


def explain(experiment: Experiment) -> list[list[Told]]:
    """z, f(z) and f′(z) of the chosen cell."""
    row, column, channel = experiment.cell
    x, z = float(experiment.x[experiment.cell]), float(experiment.z[experiment.cell])
    output, slope = (
        float(values[experiment.cell]) for values in (experiment.output, experiment.slope)
    )
    weighted = tell(
        f"z: row {row}, column {column}, channel {channel}",
        "z = w \\cdot x + b",
        rf"{number(experiment.weight)} \cdot {bracket(x)} + {bracket(experiment.bias)}",
        z,
    )
    if experiment.name == SOFTMAX:
        return [[weighted, *_explain_softmax(experiment, output, slope)]]
    symbols, write, write_slope = WRITTEN[experiment.name]
    return [
        [
            weighted,
            tell(
                experiment.activation.title,
                f"f(z) = {_in_z(experiment.activation.formula)}",
                write(z),
                output,
            ),
            tell("Slope", rf"f'(z) = {symbols}", write_slope(z), slope),
        ]
    ]


def _explain_softmax(experiment: Experiment, output: float, slope: float) -> list[Told]:
    own = number(float(experiment.z[experiment.cell]))
    powers = " + ".join(rf"e^{{{number(float(score))}}}" for score in experiment.row)
    return [
        tell(
            "Softmax",
            r"p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}",
            rf"\frac{{e^{{{own}}}}}{{{powers}}}",
            output,
        ),
        tell(
            "Slope by its own score",
            r"p_i\,(1 - p_i)",
            rf"{number(output)} \cdot (1 - {number(output)})",
            slope,
        ),
    ]


def _in_z(formula: str) -> str:
    """The library's formula, written in x, for the page's z; the x of \\max stays."""
    parts = formula.split(r"\max")
    return r"\max".join(part.replace("x", "z") for part in parts)


def _side(z: float) -> str:
    """Which case of the slope holds."""
    sign = ">" if z > 0 else r"\le"
    return rf"\text{{as }} {number(z)} {sign} 0"
