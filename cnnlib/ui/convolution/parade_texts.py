"""The words of «One image, every convolution»."""

LEAD = (
    "The same image and the same kernel through every kind of convolution: what comes out, how "
    "many parameters it takes, how much it computes, and how long that took."
)
PICTURE_HELP = "The first filter's map: blue above zero, orange below, each on its own scale."
TIME_HELP = "Milliseconds of the lab's NumPy operator on this server: the median of five runs."
FILTERS_HELP = "Filters are a whole number of times the channels, so that groups always fit."
DILATION_HELP = "For the dilated kind only."
CHECK = "Check each with Keras"
CHECK_HELP = "Runs the Keras layers of every row in the background."
CAPTION = (
    "Click a row to open that kind. Groups: as many as channels. Single channel and spatially "
    "separable take the mean of the channels; 3-D takes the channels as slices. Times are of "
    "small NumPy operators and say little about a trained network on its own hardware."
)
