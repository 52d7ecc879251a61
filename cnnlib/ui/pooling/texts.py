"""The words of the pooling page; its prose is in `cnnlib/ui/texts/pooling`."""

TITLE = "Pooling"
LEAD = (
    "Many cells become one, and the grid shrinks. Point at a cell to see where it comes from; "
    "switch to the gradient to see where the error goes back to."
)
FORGET = "Undo my numbers"
COVERED = "The output is covered until you have answered."
FORWARD, BACKWARD = "forward", "gradient"
VIEWS = {FORWARD: "Forward", BACKWARD: "Gradient"}
VIEW = "What the grids show"
BACKWARD_CAPTION = (
    "Upstream gradient: how much the loss changes with each output cell; type your own. Point at a "
    "cell of the gradient to see from where it comes."
)
INPUT = "Input"
UNIT = "A picture’s 0 to 255 comes as 0 to 1 here."
LABELS = {"omega": "Mask ω", "centers": "Centres"}
CONTROLS = {
    "pool_size": "Window k",
    "strides": "Stride s",
    "alpha": "α, the share of the max",
    "sharpness": "α, the sharpness",
    "clusters": "Centres K",
}
LEVELS = "Levels"
MODES = {"max": "Max", "avg": "Average"}
MODE = "In each bin"
PHASES = {True: "Training: draw", False: "Inference: expect"}
PHASE = "Phase"
SEED = "Seed"
RESEED = "Draw again"
NO_PARAMETERS = "**Parameters: 0.** Nothing is learnt here."
TIES = (
    "Several cells share the maximum. Here the gradient goes to the first of them; Keras’ "
    "GlobalMaxPooling2D shares it among them, so the two are not compared."
)
BADGE_GRADIENT = "Gradient"
BADGE_OUTPUT = "Output"
BY_ALPHA = (
    "The gradient by α is Σ upstream · (max − average) = **{value:.6g}**: it is how a network "
    "learns its α."
)
PYRAMID = "One length for every image"
DRAWS = "A thousand draws of one window"
DRAWS_CAPTION = (
    "The first window of channel 0, drawn 1,000 times: how often each cell came, beside its "
    "probability."
)
PATCH = "One patch, every pooling"
PATCH_LEAD = (
    "The same 3 × 3 cells through every pooling, with an upstream gradient of 1. Type into the "
    "patch. Each grid is the gradient by the patch: who hears how much of the error."
)
PATCH_CAPTION = (
    "α = {alpha:g} for mixed pooling, a tenth up and down in turn as the mask of gated pooling."
)
