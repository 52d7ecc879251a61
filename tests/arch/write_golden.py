"""The sources that tests compare with, letter by letter. After a change that is meant, write anew:

    .venv/bin/python -m tests.arch.write_golden

and read the difference before it is kept.
"""

from pathlib import Path

from cnnlib.arch import zoo
from cnnlib.arch.codegen import to_keras_source
from cnnlib.runs.config import RunConfig
from cnnlib.runs.export.script import make_training_script

FOLDER = Path(__file__).with_name("golden")
SOURCES = [
    ("lenet5", "sequential"),
    ("baseline", "functional"),
    ("baseline", "class"),
    ("inception10", "functional"),
    ("inception10", "class"),
    ("resnet18", "functional"),
    ("resnet18", "class"),
    ("mobilenet", "sequential"),
    ("googlenet", "functional"),
    ("inception_resnet", "class"),
    ("vgg16", "functional"),
]


def make_all() -> dict[str, str]:
    """{file: what it ought to hold}."""
    texts = {f"{n}_{form}.py": to_keras_source(zoo.get(n), form) for n, form in SOURCES}
    notes = RunConfig(network="baseline")
    own = RunConfig(
        network="lenet5", dataset="leaves", limit=500, optimizer="sgd", augmentation="flip,cutout"
    )
    texts["train_baseline.py"] = make_training_script(notes, zoo.get("baseline"), "class")
    spec = zoo.get("lenet5", input_shape=(48, 48, 3), classes=4)
    texts["train_lenet5.py"] = make_training_script(own, spec, "sequential")
    return texts


if __name__ == "__main__":
    for name, text in make_all().items():
        (FOLDER / name).write_text(text, "utf-8")
