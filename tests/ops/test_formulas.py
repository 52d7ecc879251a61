"""Formulas as a learner reads them."""

import pytest

from cnnlib.ops.formulas import (
    Formula,
    explain_effective_size,
    explain_output_size,
    explain_product,
    explain_sum,
    explain_transposed_size,
    explain_zeros,
)


@pytest.mark.parametrize(
    ("formula", "numbers", "result"),
    [
        (explain_output_size("out", 5, 3, 1, "valid"), r"\frac{5 - 3 + 1}{1}", 3),
        (explain_output_size("out", 5, 3, 2, "same"), r"\frac{5}{2}", 3),
        (explain_output_size("out", 9, 3, 1, "valid", 2), r"\frac{9 - 5 + 1}{1}", 5),
        (explain_transposed_size("out", 2, 3, 1, "valid"), r"2 \cdot 1 + \max(3 - 1,\, 0)", 4),
        (explain_transposed_size("out", 4, 3, 2, "same"), r"4 \cdot 2", 8),
        (explain_effective_size(3, 2), r"(3 - 1)\cdot 2 + 1", 5),
        (explain_product("p", [("k", 5), ("C", 3)], ("b", 1)), r"5 \cdot 3 + 1", 16),
        (explain_product("p", [("k", 3), ("k", 3)], ("b", 0)), r"3 \cdot 3", 9),
    ],
)  # fmt: skip
def test_numbers_and_result(formula: Formula, numbers: str, result: int) -> None:
    assert numbers in formula.numbers
    assert formula.result == result


@pytest.mark.parametrize(
    ("setting", "results"),
    [
        ((5, 3, 1, "same"), [2, 1, 1]),
        ((6, 3, 2, "same"), [1, 0, 1]),  # the odd zero goes to the end
        ((5, 4, 1, "same"), [3, 1, 2]),
        ((8, 3, 1, "same", 2), [4, 2, 2]),
        ((5, 1, 2, "same"), [0, 0, 0]),
        ((5, 3, 1, "valid"), []),
    ],
)
def test_the_zeros_that_same_puts_around(setting, results) -> None:
    assert [formula.result for formula in explain_zeros(*setting)] == results


def test_a_sum_adds_what_its_parts_give() -> None:
    parts = [Formula("hidden", "a", "1", 100_480), Formula("output", "b", "2", 1_290)]
    total = explain_sum("Parameters", parts)
    assert total.result == 101_770
    assert total.numbers == "100{,}480 + 1{,}290"


def test_latex_has_a_line_each_and_keeps_what_latex_means_by_a_comma() -> None:
    latex = Formula("out", r"\max(k,\, 0)", r"\max(3,\, 0)", 101_770).to_latex()
    assert latex.count(r" \\ ") == 2
    assert latex.count(r",\,") == 2
    assert r"\mathbf{101{,}770}" in latex
