"""From stages to grids: every kind fits the component, and what may be edited is editable."""

import numpy as np
import pytest

from cnnlib.ops.kinds import KINDS, Options
from cnnlib.ui.input_choice import Input, picture_to_channels
from cnnlib.ui.linked_grids_data import check_links
from cnnlib.ui.stage_grids import make_stage_grids


def make(name: str, **options: object):
    kind = KINDS[name]
    channels = kind.max_channels
    image = np.arange(8 * 8 * channels, dtype=np.float32).reshape(8, 8, channels)
    picture = Input(image, tuple(f"c{n}" for n in range(channels)), "test", is_picture=False)
    groups = 3 if "groups" in kind.controls else 1
    filters = 6 if "filters" in kind.controls else 1
    size = 3 if "kernel_size" in kind.controls else 1
    setting = Options(filters=filters, groups=groups, kernel_size=size, **options)  # type: ignore[arg-type]
    x = kind.prepare(image)
    weights = kind.make_weights(setting, x.shape)
    stages = kind.compute(x, weights, setting)
    grids, links = make_stage_grids(picture, x, stages, weights, labels={})
    return {grid.id: grid for grid in grids}, links, weights, stages


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_fits_the_component(name) -> None:
    grids, links, weights, stages = make(name, use_bias="use_bias" in KINDS[name].controls)
    check_links(list(grids.values()), links)
    assert len(links) == len(stages)
    assert links[0].source == "input"
    assert grids[links[-1].target].label == "Output"
    assert {name for name, grid in grids.items() if grid.editable} == {"input", *weights}


def test_a_derived_kernel_is_not_editable_but_the_one_it_comes_from_is() -> None:
    grids, links, _, _ = make("spatially_separable")
    assert list(grids)[:2] == ["input", "kernel"]
    assert grids["kernel"].editable
    assert [link.kernel for link in links] == ["derived_0", "derived_1"]
    assert not grids["derived_0"].editable


def test_a_1_by_1_kernel_is_drawn_as_channels_by_filters() -> None:
    grids, _, _, _ = make("pointwise")
    assert (grids["kernel"].rows, grids["kernel"].cols) == (2, 3)
    assert grids["kernel"].sheet_count == 1


def test_a_picture_becomes_grey_or_colours_or_colours_and_their_negatives() -> None:
    picture = np.zeros((4, 4, 3), np.uint8)
    picture[..., 0], picture[..., 1], picture[..., 2] = 100, 50, 200
    grey, names = picture_to_channels(picture, 4, 1)
    assert names == ("grey",)
    assert (grey == round(0.299 * 100 + 0.587 * 50 + 0.114 * 200)).all()
    colors, names = picture_to_channels(picture, 4, 5)
    assert names[:3] == ("red", "green", "blue")
    np.testing.assert_array_equal(colors[0, 0], [100, 50, 200, 155, 205])


def test_a_picture_shrinks_by_means_of_blocks() -> None:
    picture = np.zeros((4, 4, 1), np.uint8)
    picture[:2, :2] = [[[0], [100]], [[100], [200]]]
    small, _ = picture_to_channels(picture, 2, 1)
    np.testing.assert_array_equal(small[..., 0], [[100, 0], [0, 0]])
