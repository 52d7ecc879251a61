"""A network whose paths all cross is not drawn: it would take for ever, and show nothing."""

import pytest

from cnnlib.arch import zoo
from cnnlib.arch.analysis import analyze
from cnnlib.arch.layers import Add, Conv2D
from cnnlib.arch.spec import Spec
from cnnlib.figures.architecture.graph import can_draw


def make_tangle(count: int) -> Spec:
    """Layers that each add up all before them."""
    layers = [Conv2D(name="l0", filters=3, kernel_size=1)]
    for number in range(1, count):
        names = ("image", *(f"l{i}" for i in range(number)))
        layers.append(Add(name=f"l{number}", inputs=names))
    return Spec("tangle", "Tangle", (8, 8, 3), layers)


@pytest.mark.parametrize("name", zoo.names())
def test_every_classic_network_is_drawn(name: str) -> None:
    assert can_draw(analyze(zoo.get(name)))


def test_a_tangle_is_not() -> None:
    assert can_draw(analyze(make_tangle(6)))
    assert not can_draw(analyze(make_tangle(60)))
