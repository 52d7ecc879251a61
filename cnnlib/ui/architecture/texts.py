"""What the Architectures page says."""

LEAD = (
    "A network layer by layer: what comes out, how many numbers it learns, what it costs, how much "
    "of the image it sees, and why."
)
HINT = "Point at a part to read it; click a layer to see its sums, a block to open it."
PICTURE, PICTURES = "Picture", {"graph": "Graph", "volumes": "Boxes, as papers draw them"}
DETAIL = "In the graph"
DETAILS = {"auto": "auto", "blocks": "blocks", "steps": "steps", "layers": "layers"}
DETAIL_HELP = (
    "A step is a convolution or dense layer with the normalisation, activation, pooling and "
    "dropout that follow it. A dashed frame is a block; click its name to close it."
)
PICTURE_HELP = (
    "In the boxes, height and depth stand for height and width (their square roots), thickness for "
    "the channels (their logarithm). Batch normalisation, activation and dropout change no shape "
    "and are left out; a block is one box."
)
STOPS = "The picture and the table end at the layer before it."
UNKNOWN = "Of {count} layers nobody can say what they do; their numbers are not among these totals."

PARAMS, TRAINABLE, MACS = "Parameters", "of them trainable", "MACs an image"
LAYERS, FIELD = "Layers", "Receptive field"
LAYERS_HELP = "{weighted} of them are convolution or dense layers"
MACS_HELP = "Multiply-adds of the convolution and dense layers for one image"
FIELD_HELP = (
    "How many pixels of the image a cell of the last image-like layer reaches, those beyond the "
    "border included"
)

TRAIN, BUILD = "Train it", "Change it"

TABLE = "Layer by layer"
TABLE_HINT = "Click beside a row to see that layer's sums; click a column's head to sort by it."
BATCH, BATCH_HELP = "Images in a batch", "Memory is counted for so many"
EXPORT = "This table as"
LAYER = "Layer"
INPUT = "Takes {sources}, gives {output}"

SHARES = "Where the parameters and the MACs are"
COST, COSTS = "Of what", {"params": "Parameters", "macs": "MACs"}
CHART, CHARTS = "Drawn as", {"bars": "Bars", "treemap": "Treemap"}
NO_COST = "No layer of this network has any."

TRAINING = "What training asks for"
OPTIMIZER = "Optimizer"
MEMORY = "Memory, estimated"
MEMORY_HELP = (
    "Weights, gradients, what the optimizer keeps, and the outputs of all layers for the batch. "
    "A framework keeps further copies of some of it and gives other parts back early: what was "
    "really needed, a measured step tells under its details."
)
INFERENCE = "To predict only"
INFERENCE_HELP = "The weights, and the largest layer's inputs and outputs"
EPOCH = "An epoch of 50,000 images"
PACE = (
    "The time is estimated from {runs}. Counting 3 forward passes a step (one forward, two back), "
    "that is {speed} MACs a second."
)
NO_PACE = (
    "This server has trained no network of about this size long enough to say how fast it is. "
    "Measure a step here, or [train one]({train})."
)
MEASURE = "Measure one step here"
MEASURE_HELP = (
    "Keras trains on random images for some seconds, in a process of its own; runs that are under "
    "way at the same time make it slower"
)
MEASURED = "Measured:"

ABOUT, CODE = "About this network", "Code"
TOP5 = "top-5 error {error:g} % (the authors’ entry to ILSVRC, several networks together)"
NOT_DRAWN = "Too many paths cross here to draw them."
