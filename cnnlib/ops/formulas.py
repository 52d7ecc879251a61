"""Formulas for the «by hand» part of a page: in symbols, with this page's numbers, and the result.

Each is LaTeX, as `st.latex` takes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from cnnlib.ops.windows import (
    Padding,
    compute_effective_size,
    compute_output_size,
    compute_padding,
    compute_transposed_size,
)


@dataclass(frozen=True)
class Formula:
    """symbols: the rule. numbers: the same rule with this page's numbers. result: what it gives.

    A whole number is written in full, another with five digits.
    """

    name: str
    symbols: str
    numbers: str
    result: int | float

    def to_latex(self) -> str:
        """A line each for the rule, the numbers and the result, so that it fits a phone.

        Where nothing is computed, the numbers being the result, they are not said twice.
        """
        result = format_number(self.result)
        lines = [rf"& {self.symbols}", rf"=\; & {self.numbers}", rf"=\; & \mathbf{{{result}}}"]
        if self.numbers == result:
            del lines[1]
        body = r" \\ ".join(lines)
        return rf"\begin{{aligned}} {body} \end{{aligned}}"


def format_number(number: int | float) -> str:
    """101{,}770: LaTeX would set a space after a bare comma. No whole number: five digits."""
    return format(number, "," if isinstance(number, int) else ",.5g").replace(",", "{,}")


def explain_effective_size(kernel_size: int, dilation_rate: int) -> Formula:
    """How many cells a dilated kernel spans."""
    return Formula(
        "Effective kernel size",
        r"k_\mathrm{eff} = (k - 1)\cdot d + 1",
        rf"({kernel_size} - 1)\cdot {dilation_rate} + 1",
        compute_effective_size(kernel_size, dilation_rate),
    )


def explain_output_size(
    name: str, size: int, kernel_size: int, stride: int, padding: Padding, dilation_rate: int = 1
) -> Formula:
    """The notes' two rules; with a dilated kernel k is its effective size."""
    effective = compute_effective_size(kernel_size, dilation_rate)
    result = compute_output_size(
        size, kernel_size, stride=stride, padding=padding, dilation_rate=dilation_rate
    )
    if padding == "same":
        symbols = r"\left\lceil \frac{in}{s} \right\rceil"
        numbers = rf"\left\lceil \frac{{{size}}}{{{stride}}} \right\rceil"
    else:
        symbols = r"\left\lceil \frac{in - k + 1}{s} \right\rceil"
        numbers = rf"\left\lceil \frac{{{size} - {effective} + 1}}{{{stride}}} \right\rceil"
    return Formula(name, symbols, numbers, result)


def explain_zeros(
    size: int, kernel_size: int, stride: int, padding: Padding, dilation_rate: int = 1
) -> tuple[Formula, ...]:
    """The zeros that SAME puts around one axis: in all, before and after; none under VALID."""
    if padding == "valid":
        return ()
    effective = compute_effective_size(kernel_size, dilation_rate)
    out = -(-size // stride)
    before, after = compute_padding(
        size, kernel_size, stride=stride, padding=padding, dilation_rate=dilation_rate
    )
    total = before + after
    return (
        Formula(
            "Zeros in all",
            r"P = \max((out - 1)\cdot s + k - in,\, 0)",
            rf"\max(({out} - 1)\cdot {stride} + {effective} - {size},\, 0)",
            total,
        ),
        Formula(
            "Before",
            r"\left\lfloor \tfrac{P}{2} \right\rfloor",
            rf"\left\lfloor \tfrac{{{total}}}{{2}} \right\rfloor",
            before,
        ),
        Formula(
            "After",
            r"P - \left\lfloor \tfrac{P}{2} \right\rfloor",
            rf"{total} - {before}",
            after,
        ),
    )


def explain_transposed_size(
    name: str, size: int, kernel_size: int, stride: int, padding: Padding
) -> Formula:
    """SAME in·s; VALID in·s + max(k - s, 0)."""
    symbols, numbers = r"in \cdot s", rf"{size} \cdot {stride}"
    if padding == "valid":
        symbols += r" + \max(k - s,\, 0)"
        numbers += rf" + \max({kernel_size} - {stride},\, 0)"
    result = compute_transposed_size(size, kernel_size, stride=stride, padding=padding)
    return Formula(name, symbols, numbers, result)


def explain_product(
    name: str, factors: Sequence[tuple[str, int]], plus: tuple[str, int] | None = None
) -> Formula:
    """A product of named numbers, and one number added: k·k·C + C.

    Args:
        factors: (symbol in LaTeX, number), in order.
        plus: what is added (biases); left out when its number is 0.
    """
    symbols = r" \cdot ".join(symbol for symbol, _ in factors)
    numbers = r" \cdot ".join(str(number) for _, number in factors)
    result = prod(number for _, number in factors)
    if plus and plus[1]:
        symbols, numbers, result = (
            f"{symbols} + {plus[0]}",
            f"{numbers} + {plus[1]}",
            result + plus[1],
        )
    return Formula(name, symbols, numbers, result)


def explain_sum(name: str, parts: Sequence[Formula]) -> Formula:
    """The sum of what other formulas give."""
    return Formula(
        name,
        " + ".join(rf"\text{{{part.name}}}" for part in parts),
        " + ".join(format_number(part.result) for part in parts),
        sum(part.result for part in parts),
    )
