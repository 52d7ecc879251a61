"""The words of the dropout page; its prose is in `cnnlib/ui/texts/dropout`."""

TITLE = "Dropout"
LEAD = (
    "In training each number is set to 0 by chance, and the others grow to make up for it. In "
    "inference nothing happens at all."
)
SOURCES = {"units": "Units of a dense layer", "maps": "Feature maps of an image"}
PHASES = {"training": "Training", "inference": "Inference"}
PHASE_HELP = "In inference dropout is the identity: all stay, and nothing is scaled."
RATE_HELP = "The share that falls on average. Keras calls it `rate`."
DRAW_AGAIN = "Draw again"
DRAW = "Draw"
DRAW_HELP = "The seed of this draw: the same number gives the same draw, here and by link."
EXAMPLE = "Example: the row of the grid whose network is drawn"
COVERED = "The draw is covered until you have answered."
INPUT_NAMES = {"units": "Activations", "maps": "Feature maps"}
MASK = "Mask"
MASK_TRAINING = "0: falls · {scale:.5g}: stays"
MASK_INFERENCE = "1: all stay"
HINTS = {
    "units": "Five examples, a row each, and eight units, a column each. Every example has a draw "
    "of its own. Point at a cell of the output to see its product.",
    "maps": "Two feature maps after convolution, ReLU and pooling. Each of their cells falls by "
    "itself. Point at a cell of the output to see its product.",
}
FELL = "**{fallen} of {count}** fell in this draw, {share:.1%}; on average it is {rate:.0%}."
NOTHING_FELL = "Inference: all {count} stay as they are, and the output equals the input."

NETWORK_TITLE = "The network that is left"
NETWORK_LINE = (
    "Example {example}: **{kept} of {units}** units of the hidden layer stay, with "
    "**{connections} of {all_connections}** connections. The mask is row {example} of the grid."
)
MEANS_TITLE = "Many draws: the mean comes back to the input"
MEANS_NONE = "At rate 0 every draw is the input itself: there is nothing to average."
MEANS_LINE = (
    "After {few} draws the mean is off by {few_error:.3g} on average over the cells, after {many} "
    "by {many_error:.3g}: {ratio:.3g} times less. With {times:.3g} times the draws, "
    "√{times:.3g} = {root:.3g} times less is to be expected."
)
KERAS_TITLE = "Keras draws its own mask"
KERAS_BUTTON = "Let Keras draw {draws} times"
KERAS_ANSWER = (
    "Keras {version}: {fallen:,} of {values:,} numbers fell, **{share:.2%}**; the rate is "
    "{rate:.0%}, and chance keeps 999 of 1,000 such counts within ± {margin:.2%} of it. "
    "Every number that stayed is x / (1 − p): **max |Δ| = {difference}**."
)
CHECK_INFERENCE = "The whole network in inference"
CHECK_THINNED = "This draw: dense layers made of the units that stayed"
