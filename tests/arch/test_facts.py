"""What is told of networks side by side."""

from dataclasses import replace

import pytest

from cnnlib.arch import zoo
from cnnlib.arch.facts import Winner, count_depth, gather_facts, list_winners
from cnnlib.arch.layers import Dense, Flatten
from cnnlib.arch.spec import Spec


@pytest.mark.parametrize(
    ("name", "depth"),
    [
        ("mlp", 2), ("lenet5", 5), ("alexnet8", 8), ("vgg16", 16), ("vgg19", 19),
        ("inception10", 10), ("googlenet", 22), ("resnet18", 18), ("resnet34", 34),
        ("resnet20", 20), ("alexnet_imagenet", 8), ("vgg16_imagenet", 16),
        ("resnet18_imagenet", 18), ("googlenet_imagenet", 22),
    ],
)  # fmt: skip
def test_depth_is_the_number_in_the_networks_name(name: str, depth: int) -> None:
    assert count_depth(zoo.get(name)) == depth


def test_the_notes_winners() -> None:
    assert list_winners() == [
        Winner("AlexNet", 2012, 16.4),
        Winner("VGG", 2014, 7.3),
        Winner("Inception", 2014, 6.67),
        Winner("ResNet", 2015, 3.57),
    ]


def test_facts_of_a_network_that_is_counted_by_hand() -> None:
    layers = (Flatten(), Dense(units=10, name="dense_1"))
    facts = gather_facts(Spec("mine", "Mine", (2, 3, 1), layers))
    assert (facts.depth, facts.year, facts.top5_error) == (1, None, None)
    assert facts.activations == 4 * (6 + 6 + 10)
    assert facts.summary.params == 70


def test_only_the_classic_itself_bears_its_year() -> None:
    resized = zoo.get("resnet18", input_shape=(64, 64, 3), classes=4)
    assert gather_facts(resized).top5_error == 3.57
    borrowed = replace(zoo.get("lenet5"), name="resnet18")
    assert gather_facts(borrowed).year is None
