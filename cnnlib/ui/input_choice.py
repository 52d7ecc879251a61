"""What goes into an operator: a small grid of numbers, an image of a data set, or an upload."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from cnnlib.data import available
from cnnlib.data.pictures.decoding import FORMATS
from cnnlib.data.uploads import MAX_BYTES, is_upload_id, load_upload, save_upload
from cnnlib.errors import LabError
from cnnlib.ops.patterns import PATTERN_NAMES, make_pattern
from cnnlib.ui.address import Address, Setting, choice, whole
from cnnlib.ui.datasets import open_dataset
from cnnlib.ui.page import show_error

NUMBERS, IMAGE, UPLOAD = "numbers", "image", "upload"
SOURCES = {NUMBERS: "Numbers", IMAGE: "Image", UPLOAD: "My picture"}
MAX_SIZE = 32
MAX_CHANNELS = 6
MAX_INDEX = 9_999_999
COLOR_NAMES = ("red", "green", "blue", "255 − red", "255 − green", "255 − blue")
GREY_WEIGHTS = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601 luma
SIZE_HELP = "Up to about 12 the cells show their numbers; 32 is CIFAR-10's own size."
NO_UPLOAD = "Until then an image of the data set is shown."
UPLOAD_LABEL = "JPEG, PNG, WebP or BMP; its middle square is shrunk to 32 × 32"


@dataclass(frozen=True)
class Input:
    """values: (height, width, channels) float32; whole numbers 0..9, or pixels 0..255."""

    values: NDArray[np.float32]
    sheet_names: tuple[str, ...]
    title: str
    is_picture: bool

    @property
    def paint(self) -> Literal["signed", "gray"]:
        return "gray" if self.is_picture else "signed"


def input_settings(*, source: str = NUMBERS, size: int = 6, channels: int = 1) -> list[Setting]:
    """The settings of an input for a page's `Address`."""
    return [
        choice("source", SOURCES, source),
        choice("pattern", PATTERN_NAMES),
        whole("size", size, 1, MAX_SIZE),
        whole("channels", channels, 1, MAX_CHANNELS),
        whole("image", 0, 0, MAX_INDEX),
        Setting("upload", "", _parse_upload),
    ]


def _parse_upload(text: str) -> str:
    if not is_upload_id(text):
        raise ValueError(text)
    return text


def choose_input(address: Address, *, max_channels: int = 3) -> Input:
    """Draw the controls and give what they say.

    Raises:
        LabError: an upload is not here, or a data set is damaged.
    """
    st.segmented_control(
        "Input", list(SOURCES), format_func=SOURCES.__getitem__, key=address.key("source"),
        required=True,
    )  # fmt: skip
    source = address["source"]
    if source == NUMBERS:
        st.selectbox("Pattern", PATTERN_NAMES, key=address.key("pattern"))
    elif source == IMAGE:
        _choose_image(address)
    else:
        _take_upload(address)
    st.slider("Size", 1, MAX_SIZE, key=address.key("size"), help=SIZE_HELP)
    address["channels"] = min(address["channels"], max_channels)
    if max_channels > 1:
        st.slider("Channels", 1, max_channels, key=address.key("channels"))
    return make_input(address)


def make_input(address: Address) -> Input:
    """The input that the settings describe; an upload that is still missing is an image."""
    size, channels = address["size"], address["channels"]
    if address["source"] == NUMBERS:
        values = make_pattern(address["pattern"], size, size, channels)
        names = tuple(f"channel {number}" for number in range(channels))
        return Input(values, names, f"numbers, {address['pattern']}", is_picture=False)
    if address["source"] == UPLOAD and address["upload"]:
        picture, title = load_upload(address["upload"]), "my picture"
    else:
        picture, title = _pick_image(address["image"])
    values, names = picture_to_channels(picture, size, channels)
    return Input(values, names, title, is_picture=True)


def picture_to_channels(
    picture: NDArray[np.uint8], size: int, channels: int
) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """A picture (H, W, 1 or 3) uint8 as (size, size, channels) float32 of 0..255, and its names.

    One channel is grey; beyond three come the negatives, so that there is something to group.
    """
    color = np.repeat(picture, 3, axis=2) if picture.shape[2] == 1 else picture
    if color.shape[:2] != (size, size):
        color = np.asarray(Image.fromarray(color).resize((size, size), Image.Resampling.BOX))
    values = color.astype(np.float32)
    if channels == 1:
        return np.rint(values @ GREY_WEIGHTS)[..., np.newaxis], ("grey",)
    both = np.concatenate([values, 255 - values], axis=-1)
    return both[..., :channels], COLOR_NAMES[:channels]


def _pick_image(number: int) -> tuple[NDArray[np.uint8], str]:
    dataset = open_dataset(available()[0].name)
    split = dataset.train
    index = number % len(split)
    return split.images[index], f"{dataset.class_names[split.labels[index]]}, image {index:,}"


def _choose_image(address: Address) -> None:
    count = len(open_dataset(available()[0].name).train)
    if address["image"] >= count:
        address["image"] = count - 1
    st.number_input(f"Training image (0 to {count - 1:,})", 0, count - 1, key=address.key("image"))


def _take_upload(address: Address) -> None:
    file = st.file_uploader(
        UPLOAD_LABEL,
        type=[*(form.lower() for form in FORMATS), "jpg"],
        max_upload_size=MAX_BYTES // 1_000_000,
        key=address.key("file"),
    )
    if not address["upload"]:
        st.caption(NO_UPLOAD)
    seen = address.key("file_seen")
    if file is None or st.session_state.get(seen) == file.file_id:
        return
    st.session_state[seen] = file.file_id
    try:
        address["upload"] = save_upload(file.getvalue())
    except LabError as error:
        show_error(str(error))
