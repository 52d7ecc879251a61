"""The words of the CBAPD page; its prose is in `cnnlib/ui/texts/cbapd`."""

from cnnlib.ops.windows import Padding

TITLE = "CBAPD"
LEAD = (
    "Convolution, BatchNorm, Activation, Pooling, Dropout: one image through the five steps of a "
    "block, in the notes' order or in yours."
)
STEP_NAMES = {
    "C": "Convolution",
    "B": "BatchNorm",
    "A": "Activation",
    "P": "Pooling",
    "D": "Dropout",
}
ACTIVATION_NAMES = {"relu": "ReLU", "sigmoid": "Sigmoid", "tanh": "Tanh"}
POOLING_NAMES = {"max": "Max", "avg": "Average"}
PADDINGS: tuple[Padding, ...] = ("valid", "same")
PHASE_NAMES = {"inference": "Inference", "training": "Training"}
PHASE_HELP = (
    "Training: BatchNorm takes this image's own mean and variance, and dropout draws. "
    "Inference: BatchNorm takes moving statistics, and dropout lets everything pass."
)
EARLIER, LATER = "Earlier", "Later"
DRAW_AGAIN = "Draw again"
NOTHING_ON = "All five steps are switched off: what goes in comes out. Switch one on."
FORGET = "Undo my numbers"
COVERED = "The steps are covered until you have answered."
HINT = (
    "Point at a cell of the last grid: the cells that made it light up in every step before. "
    "Double-click a number of the input, the kernel or the bias to change it."
)
NORM_TRAINING = "mean and variance of this image's own maps"
NORM_INFERENCE = "moving mean and variance: those of {count} {what}"
PICTURES, GRIDS = "training images", "random grids"
CHECK_TRAINING = "In training mode, without dropout"
CHECK_INFERENCE = "All steps, in inference mode"

SWAP_TITLE = "What if two neighbours swap?"
SWAP_SHAPE = "the output then is {shape}"
SWAP_BREAKS = "the other order does not fit this image"
SWAP_REASONS = {
    "AB": "BatchNorm moves the place where the activation cuts or bends; the other way round it "
    "measures numbers that are cut or bent already.",
    "AP": "The activation never turns an order round: the largest number of a window stays the "
    "largest. So it makes no difference, and pooling first leaves fewer cells to activate.",
    "AP average": "The mean of activated numbers is not the activation of their mean.",
    "AC": "The sums of a convolution can fall below 0; an activation before it cannot see that.",
    "AD": "In inference dropout lets everything pass, so its place does not matter there.",
    "BC": "BatchNorm then evens out the image's channels, not the maps that the filters make.",
    "BP": "The same formula, but the pooled maps have another mean or another variance.",
    "BD": "The same in inference. In training BatchNorm would measure maps with holes in them.",
    "CP": "The kernel then meets the pooled image, where neighbours lie further apart.",
    "CD": "The same in inference. In training pixels would fall instead of the maps' cells.",
    "DP": "The same in inference. In training a window could lose cells and still have a largest.",
}
