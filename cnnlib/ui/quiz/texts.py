"""The words on the quiz's page."""

LEAD = "A layer, and what reaches it: say the output's shape and the parameters, then look."
LEVEL = "Level"
LEVELS = {
    "easy": "Easy: layers in a row",
    "medium": "Medium: strides, padding, dilation",
    "hard": "Hard: groups, depthwise, BN, where paths meet",
}
NUMBER = "Question"
NUMBER_HELP = "The same number and level show the same question to everyone: share the link"
MADE_UP = "A layer made up for you"
FROM = "A layer of {origin}"
UNKNOWN = "?"
HEIGHT, WIDTH, CHANNELS, UNITS = "Height", "Width", "Channels", "Units"
PARAMS = "Parameters"
PARAMS_HELP = "All numbers that the layer keeps, learned or not"
REVEAL = "Reveal"
SKIP = "Skip"
NEXT = "Next question"
SHUFFLE = "Any question"
RIGHT, WRONG, SKIPPED = "✓", "✗", "Skipped."
SHAPE = "Shape"
NO_ANSWER = "no answer"
SCORE = "Right numbers"
SCORE_HELP = "Of this visit: one for the shape, one for the parameters of each question"
STREAK = "Wholly right in a row"
BEST = "Longest row"
ANEW = "Count anew"
WHY = "Why"
