"""The words of the Sweeps page."""

LEAD = (
    "Train the same network many times, with other settings each time, and see which settings "
    "matter."
)
NEW = "A new sweep"
BASE = "What all runs have"
VARIES = "What varies"
TITLE = "Name of the sweep"
AXES = "Settings that vary"
AXES_HELP = "Each may have values of its own; the form above says what all others are."
WAY = "Which combinations"
WAYS = {"grid": "Every one", "random": "Some, drawn at random"}
WAY_HELP = (
    "Drawn at random, each setting gets a new value in nearly every run, so that the same number "
    "of runs tries many more values of the one that matters."
)
COUNT = "How many"
DRAW = "Draw number"
DRAW_HELP = "The same number draws the same combinations."
SEEDS = "Seeds for each"
SEEDS_HELP = (
    "Trained again with another seed, the same settings end a little differently: three show "
    "whether a difference between settings is more than chance."
)
VALUES = "{label}: values"
VALUES_HELP = "Choose, or type others."
FROM, TO, SCALE = "{label} from", "to", "Spread"
SCALES = {"log": "by powers of ten", "linear": "evenly"}
SCALE_HELP = (
    "By powers of ten, as many are drawn from 0.0001 to 0.001 as from 0.001 to 0.01: right where a "
    "factor counts, as with learning rates. Evenly, nearly all would lie above 0.001."
)
AXIS_TITLES = {
    "network": "Network",
    "learning_rate": "Learning rate",
    "batch_size": "Batch size",
    "optimizer": "Optimizer",
    "schedule": "Schedule",
    "augmentation": "Augmentation",
    "epochs": "Epochs",
    "limit": "Training images",
    "weight_decay": "Weight decay",
    "label_smoothing": "Label smoothing",
    "warmup": "Warm-up epochs",
    "patience": "Epochs without progress",
}
START = "Start {runs}"
NO_START = "Start the sweep"
COST = "**{runs}, about {time}** of training on this machine, with {places} at a time"
COST_PART = "**{runs}**; {known} of them take about {time} of training on this machine"
COST_UNKNOWN = "**{runs}**; how long they take is not known yet"
QUEUE = "They wait in the queue like all others and go on when this page is closed."
LOWEST = "The shortest takes about {low}, the longest {high}."

LIST = "Sweeps so far"
OPEN = "Click a sweep to open it."
NOTHING = "No sweep yet. Define one below."
UNTITLED = "Sweep of {date}"
OTHER = "All sweeps"
AGAIN = "Same but …"
STOP = "Stop the rest"
STOP_HELP = "Runs that wait are cancelled; runs that train stop after their batch."
NOT_YOURS = "This sweep is somebody else's: look on, or start one of your own."
COMPARE = "Compare the best"
IN_TABLE = "In the table of runs"
ALL_HAVE = "The same in all: {settings}."
STATE = "{ended} of {all} runs have ended{now}."
BEST = "Best so far: **{accuracy}** validation accuracy, with {words}."
BEST_OF_ALL = "The best: **{accuracy}** validation accuracy, with {words}."
NO_RESULT = "The picture comes with the first run's first epoch."
GONE = "All runs of this sweep were deleted."
PICTURE = "What the settings did"
PICTURE_HELP = (
    "Each line is a run, from its settings to what it reached at the right: the better, the more "
    "orange. Drag along an axis to see only the runs that pass there; drag an axis's name to move "
    "it. A run is drawn when it has ended."
)
SEED_PICTURE = "Settings or chance?"
SEED_HELP = (
    "Each row is one combination: a circle for each seed, a diamond for their mean. Where the bars "
    "of two rows overlap, chance may have decided."
)
TABLE = "Run by run"
OPEN_RUN = "Click a run to open it."
