"""Figures of one image: what is drawn is what the image holds."""

import numpy as np
import pytest

from cnnlib.figures.pixels import (
    make_channel_split_figure,
    make_pixel_histogram_figure,
    make_standardised_figure,
)

COLOR = np.random.default_rng(5).integers(0, 256, (6, 9, 3), dtype=np.uint8)
GREY = COLOR[..., :1]


def test_the_channels_stand_beside_the_picture_each_in_its_place():
    figure = make_channel_split_figure(COLOR)
    picture, *channels = figure.data
    np.testing.assert_array_equal(np.asarray(picture.z), COLOR)
    titles = [note.text for note in figure.layout.annotations]
    assert titles == ["Picture", "Red", "Green", "Blue"]
    for number, (trace, title) in enumerate(zip(channels, titles[1:], strict=True)):
        np.testing.assert_array_equal(np.asarray(trace.z), COLOR[..., number])
        assert (trace.zmin, trace.zmax) == (0, 255)
        assert title in trace.hovertemplate
        tint = trace.colorscale[1][1].lstrip("#")
        parts = [int(tint[at : at + 2], 16) for at in (0, 2, 4)]
        assert int(np.argmax(parts)) == number
    assert len({(trace.xaxis, trace.yaxis) for trace in figure.data}) == 4


@pytest.mark.parametrize("image", [COLOR, GREY])
def test_the_histogram_counts_every_pixel_once_a_channel(image):
    figure = make_pixel_histogram_figure(image)
    assert len(figure.data) == image.shape[2]
    for channel, trace in enumerate(figure.data):
        values = image[..., channel]
        for (low, high), count in zip(trace.customdata, trace.y, strict=True):
            assert count == ((values >= low) & (values <= high)).sum()
        assert sum(trace.y) == values.size
        assert trace.customdata[0][0] == 0
        assert trace.customdata[-1][1] == 255


@pytest.mark.parametrize("image", [COLOR, GREY])
def test_standardised_values_share_one_scale_with_0_in_its_middle(image):
    values = image.astype(np.float32) / 50 - 2
    figure = make_standardised_figure(values)
    for channel, trace in enumerate(figure.data):
        np.testing.assert_array_equal(np.asarray(trace.z), values[..., channel])
        assert trace.coloraxis == "coloraxis"
    axis = figure.layout.coloraxis
    assert axis.cmin == -axis.cmax
    for axes in (figure.select_xaxes(), figure.select_yaxes()):
        assert all(not axis.visible for axis in axes)
    assert all(axis.autorange == "reversed" for axis in figure.select_yaxes())  # row 0 on top
