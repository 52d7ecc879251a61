"""The words of the data set page."""

TITLE = "Data set"
LEAD = "What the network gets to see: the images, their classes, and the numbers that make them up."
FACTS = (
    "**{train:,}** training and **{test:,}** test images of **{classes}** classes. One image is "
    "**{height} × {width} × {channels}** numbers from 0 to 255."
)
ARRAYS = "As arrays: {shapes}. Source: {source}."
LOOK_FOR = "What to look for"
WHOLE_SET = "The whole set in figures"

SPLITS = {"train": "training", "test": "test"}
SPLIT = "Split"
CLASSES = "Classes (none chosen: all of them)"
ORDER = "Sort by"
ORDERS = {
    "index": "Index",
    "class": "Class",
    "brightness": "Brightness",
    "contrast": "Contrast",
    "colourfulness": "Colourfulness",
    "distance": "Distance from its class mean",
    "confidence": "The model's confidence",
}
ORDER_HELP = (
    "Brightness: the mean of grey, 0 to 1. Contrast: the standard deviation of grey. "
    "Colourfulness: after Hasler and Süsstrunk (2003), 0 for grey. Distance: how far the image is, "
    "as numbers from 0 to 1, from the mean of all images of its class."
)
DESCENDING = "Largest first"
GO_TO = "Go to image"
GO_TO_HELP = "Its index, 0 to {last:,}; then Enter."
MODEL = "Ask a trained model"
NEEDS_RUN = "Choose a run under «Ask a trained model»: then its confidence can sort the images."
VERDICT = "Show what the model has"
VERDICTS = {"all": "all", "right": "right", "wrong": "wrong"}
ACCURACY = "It has **{accuracy:.1%}** of the {split} images right."

COUNT = "{count:,} {split} images, page {page:,} of {pages:,}"
COUNT_OF = "{count:,} of {all:,} {split} images, page {page:,} of {pages:,}"
EMPTY = "No {split} image passes this filter. Choose more classes, or:"
SHOW_ALL = "Show all images"
PER_PAGE = "Images per page"
SIZE = "Size"
COLLECT = "Select many"
COLLECT_HELP = (
    "Then a click collects an image, or lets it go. Without it: hold Ctrl (⌘) for one more, or "
    "Shift for all between. Up to {most}."
)
GRID = "{split} images"
CAPTION = "{name}, image {index}"
SAYS = "; the model says {name}, {confidence:.0%}"

COLLECTED = "**{count:,}** selected"
DOWNLOAD = "PNG zip"
COPY = "Indices"
COPY_HINT = "Their indices in the {split} split, to copy:"
COLLECTED_NAME = "{dataset}-{split}-{count}.zip"
CLEAR = "Clear"
FIRST = "Open the first"

PREVIOUS = "Previous image"
NEXT = "Next image"
PLACE = "{place:,} of {count:,}"
ELSEWHERE = "not among those shown"
ABOUT = "Image {index:,} of the {split} images, label {label}."
MODEL_SAYS = "The model says **{name}** ({confidence:.0%}): {verdict}."
RIGHT, WRONG = "right", "wrong"
VIEW = "View"
VIEWS = {
    "pixels": "Pixels",
    "channels": "Channels",
    "histogram": "Histogram",
    "scaled": "Scaled",
    "array": "Array",
    "similar": "Similar",
}
PAINT = "Show"
PAINTS = {"colour": "Colour", "red": "Red", "green": "Green", "blue": "Blue", "grey": "Grey"}
HINT = "Point at a pixel, or walk with the arrow keys; the pixel stays when you turn to the next."
CHANNELS_HINT = (
    "A colour image is three pictures, one for each channel: 0 is black, 255 the full colour."
)
HISTOGRAM_HINT = "How many of the {count:,} pixels have which value, in steps of 8."
SCALED_HINT = (
    "Networks learn better from small numbers around 0. First all values are divided by 255; then "
    "the mean μ of all training pixels of the channel is taken away, and the rest divided by their "
    "standard deviation σ."
)
SCALED_WAITS = "Standardising needs the mean and the deviation of all training images."
SCALED_ROWS = (
    "mean μ of the training set",
    "deviation σ",
    "÷ 255: least",
    "÷ 255: most",
    "(x − μ) / σ: least",
    "(x − μ) / σ: most",
)
ONE_PIXEL = "Above: the top left pixel, {name}."
ARRAY_HINT = "The same image as Python has it. The lines run where the lab is installed."

AGAINST = "Among"
AGAINST_NAMES = {"train": "training", "test": "test", "both": "both"}
BY = "Alike in"
BY_NAMES = {"pixels": "pixels", "features": "what the model sees"}
BY_HELP = (
    "Pixels: the smallest sum of squared differences, so colours and the background count most. "
    "What the model sees: the numbers of the chosen run's last hidden layer."
)
SIMILAR_HINT = "Nearest first, with the distance (of pixels from 0 to 1). "
FEATURES_HINT = "Nearest first, with the distance in the model's {features}. "
SAME_CLASS = "{same} of these {count} are of the same class; the others have a mark."
COMPARING = "Comparing with all images"
COMPARING_FAILED = "The images could not be compared"
NEEDS_PREDICTIONS = "Choose a run under «Ask a trained model» to compare by what it sees."
NEIGHBOUR = "{name}, {split} image {index}, distance {distance:.2f}"
OTHER_CLASS = "another class"
THIS_IMAGE = "this image"

FURTHER = "Take it further"
LINK = "A link to this image:"
SAVE = "This image as PNG"
OPEN_ON = "Open it on another page:"
SHRUNK = "There it is shrunk to 32 × 32."
