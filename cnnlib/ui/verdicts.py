"""What Keras answered to a check, in words: equal or not, and how far apart."""

from typing import Any

from cnnlib.arch.amounts import format_shape

TOLERANCE = 1e-5  # of the largest value: float32 sums in another order differ by less


def describe(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer of Keras with the verdict on it, in words."""
    shape = format_shape(answer["output_shape"]) or "()"
    details = [
        ["Gradient" if answer.get("gradient") else "Keras output", shape],
        ["Forward pass", f"{1000 * answer['seconds']:.2g} ms"],
        ["Keras", answer["keras"]],
        ["TensorFlow", answer["tensorflow"]],
    ]
    if answer.get("against") == "definition" and not answer.get("gradient"):
        details[0][0] = "Output of the definition"
    if answer.get("gradient"):
        details[1][0] = "Forward and back"
    if answer["params"] is not None:
        details.insert(1, ["Parameters", f"{answer['params']:,}"])
    verdict, text = _judge(answer, shape)
    return {**answer, "state": "done", "verdict": verdict, "text": text, "details": details}


def _judge(answer: dict[str, Any], shape: str) -> tuple[str, str]:
    other = "the definition in TensorFlow" if answer.get("against") == "definition" else "Keras"
    if answer.get("gradient"):
        other = "TensorFlow’s gradient"
    if answer["shape_differs"]:
        which = "which has" if answer.get("gradient") else "whose output has"
        return "differs", f"differs from {other}, {which} the shape {shape}"
    if answer["disagree"]:
        return "differs", (
            f"differs from {other}: {answer['disagree']:,} of {answer['values']:,} values are "
            f"NaN or infinite in one of the two only"
        )
    difference, scale = answer["max_difference"], answer["scale"]
    largest = f" (largest value {format_number(scale)})"
    if difference > TOLERANCE * max(scale, 1.0):
        return "differs", f"differs from {other}: max |Δ| = {format_number(difference)}{largest}"
    if answer["not_finite"]:
        return "equal", (
            f"equals {other} · max |Δ| = {format_number(difference)} "
            f"({answer['not_finite']:,} of {answer['values']:,} values are NaN or infinite in both)"
        )
    if difference == 0:
        return "equal", f"equals {other} exactly, max |Δ| = 0"
    return "equal", f"equals {other} · max |Δ| = {format_number(difference)}{largest}"


def format_number(value: float) -> str:
    """Two or three digits of a number that is not negative: 412, 0.37, 3.8e-6, 12,340."""
    if value == 0 or 0.01 <= value < 999.5:
        return f"{value:.3g}"
    if 999.5 <= value < 1e6:
        return f"{value:,.0f}"
    digits, exponent = f"{value:.1e}".split("e")
    return f"{digits}e{int(exponent)}"
