"""The words on the widgets of «Your own data»."""

LEAD = (
    "Bring pictures of your own, or fetch a well-known set, and use them all over the lab: look at "
    "them, measure them, train on them."
)
EITHER = "A folder for each class …"
OR = "… or inside train and test"
ROOT = "my-pictures"

WHERE = "Where are the pictures?"
PLACES = {"upload": "Upload a zip", "path": "On the lab's machine"}
UPLOAD = "A zip of that folder"
UPLOAD_ENDINGS = ["zip", "tar", "gz", "tgz", "npz"]
PATH = "Folder or file"
PATH_PLACEHOLDER = "~/Pictures/my-pictures"
PATH_HELP = (
    "A path on the machine that runs the lab: a folder, zip or tar of pictures; also the official "
    "CIFAR-10 and CIFAR-100 archives, mnist.npz, or a folder of MNIST's four files."
)
NAME = "Name"
NAME_PLACEHOLDER = "as the file is called"
NAME_HELP = "What the lab calls this data set. One of the same name is replaced."
SIZE = "Size in the lab"
SIZE_HELP = (
    "The middle square of each picture is made this large. 32 is CIFAR-10's size and trains fast; "
    "64 shows four times the pixels and takes about four times as long."
)
IMPORT = "Import"
UNDER_WAY = "Another import is under way. Wait for its end, then press Import again."
NO_FILE = "Choose a file first."
TOO_LARGE = "{name} has {size}. An upload may have {limit}: put it on the lab's machine instead."
DONE = "{title} is here: {images:,} images of {classes} classes. It is open below."
FAILED = "The pictures could not be imported"

SKIPPED_ONE = "1 file was skipped"
SKIPPED = "{count:,} files were skipped"
SKIPPED_SOME = "{count:,} files were skipped; the first {listed:,} are listed"
BROWSE = "Look at every image"
TRAIN = "Train on it"
MORE_CLASSES = "… and {count:,} more classes."

INSTALLED = "On this machine"
REMOVE = "Remove"
SURE = "Remove {title} from this machine for good? Runs that have ended keep what they learned."
REMOVE_YES = "Yes, remove it"
REMOVE_NO = "Keep it"
IN_USE = "The run {run} uses it."
SHOW, HIDE = "Open", "Close"
ALWAYS = "drawn by the lab, always there"

PUBLISHED = "Well-known sets"
GET = "Get"
BRING_FAILED = "{title} could not be brought here"
