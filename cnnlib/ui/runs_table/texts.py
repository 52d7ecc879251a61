"""The words of the Runs page."""

LEAD = (
    "Every run of this lab, newest first. Click a run's name to open it; tick some to compare, "
    "tag, stop or delete them."
)
NOTHING = "No run yet. The Train page starts one."
NONE_FOUND = "No run is like that."
SHOW_ALL = "Show all runs"
SHOWN = "{shown} of {all}."
NEWEST = "The newest {most:,} of {all:,} runs are looked through."
WAITING = "New runs appear when no run is ticked any more."

MARKS = {
    "queued": "🕓 waiting",
    "starting": "▶️ starting",
    "running": "▶️ training",
    "paused": "⏸️ paused",
    "finished": "✅ finished",
    "stopped": "⏹️ stopped",
    "failed": "⚠️ failed",
    "gone": "🗑️ deleted",
}
STATES = {name: words.split(maxsplit=1)[1] for name, words in MARKS.items() if name != "gone"}

SEARCH = "Search"
SEARCH_HELP = "Words in names, notes, tags, networks, data sets or ids."
WHOSE = {"all": "Everybody's", "mine": "Mine"}
WHOSE_LABEL = "Whose runs"
FILTER, FILTERS = "Filter", "Filter ({count})"
STATE, NETWORK, DATASET, TAG, SWEEP = "State", "Network", "Data set", "Tag", "Sweep"
ANY = "any"
COLUMNS = "Columns"
COLUMNS_HELP = "Click a column's head to sort by it."

CHOSEN = "{runs} ticked"
OPEN, COMPARE, STOP, TAGS, DELETE = "Open", "Compare", "Stop", "Tag", "Delete"
COMPARE_HELP = "Up to {most} runs side by side."
STOP_HELP = "Those of the ticked runs that are yours and still wait, train or rest."
ADD_TAG, ADD, REMOVE = "A tag", "Add", "Remove"
ADD_TAG_HELP = "To all ticked runs that are yours."
ADDED, REMOVED = "«{tag}» is at {runs} now.", "«{tag}» was taken from {runs}."

YOU = "Your name"
QUEUE = "The queue"
