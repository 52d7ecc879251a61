"""The words of the page of twins and wrong labels."""

LEAD = "How far can the figures be trusted? Test images that were trained on, labels that err."
PARTS = {"twins": "Twins", "labels": "Probably wrong labels"}
PART = "What to look for"

SEARCH = "Look for twins"
SEARCH_HELP = "It goes on in the background; what is found is kept beside the data."
SEARCH_FAILED = "The search for twins failed"
NO_SEARCH = "Nobody has looked for twins in this data set yet."
TEST_TWINS = "Test images with a twin in the training images"
PAIRS = "Pairs found"
DIFFERENT = "Pairs with different labels"
SAMPLED = (
    "This set is too large for a full search, or has too many twins to list: {compared:,} images "
    "were compared with each other, exact copies were looked for among all, the closest are listed."
)
PLACE = "Pairs"
PLACES = {"between": "Training and test", "train": "Within training", "test": "Within test"}
DIFFER = "Only pairs with different labels"
NO_PAIRS = "There are no such pairs."
SHOWN = "{count:,} pairs, the closest first. 0 is the same pixels."
PAIRS_CSV = "All pairs as CSV"
SPLITS = {"train": "training", "test": "test"}
PUBLISHED = (
    "**By pixels and by eye.** Barz and Denzler (2020, «Do we train on test data?») compared the "
    "images by a network's features and then looked at the candidates themselves: about 3.3 % of "
    "CIFAR-10's test images have a twin in the training images; their *ciFAIR* sets replace those. "
    "The search here compares pixels, whatever the light and the tint, mirrored too, and found "
    "{share:.2%}. It misses twins that "
    "are turned, zoomed or cut by more than a little, and a few of its pairs are two photographs "
    "that only look alike: nobody has looked at them but you."
)
WITH_AND_WITHOUT = "A run with and without the twins"
RUN = "A trained run"
ALL_TEST = "all test images"
WITHOUT = "without the twins"
ONLY = "the twins alone"
RATES = (
    "Right on **{all:.2%}** of all {count:,} test images, on **{without:.2%}** of the {rest:,} "
    "without a twin, and on **{only:.2%}** of the {twins:,} with one."
)
NO_TWINS = "No test image has a twin in the training images: there is nothing to leave out."
INTERVALS = (
    "The lines are 95 % intervals (Wilson 1927): so much could be chance with so few images. Where "
    "they overlap widely, do not read a difference into it; and twins may simply be easier images."
)
LIMITED = (
    "This run was trained on {limit:,} of the {count:,} training images: most twins it has never "
    "seen, so it gains little from them."
)

LIST = "List"
LISTS = {"sure": "The run clearly sees another class", "all": "All, least likely label first"}
SPLIT = "Images"
SPLIT_NAMES = {"test": "Test images", "train": "Training images"}
CHOOSE_RUN = "Choose a run: a network that has learned the classes tells which labels surprise it."
CAUTION = (
    "**Read this list with care.** The run is right on {accuracy:.1%} of these {count:,} images, "
    "so it errs on {errors:,} of them. Unless a run is very good, an image stands here more often "
    "by the run's mistake than by the label's: look at the picture, then judge. A better run gives "
    "a shorter and better list."
)
SEEN = (
    "The run was trained on training images: what it has learned by heart, wrong labels too, "
    "no longer surprises it. For these images the list is less complete."
)
FOUND = {
    "sure": "{count:,} images that the run clearly sees as another class (confident learning, "
    "Northcutt and others 2021), the least likely label first.",
    "all": "{count:,} images, the one with the least likely label first.",
}
LABELS_CSV = "This list as CSV"
NOTHING_FOUND = "The run clearly sees no image as another class."
ONE = "{split} image {index:,}"
LABEL = "The data set says **{label}**, the run **{says}** ({confidence:.1%})."
OPEN = "Open it on the data set page"
