"""The words of the twins."""

TITLE = "Twins: one step differs"
DIFFERENCE, DATASET, IMAGES, EPOCHS, SEED = (
    "Twin B is", "Data set", "Training images", "Epochs", "Seed",
)  # fmt: skip
GUESS = "Your guess: higher validation accuracy"
GUESSES = {"a": "A", "b": "B"}
TRAIN, ANOTHER_SEED, STOP = "Train both", "Another seed", "Stop both"
CONVOLUTION_FIRST = "In the twins the convolution is always there, and first."
BAD_PAIR = "The address names a pair that cannot be shown. {reason}"
NOT_YET = "Press «{train}»: their curves appear here."
PAIR = "**{first}** and **{second}** on {dataset}. {settings}."
LINK = "[{title}: the run's own page]({address}?run={run})"
UNFINISHED = "{title}: {status}. {message}"
NO_EPOCH = "No epoch was ended by both, so there is nothing to compare."

AHEAD = (
    "After epoch {epoch:g}, **{winner}** is **{points:.2f} percentage points** ahead in validation "
    "accuracy: A {first:.2%}, B {second:.2%}."
)
EVEN = "After epoch {epoch:g}, both have the same validation accuracy: {first:.2%}."
GUESSED = {True: "✓ You guessed so.", False: "✗ You guessed {guess}."}
IN_IMAGES = (
    "That is {more:,} of {count:,} validation images. Each share is uncertain by about "
    "±{error:.1f} points (one standard error, $\\sqrt{{p(1-p)/n}}$ with $n = {count}$)."
)
ONE_SEED = "One seed proves little: another one draws other weights and another order of images."
SEEDS = "With {count} seeds so far, B − A in percentage points: {differences}."
SAME_SIGN = "{winner} is ahead with each of them."
BOTH_SIGNS = "The sign is not always the same: these runs do not tell which twin is better."
A_TIE = "There is a tie among them."

MOMENTUM = (
    "Their batch normalisation has momentum {momentum:g}, not Keras' usual {usual:g}: validation "
    "uses the moving mean and variance, and with {usual:g} these would still be {kept:.1%} what "
    "they started as after this run's {steps:,} steps."
)
ALL_START_EQUAL = (
    "With one seed, {equal} start with exactly the same weights in both. Each is the same layer of "
    "the same shape, and Keras draws for the layers in their order."
)
SOME_START_EQUAL = (
    "With one seed, {equal} start with the same weights in both; {other} do not: {reason}."
)
MOVED = "Keras draws for the layers in their order, and a dropout layer takes a draw, too"
RESHAPED = "the shape is another one"
