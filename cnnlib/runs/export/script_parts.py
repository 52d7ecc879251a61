"""What every training script has alike, as text: the data, the loop, what is kept."""

IMPORTS = """
import argparse
import csv
from pathlib import Path

import keras
import numpy as np
from keras import layers
"""

FILE = '''
def read_file(path):
    """The arrays of an .npz file, as keras.datasets gives them."""
    with np.load(path) as data:
        return (data["x_train"], data["y_train"]), (data["x_test"], data["y_test"])
'''

LOAD_CIFAR10 = (
    FILE
    + '''

def load_data(path):
    """Training and test data, each (images, labels); `path` is an .npz file or None."""
    data = read_file(path) if path else keras.datasets.cifar10.load_data()
    (x_train, y_train), (x_test, y_test) = data
'''
)
LOAD_FILE = (
    FILE
    + '''

def load_data(path):
    """Training and test data, each (images, labels)."""
    (x_train, y_train), (x_test, y_test) = read_file(path)
'''
)

PREPARE = '''
    if LIMIT is not None and len(x_train) > LIMIT:
        test_count = max(1, LIMIT * len(x_test) // len(x_train))  # the same share
        x_train, y_train = draw(x_train, y_train, LIMIT)
        x_test, y_test = draw(x_test, y_test, test_count)
    return prepare(x_train, y_train), prepare(x_test, y_test)


def draw(images, labels, count):
    chosen = np.random.default_rng(SUBSET_SEED).permutation(len(images))[:count]
    return images[chosen], labels[chosen]


def prepare(images, labels):
    """Images (N, height, width, channels) in 0..1, labels (N,)."""
    if images[0].size != np.prod(INPUT_SHAPE) or not 0 <= labels.min() <= labels.max() < CLASSES:
        raise SystemExit(f"This network takes images of {INPUT_SHAPE} and {CLASSES} classes.")
    images = images.reshape(-1, *INPUT_SHAPE).astype("float32") / 255
    # CIFAR-10's labels come as (N, 1): compared with predictions of (N,) that gives (N, N).
    return images, labels.flatten()
'''

# Lines that begin with # and a name in capitals stand for what a run's settings add there.
TRAIN = """
def train(path=None):
    keras.utils.set_random_seed(SEED)
    (x_train, y_train), (x_test, y_test) = load_data(path)
    # LABELS
    model = build_model()
    model.summary()
    # AUGMENTATION
    # WEIGHT DECAY
    model.compile(
        optimizer=# OPTIMIZER,
        # LOSS
        metrics=["accuracy"],
    )
    best = None
    if CHECKPOINT.exists():
        model.optimizer.build(model.trainable_variables)  # its state is in the file, too
        try:
            model.load_weights(CHECKPOINT)
        except ValueError as error:
            raise SystemExit(f"{CHECKPOINT} is of another network; move it away.") from error
        print(f"Going on from {CHECKPOINT}.")
        best, _ = model.evaluate(x_test, y_test, verbose=0)
    keep_best = keras.callbacks.ModelCheckpoint(
        CHECKPOINT,
        monitor="val_loss",
        save_best_only=True,
        save_weights_only=True,
        initial_value_threshold=best,
    )
    # EARLY STOP
    # The test images choose the best epoch, as in the notes. To say how well the network does
    # on images that it has never met, keep some aside that have no part in this.
    history = model.fit(
        x_train,
        y_train,
        batch_size=BATCH_SIZE,
        epochs=EPOCHS,
        validation_data=(x_test, y_test),
        callbacks=[# CALLBACKS],
        verbose=2,
    ).history
    if CHECKPOINT.exists():
        model.load_weights(CHECKPOINT)
    write_weights(model)
    write_history(history)
    draw_curves(history)
    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"Best weights: test loss {loss:.4f}, test accuracy {accuracy:.4f}.")
"""

KEEP = '''
def write_weights(model):
    """Every weight: its name and shape, then its values, a line for each row of the last axis."""
    with open(f"{NAME}_weights.txt", "w") as file:
        for weight in model.weights:
            values = keras.ops.convert_to_numpy(weight)
            file.write(f"{weight.path} {values.shape}\\n")
            np.savetxt(file, values.reshape(-1, values.shape[-1]), fmt="%.9g")


def write_history(history):
    """A row for each epoch."""
    with open(f"{NAME}_history.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["epoch", *history])
        for epoch, values in enumerate(zip(*history.values(), strict=True), start=1):
            rows.writerow([epoch, *values])


def draw_curves(history):
    try:
        from matplotlib.figure import Figure
    except ImportError:
        print("No picture of the curves: it needs matplotlib.")
        return
    figure = Figure(figsize=(10, 4))
    for axes, key in zip(figure.subplots(1, 2), ["loss", "accuracy"], strict=True):
        epochs = range(1, len(history[key]) + 1)
        axes.plot(epochs, history[key], label="training")
        axes.plot(epochs, history[f"val_{key}"], label="test")
        axes.set(title=key, xlabel="epoch")
        axes.legend()
    figure.savefig(f"{NAME}_curves.png")
'''

MAIN_CIFAR10 = """
if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", metavar="FILE.npz", help="your own images instead of CIFAR-10")
    train(parser.parse_args().data)
"""
MAIN_FILE = """
if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", metavar="FILE.npz", required=True, help="the images")
    train(parser.parse_args().data)
"""
