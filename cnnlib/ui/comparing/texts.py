"""The words on the page of networks side by side."""

LEAD = "What networks cost for the same image, layer by layer, and what the cost buys."
NETWORKS = "Networks, two to six"
NETWORKS_HELP = "The classic ones, and those that somebody saved in the builder"
INPUT = "Image"
INPUT_HELP = "One image for all makes a fair comparison; «its own» is what each was made for"
CLASSES = "Classes"
CLASSES_HELP = "0: as many as each network is meant for"
TOO_FEW = "Choose two networks at least."
EXAMPLES = {
    "The notes’ networks": {"networks": ["lenet5", "alexnet8", "vgg16", "inception10", "resnet18"]},
    "Deeper with skips": {"networks": ["resnet18", "resnet20", "resnet34"]},
    "As published for ImageNet": {
        "networks": ["alexnet_imagenet", "vgg16_imagenet", "googlenet_imagenet",
                     "resnet18_imagenet"],
        "input": "own",
    },
    "Small ones": {"networks": ["mlp", "baseline", "lenet5"]},
}  # fmt: skip
COSTS = "Large is not slow"
DEPTH = "Where it adds up"
OF = "Count"
OF_CHOICES = {"params": "parameters", "macs": "MACs"}
TABLE = "Number by number"
COLUMN_HELP = {
    "parameters": "All numbers that the network keeps",
    "trainable": "Those of them that training changes",
    "MACs": "Multiply-adds for one image; convolution and dense layers only",
    "depth": "Convolution and dense layers on the longest way from image to output",
    "sees": "Receptive field of the last layer with height and width, in pixels",
    "activations": "All layers' outputs and the image, for one image, four bytes a number",
    "top-5 error": "In percent, of the family's entry to ILSVRC, in the notes",
}
YEARS = "Error over the years"
RUNS = "What your runs reached"
AGAINST = "Against"
AGAINST_CHOICES = {
    "params": "parameters",
    "macs": "MACs an image",
    "seconds": "seconds of training",
}
DATASET = "Data set"
NO_RUNS = "No run has ended yet. The Train page starts one."
START = "Start a run"
OPEN_RUN = "Click a run to open it."
COMPARE_RUNS = "Compare runs: their curves, their settings, budgets"
