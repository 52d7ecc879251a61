"""One image, enlarged, with the numbers of the pixel that is pointed at and of those around it."""

import base64

import numpy as np
from numpy.typing import NDArray

from cnnlib.ui.components import load_component

GREY_WEIGHTS = (0.299, 0.587, 0.114)  # ITU-R BT.601 luma, of red, green and blue
PAINTS = ("colour", "red", "green", "blue", "grey")


def show_pixels(
    image: NDArray[np.uint8], *, key: str, paint: str = "colour", label: str = "Image"
) -> None:
    """Draw an image without smoothing; pointing at a pixel asks the server for nothing.

    Args:
        image: (H, W, C) uint8, C = 1 or 3.
        key: the widget's key; stable, so that the pixel looked at stays when another image comes.
        paint: one of `PAINTS`: what is seen of the image; of C = 1 it is always its one channel.
        label: for those who do not see.
    """
    height, width, channels = image.shape
    load_component("pixels")(
        key=key,
        data={
            "pixels": base64.b64encode(np.ascontiguousarray(image).tobytes()).decode("ascii"),
            "height": height,
            "width": width,
            "channels": channels,
            "view": paint,
            "grey": list(GREY_WEIGHTS),
            "label": label,
        },
    )
