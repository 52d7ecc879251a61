"""The words of the form that starts a run."""

NETWORK = "Network"
DATASET = "Data set"
LIMIT = "Training images"
LIMIT_HELP = "Fewer images train faster and learn less. The test images shrink by the same share."
EPOCHS = "Epochs"
EPOCHS_HELP = "How often each training image is seen"
START = "Start training"

RECIPE = "Recipe"
RECIPE_HELP = (
    "A way to train, in one click. «As in the notes» is how the notes train all their networks. "
    "«Fast» takes larger batches in fewer epochs, and a learning rate that climbs and then falls "
    "(one-cycle; Smith & Topin, «Super-Convergence», 2018). Which is better for a network, a sweep "
    "or two runs tell."
)
RECIPE_TITLES = {"notes": "As in the notes", "fast": "Fast"}
SAME = "Just «{recipe}»: {settings}."
CHANGED = "Changed from «{recipe}»: {changes}."

MORE = "More settings"
OPTIMIZER = "Optimizer"
OPTIMIZER_HELP = "How a step follows from the gradient"
LEARNING_RATE = "Learning rate"
LEARNING_RATE_HELP = "How long the steps are. Choose, or type any number above 0, at most 10."
BATCH_SIZE = "Batch size"
BATCH_SIZE_HELP = "Images a step. Larger batches make fewer steps of an epoch, and each is surer."
WEIGHT_DECAY = "Weight decay"
WEIGHT_DECAY_HELP = (
    "Each step takes this share of each kernel away, times the learning rate. Choose, or type any "
    "number from 0 to 1."
)
LABEL_SMOOTHING = "Label smoothing"
LABEL_SMOOTHING_HELP = (
    "This share of each training label is spread over all classes, so that the network is never "
    "asked to be quite sure. Choose, or type any number from 0 to 0.5."
)
SCHEDULE = "Schedule"
SCHEDULE_HELP = "How the learning rate goes with the epochs; the line shows it"
SCHEDULES = {
    "constant": "Constant",
    "step": "Step: a tenth after ½ and ¾",
    "cosine": "Cosine: falls to 0",
    "one-cycle": "One-cycle: up, then down",
}
WARMUP = "Warm-up epochs"
WARMUP_HELP = (
    "So long the rate climbs from almost 0 before the schedule begins. Choose, or type any number "
    "up to the epochs."
)
PATIENCE = "Early stopping: patience"
PATIENCE_HELP = (
    "It stops after so many epochs without progress; 0: never. Progress is a lower validation loss "
    "than ever before in this run."
)
ACCELERATION = "Acceleration"
ACCELERATIONS = {"off": "Off", "measured": "If quicker"}
ACCELERATION_HELP = (
    "A short measurement before the training finds out whether XLA or bfloat16 is quicker on this "
    "machine; what is not, is not used."
)
DETERMINISTIC = "Same again, bit by bit"
DETERMINISTIC_HELP = (
    "The same settings then give the very same curves on this machine. TensorFlow leaves out what "
    "is quicker but may add in another order."
)
SEED = "Seed"
SEED_HELP = "The same seed draws the same first weights, order of images and dropout."
NAME = "Name of the run"
NAME_HELP = "As you like; the list of runs shows it instead of the network's."
WATCH = "What to watch"
WATCH_HELP = "What is measured beside loss and accuracy"
WATCHES = {
    "gradients": "Gradient norm",
    "dead": "Dead ReLUs",
    "machine": "Processor and memory",
    "weights": "Weights",
    "activations": "Activations",
    "tensorboard": "TensorBoard files",
}
WATCH_COSTS = {
    "gradients": "the gradient's length, taken while the step is computed",
    "dead": "some images pass through the network after each epoch",
    "machine": "asks the system every two seconds, beside the training",
    "weights": "histograms of each layer's weights after each epoch",
    "activations": "some images pass through the network after each epoch, and are counted",
    "tensorboard": "the curves once more, as event files on the disk",
}

AUGMENTATION_LINK = "What augmentations do to an image"
NOTHING_WATCHED = "Nothing beside loss and accuracy."

LEARNING, OVER_TIME, THIS_RUN = "How it learns", "How the rate goes", "This run"

STEPS = "{steps} an epoch, {all:,} in all."
ABOUT = "**About {time}** for {epochs} on this machine"
UNKNOWN = "How long it takes is not known yet"
NOW = "a place is free, so it starts at once."
BEFORE = "{runs} before yours."
STARTS = "{runs} before yours: it starts in about {wait}."
SOURCES = {
    "runs": "As fast as {runs} with just these settings on this machine.",
    "calibration": "From a step of just this network and batch, measured on this machine.",
    "similar": (
        "A rough guess, from the {runs} on this server nearest in size: half or twice the time "
        "would be no wonder."
    ),
}
DISTURBED = "Other programs were at work then: it may well be quicker."
LEAVES_OUT = "The augmentation comes on top; its time is not in it."
TOGETHER = "Runs that train at the same time share the machine, and each takes longer."
MEASURING = "A step of this network is being measured …"
MEASURED_LATER = "It is measured as soon as no run trains."
TOO_LARGE = (
    "Needs about {needed} of memory by the count of its values; this machine has {total}. It would "
    "most likely fail: take a smaller batch."
)
TIGHT = (
    "Needs about {needed} of memory by the count of its values; {free} are free just now. Take a "
    "smaller batch, or wait until other programs have ended."
)
