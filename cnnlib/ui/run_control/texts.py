"""The words of a run's page and of what can be done with runs."""

LEAD = (
    "Choose a network and some data, press Start, and watch it learn. A run goes on when you close "
    "this page; its link opens it again, here or in any other browser."
)
GOES_ON = "Goes on from [{older}]({link}), {checkpoint} checkpoint."
BY = "By {person}."
CHANGED = "Changed while it trained: see «What happened»."
OTHERS = "This is somebody else’s run: you can look on, but not control it."

PAUSE, RESUME, STOP, CANCEL = "Pause", "Resume", "Stop", "Cancel"
PAUSE_HELP = (
    "Rests after the current batch, and lets another run have its place; its memory it keeps."
)
RESUME_HELP = "Goes on where it rests, as soon as a place is free."
STOP_HELP = (
    "Ends after the current batch. What was learned is kept: you can train on from it at any time."
)
CANCEL_HELP = "Takes the run out of the queue. Nothing was trained, so nothing is lost."
EPOCH = "One more epoch"
EPOCH_HELP = "Trains an epoch longer than it was set to."
EPOCH_AFTER_HELP = "A new run that goes on from the last checkpoint, for one epoch."
NEW = "New run"
SAME = "Same but …"
SAME_HELP = "The form, filled in with this run's settings."

CHANGE = "Change"
RATE = "Learning rate"
RATE_HELP = "From the next batch on. A schedule goes on from it, in the same shape."
EPOCHS = "Epochs in all"
EPOCHS_HELP = "Counted from this run's own beginning. Those already trained stay."
SET_RATE, SET_EPOCHS = "Set the rate", "Set the epochs"

STOPPING = (
    "Stopping after this batch; what was learned is kept as the last checkpoint. If it does not "
    "stop within {grace}, its process is ended, and the last checkpoint before that is kept."
)
DELETING = "It stops first, and is deleted then."
NEW_RATE = "Learning rate {new} instead of {old}, from the next batch after it was asked for."
NEW_EPOCHS = "{new} epochs in all instead of {old}."

MORE = "More"
NAME, NAME_HELP = "Name", "Instead of the network's name in lists and titles."
TAGS, TAGS_HELP = "Tags", "Words to find it by: choose some, or type new ones."
ANY_TAGS = "None yet"
NOTE = "Note"
SAVE, SAVED = "Save", "Saved"

SHARE = "Share"
FOLLOW = "**For a class**: this run, live, without any buttons."
FOLLOW_ME = "**Follow you**: your newest run, and the next as soon as it starts."
FOLLOW_THEM = "**Follow {person}**: their newest run, and the next as soon as it starts."
SETTINGS = "**The settings**: the form, filled in as for this run."
LOCAL = (
    "You opened the lab as {host}. For others, write the name or address of this computer instead."
)
COMPARE = "Compare with other runs"

FOLLOWING_PERSON = (
    "You follow {person}: the newest run is shown, and the next as soon as it starts."
)
NOTHING_YET = "No run of {person} is here yet. The next one appears by itself."
OWN_PAGE = "The run's own page"

DELETE = "Delete"
DELETES_ONE = "Deletes this run with its curves and files. Frees {size}."
DELETES_MANY = "Deletes {runs} with all their curves and files. Frees {size}."
TRAIN_STILL = "{runs} of them still train or rest: they are stopped first."
TRAINS_STILL = "It still trains or rests: it is stopped first."
STAY = "{runs} of somebody else are left alone."
CONTINUED = "Runs that go on from a deleted one keep what they need."
SURE = "Yes, for good"
DELETE_NOW = "Delete for good"

NEXT = "It is the next in the queue"
BEFORE_ONE = "1 run waits before it in the queue"
BEFORE = "{count} runs wait before it in the queue"
SOON = "starts soon"
STARTS = "starts in about {wait}"
UNKNOWN = "nobody can say yet when it starts"
EARLIER, LATER = "Earlier", "Later"
EARLIER_HELP = "Before your own run in front of it. Nobody else's run moves."
LATER_HELP = "Behind your own next run. Nobody else's run moves."
DISK_FULL = (
    "The disk is full, so nothing that waits is started. Delete runs that nobody needs, or free "
    "some space otherwise."
)
FURTHER = "… and {count} more."

HAPPENED = "What happened"
AGAIN = "How to get the same again"
KEPT = "What this run leaves behind"
GO_ON = "Go on"

YOUR_NAME = "Your name here"
YOUR_NAME_HELP = "Shown with your runs instead of “{guest}”. The lab knows you by this browser."
RENAME = "Use this name"
