"""The words of the convolution page; its prose is in `cnnlib/ui/texts/convolution`."""

TITLE = "Convolution"
LEAD = (
    "A small kernel slides over the input; at each place it multiplies what lies under it and "
    "adds up. Point at a cell to see the sum behind it."
)
FORGET = "Undo my numbers"
COVERED = "The output is covered until you have answered."
LABELS = {
    "kernel": "Kernel",
    "bias": "Bias",
    "depthwise": "Depthwise kernel",
    "pointwise": "1×1 kernel",
    "channel": "Across channels",
    "column": "Down the columns",
    "row": "Along the rows",
    "derived_0": "Column",
    "derived_1": "Row",
    "Each channel": "Each channel by itself",
}
