"""The words of the page of the whole set."""

LEAD = "All images at once: how they spread, what a class looks like on average, and in numbers."
SPLITS = {"train": "Training images", "test": "Test images"}
SHORT_SPLITS = {"train": "training", "test": "test"}
SPLIT = "Images"

MAP = "A map of images"
COUNT = "Images on the map"
RUN = "Place them by a trained run"
HINT = (
    "Point at an image to see it, click it, or draw a line around some. Double click a class to "
    "see it alone; Ctrl and the wheel go nearer."
)
BY_PIXELS = (
    "{count:,} {split} images, laid out by their {numbers:,} pixel values: the two directions in "
    "which they vary most (PCA) hold {first:.0%} and {second:.0%} of the variance."
)
BY_FEATURES = (
    "{count:,} {split} images, laid out by {numbers:,} numbers that the run computes ({what}): "
    "the two directions in which those vary most (PCA) hold {first:.0%} and {second:.0%} of the "
    "variance."
)
TRAINED_ON = "The run was trained on training images: those lie tidier than images it never saw."
COLORS = "There are more classes than colours, so colours repeat; pointing tells them apart."
SELECTED = "{count:,} selected: {classes}."
MORE = "The first {shown} are shown."
MARKED = "Framed: the run says another class than the label."
NOTHING_IN_AREA = "There is no image in this area."
OPEN_ALL = "Open these on the data set page"
OPEN_FIRST = "Open the first {count} on the data set page"
OPEN_ONE = "Open image {index:,} on the data set page"

PICTURES = "Each class on average"
CLASS_KINDS = ("Mean", "Against all", "Spread")
PICTURES_NOTE = (
    "**Mean**: every pixel's average over the class. **Against all**: how that differs from the "
    "mean of all {split} images, {gain:.1f} times as strong; grey is no difference. **Spread**: "
    "the standard deviation, {stretch:.1f} times as bright; dark is where the class is alike."
)
NO_IMAGES = "no images"

BALANCE = "Images per class"
DISTANCES = "Which classes look alike on average"
DISTANCES_NOTE = (
    "The distance between the classes' mean images: the root of the summed squares, pixels from "
    "0 to 1. Nearest: **{near[0]}** and **{near[1]}** ({near[2]:.2f}); farthest: **{far[0]}** and "
    "**{far[1]}** ({far[2]:.2f})."
)
MEASURE = "Measure"
SPREAD = "How each class is spread"
MEASURES = {
    "brightness": "Brightness",
    "contrast": "Contrast",
    "colourfulness": "Colourfulness",
    "distance": "Distance from the mean",
}
AXES = {
    "brightness": "brightness: mean of grey, 0 black to 1 white",
    "contrast": "contrast: standard deviation of grey, 0 to 0.5",
    "colourfulness": "colourfulness (Hasler and Süsstrunk 2003), 0 is grey",
    "distance": "distance from the class's mean image, pixels 0 to 1",
}
SPREAD_NOTE = "The line in each shape is the mean of the class."
CHANNELS = "Channels"
CHANNELS_NOTE = (
    "Over all pixels of all images, as numbers from 0 to 1. To standardise, subtract the mean and "
    "divide by the deviation of the *training* images; test images get the same two numbers."
)
