"""The words on the page of runs side by side."""

from cnnlib.figures.runs_compared import MOST

LEAD = "Up to twelve runs over one another: what they learned, how they differ, what it cost."
NO_RUNS = "No run yet. The Train page starts one."
START = "Start a run"
NOTHING_CHOSEN = "Tick runs in the table below to see them over one another."
TOO_MANY = f"At most {MOST} runs fit into one picture; these are the first {MOST} that you chose."
NETWORKS_LINK = "Compare networks by what they cost"

SHOW = "Curves"
SHOW_CHOICES = {
    "validation": "validation",
    "training": "training",
    "steps": "training steps",
}
AXIS = "Against"
AXIS_CHOICES = {"epoch": "epochs", "seconds": "seconds", "logseconds": "seconds, log"}
AXIS_TITLES = {
    "epoch": "epochs",
    "seconds": "seconds of training",
    "logseconds": "seconds of training",
}
SMOOTHING = "Smoothing"
SMOOTHING_HELP = "Running mean over so many points of a step curve; 1 leaves it as it is"
LOG = "Loss on a log axis"
SEEDS = "Runs that differ only in their seed"
SEEDS_CHOICES = {
    "each": "each for itself",
    "range": "mean, lowest to highest",
    "deviation": "mean ± 1 standard deviation",
}
SEEDS_HELP = (
    "One line is the mean of the runs at each epoch, with a band around it; it ends where the "
    "shortest of them ends. Against seconds it stands where they came there on average. The "
    "standard deviation is that of a sample: n − 1."
)
NO_SEEDS = "No two of these runs differ only in their seed, so each has its own line."
NO_SECONDS = "Not drawn, as its seconds were not noted: {names}."
LETTER = "line"
RUN = "run"
STATE = "state"
BEST = "best val. accuracy"
AT_EPOCH = "at epoch"
SAME = "The same in all: {settings}."
MARKED = "Marked: not as in the first row."
ONE_OF = "one of {count}"

TABLE = "All runs"
TABLE_HELP = "Tick a run to add it to the picture. A click on a column’s head sorts."
FIND = "Find"
FIND_HELP = "In names, networks, data sets, tags, owners and settings; all words must be there"
DATASET = "Data set"
ANY_DATASET = "all"
COLUMNS = "Columns"
NONE = "Choose none"
SHOWN = "{count} of {all} runs."
NEWEST = "The newest {count} runs are listed."
COLUMN_TITLES = {
    "network": "network",
    "data": "data",
    "state": "state",
    "best": "best val. accuracy",
    "best_loss": "best val. loss",
    "last": "last val. accuracy",
    "last_loss": "last val. loss",
    "epochs": "epochs done",
    "params": "parameters",
    "macs": "MACs",
    "seconds": "seconds",
    "rate": "images/s",
    "settings": "settings",
    "machine": "machine",
    "tags": "tags",
    "owner": "owner",
    "created": "created",
}
COLUMN_HELP = {
    "best": "At the epoch with the lowest validation loss, whose weights are kept",
    "best_loss": "The lowest of all epochs",
    "last": "After the last epoch",
    "last_loss": "After the last epoch",
    "macs": "Multiply-adds for one image",
    "seconds": "Of training, pauses left out; – where it was not noted",
    "rate": "Training images a second, at its last steps",
}
DEFAULT_COLUMNS = ("network", "data", "best", "epochs", "params", "seconds", "settings", "tags",
                   "owner")  # fmt: skip

COSTS = "What it cost"
COST = "Cost"
COST_CHOICES = {"params": "parameters", "macs": "MACs an image", "seconds": "seconds of training"}
LOG_COST = "Log axis"
NO_POINTS = "No run in the table has both a best epoch and this cost."
DATASETS_DIFFER = (
    "These runs learned from {datasets}: accuracies on different images do not compare. "
    "Choose one data set above the table."
)

BUDGETS = "Best within a budget"
SECONDS = "Seconds of training"
EPOCHS = "Epochs"
PARAMS = "Parameters"
MACS = "MACs, millions"
NO_LIMIT = "no limit"
NONE_WITHIN = (
    "No run in the table reached anything within this budget. Raise a limit, or empty its field."
)
NOT_NOTED = "Without noted seconds, and so not counted: {count} of the runs."
RANK_COLUMNS = {
    "place": "place",
    "accuracy": "val. accuracy",
    "run": "run",
    "network": "network",
    "epoch": "at epoch",
    "seconds": "after seconds",
    "params": "parameters",
    "macs": "MACs",
    "open": "open",
}

TAKE = "Take them along"
FILES = {
    "runs.csv": "A row for each run: settings, results, costs",
    "points.csv": "A row for each point of each curve",
    "runs.json": "Everything: settings, facts, results, curves, events",
}
TENSORBOARD_FILE = "tensorboard.zip"
TENSORBOARD = "TensorBoard’s event files of the runs that wrote them"
MLFLOW = "Send to MLflow"
MLFLOW_HELP = "Settings, curves, tags and summaries go to {where}"
MLFLOW_JOB = "The runs could not be sent to MLflow"
MLFLOW_DONE = "Sent to MLflow at {where}."
MLFLOW_SENDING = "Sending to MLflow"
