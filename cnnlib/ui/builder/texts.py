"""The words of the builder."""

LEAD = (
    "Put a network together: choose a row, change it, add what shall follow. Shapes and counts "
    "follow at once."
)

START, START_BUTTON, UNDO, REDO = "Start from", "Start", "Undo", "Redo"
EMPTY = "Empty: Flatten, Dense"
SAVED = "Saved: {name}"
MY_TITLE, MY_NAME = "My {title}", "my-{name}"

PARAMETERS, MACS, FIELD, LAYERS = "Parameters", "MACs an image", "Receptive field", "Layers"
TRAINABLE = "{count:,} of them learn"
MACS_HELP = "Multiply-adds for one image; convolution and dense layers only"
FIELD_HELP = "How many pixels of the image one cell of the last map sees, were there no border"
LAYERS_HELP = "All of them count, also those without parameters"
UP_TO = "The numbers are those of the layers before **{layer}**, which does not fit."
LIMITS = "Of a run's limits this network takes {limits}."
LIMIT = "{share} of {most:,} {what}"
LIMIT_NAMES = ("parameters", "MACs", "output values", "layers")

PICTURE = "The network, drawn; choose a layer to change it"
ROW = "The network, from the image on. Choose a row to change it."
IMAGE, IMAGE_TITLE = "image", "Image"
UNKNOWN = "?"
BLOCK, SHORTCUT = "Block", "shortcut"
PATH, SHORTCUT_PATH = "path {number}", "path {number}: the shortcut"
LAYERS_IN = "{count} layers"

NAME, UP, DOWN, COPY, REMOVE, TAKE_APART = "Name", "Up", "Down", "Copy", "Remove", "Take apart"
TAKE_APART_HELP = "Its layers become rows of their own"
NOT_SQUARE = "Height ≠ width"
NOTHING_TO_SET = "A layer of this kind has nothing to set."
INSIDE = "Choose one of its layers in the list to change it."
BRANCHES = "Paths that meet in {merge}"
ADD_PATH, ADD_PATH_HELP = (
    "Add a path",
    "A 1×1 convolution that fits the other paths' height and width",
)
ADD_SHORTCUT, ADD_SHORTCUT_HELP = "Add a shortcut", "A path without layers: it hands its input on"
REMOVE_PATH = "Remove {path}"
PROJECT, PROJECT_HELP = (
    "Project the shortcut",
    "A 1×1 convolution that brings it to the main path's shape",
)
HEIGHT, WIDTH, CHANNELS, CLASSES = "Height", "Width", "Channels", "Classes"
CLASSES_HELP = "The units of the last Dense layer"
IMAGE_NOTE = "CIFAR-10 and the lab's synthetic set have images of 32 × 32 × 3 in 10 classes."

ADD = "Add"
ADD_AFTER = "Add after {name}"
ADD_BEFORE = "Add before {name}"
PATH_END = "at the end of path {number}"
WHERE, WHERE_NAMES = "Where", {"after": "after it", "before": "before it"}

OUTPUT = "Output **{shape}** · {params:,} parameters · {macs:,} MACs"
WAYS_OUT = "Ways out:"
TRAIN, TRAIN_HELP = "Train it", "Opens the Train page with this network"

SOURCE = "Show it as Keras code"
KEEP = "Keep, share, train"
SAVE_NAME, SAVE, REPLACE = "Name of the network", "Save", "Replace it"
SAVED_AS = "Saved as «{title}» ({name}). Everybody who uses this lab finds it under «Start from»."
SAVE_NOTE = "Everybody who uses this lab sees what is saved."
FORGET, FORGET_HELP = (
    "Delete from the saved ones",
    "For everybody; runs keep the networks they train",
)
FORGOTTEN = "«{name}» is no longer saved."
LINK_NOTE = "A link that opens this very network, in this lab or another:"
DOWNLOAD = "Download JSON"
IMPORT, IMPORT_FILE, IMPORT_TEXT, IMPORT_BUTTON = (
    "Open JSON", "A JSON file", "… or its text", "Open it",
)  # fmt: skip
IMPORT_NOTE = "What `python -m cnnlib models NAME --spec` prints, or this page's download."
NO_JSON = "This is no JSON: {reason}."
TOO_LONG = "A network's JSON must be at most {most:,} bytes. Received: more."
NOTHING_GIVEN = "Choose a file, or paste its text."

KINDS = {
    "Conv2D": "Convolution",
    "DepthwiseConv2D": "Depthwise convolution",
    "SeparableConv2D": "Depthwise separable convolution",
    "BatchNormalization": "Batch normalisation",
    "Activation": "Activation",
    "MaxPooling2D": "Max pooling",
    "AveragePooling2D": "Average pooling",
    "GlobalMaxPooling2D": "Global max pooling",
    "GlobalAveragePooling2D": "Global average pooling",
    "Dropout": "Dropout",
    "Flatten": "Flatten",
    "Dense": "Dense",
    "Add": "Add",
    "Concatenate": "Concatenate",
}
FIELDS = {
    "filters": "Filters",
    "units": "Units",
    "kernel_size": "Kernel",
    "pool_size": "Window",
    "strides": "Stride",
    "dilation_rate": "Dilation",
    "groups": "Groups",
    "depth_multiplier": "Filters per channel",
    "padding": "Padding",
    "activation": "Activation",
    "use_bias": "Bias",
    "l2": "Weight decay (L2)",
    "momentum": "Momentum",
    "epsilon": "Epsilon",
    "rate": "Rate",
}
