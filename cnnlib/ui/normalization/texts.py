"""The words of the batch normalisation page; its prose is in `cnnlib/ui/texts/normalization`."""

from collections.abc import Sequence

from cnnlib.ui.latex_lines import tidy

LEAD = (
    "For each channel: take the mean and the variance over the whole batch, bring the numbers to "
    "mean 0 and variance 1, then let two learnt numbers, γ and β, scale and shift them."
)
FORGET = "Undo my numbers"
COVERED = "What comes out is covered until you have answered."
ROWS = "a row of maps for each channel"
CURVE = "Where the values sit on the activation’s curve"
MOVING = "Training against inference: the moving statistics"
ONE_MORE = "One more batch"
FORGOTTEN = "What goes wrong: a call without training"
TRAIN = "Train with Keras"
LOADING = "TensorFlow is still loading; the first time takes about half a minute …"
TRAINING = "Keras trains three small networks …"
AGAIN = "Try again"
MODE_HELP = "Training: the mean and variance of this batch. Inference: the moving ones."
EPSILON_HELP = "Stands under the root, so that nobody divides by 0."
MOMENTUM_HELP = (
    "The share of the old moving value that stays at each batch. Keras begins with 0.99."
)
MODE_LABELS = {True: "In training", False: "In inference"}
BATCHES_HELP = "How many batches the layer has seen in training."


def join(numbers: Sequence[float]) -> str:
    return " and ".join(tidy(number) for number in numbers)
