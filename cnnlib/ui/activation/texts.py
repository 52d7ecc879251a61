"""The words of the activation page; its prose is in `cnnlib/ui/texts/activation`."""

LEAD = (
    "A convolution only multiplies and adds, and sums of sums are sums again. The activation bends "
    "each number; without it a deep network could do no more than one layer."
)
FORGET = "Undo my numbers"
COVERED = "What comes out is covered until you have answered."
WEIGHT = "Weight w"
BIAS = "Bias b"
WEIGHT_HELP = "Every number is multiplied by it before the activation: larger means further out."
CURVE = "The curve and its slope"
COMPARE = "Beside it"
COMPARISON = "The same numbers through every activation"
DYING = "Dying units"
DEPTH = "What is left of a gradient after many layers"
LAYERS = "Layers"
SOFTMAX_CURVE = "Softmax: by its own score; the other channels of the chosen place stay."
SOFTMAX_ALONE = "Softmax of a single channel is always 1: give it more channels to share among."
COLUMNS = {
    "activation": "activation",
    "lowest": "smallest output",
    "highest": "largest output",
    "mean": "mean output",
    "saturated": "saturated",
    "slope": "mean slope",
}
SATURATED_HELP = "Share of these numbers at which the slope is nearer to 0 than 0.01."
SLOPE_HELP = "Mean of |f′(z)| over these numbers; softmax: each output by its own input."
