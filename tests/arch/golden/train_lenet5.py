"""Trains LeNet-5 with the settings of a run in CNN Lab.

    python train_lenet5.py --data FILE.npz

The file is made with

    import numpy
    numpy.savez("FILE.npz", x_train=a, y_train=b, x_test=c, y_test=d)

where a and c are images of 48 × 48 × 3, whole numbers 0..255, and b and d the
numbers of their classes, 0 to 3.
The run had: leaves.

The best weights are kept in lenet5.weights.h5; run again, it goes on from them. Beside
them come lenet5_weights.txt, lenet5_history.csv and, if matplotlib is installed,
lenet5_curves.png.
"""

import argparse
import csv
from pathlib import Path

import keras
import numpy as np
from keras import layers

NAME = "lenet5"
INPUT_SHAPE = (48, 48, 3)
CLASSES = 4
EPOCHS = 5
BATCH_SIZE = 32
LEARNING_RATE = 0.001
SEED = 0
LIMIT = 500  # training images used; None for all
SUBSET_SEED = 20090408  # which ones
CHECKPOINT = Path(f"{NAME}.weights.h5")  # Keras takes no other ending for weights alone


def build_model():
    return keras.Sequential(
        [
            keras.Input((48, 48, 3)),
            layers.Conv2D(6, 5, activation="sigmoid"),
            layers.MaxPooling2D(2),
            layers.Conv2D(16, 5, activation="sigmoid"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(120, activation="sigmoid"),
            layers.Dense(84, activation="sigmoid"),
            layers.Dense(4, activation="softmax"),
        ],
        name="lenet5",
    )


def read_file(path):
    """The arrays of an .npz file, as keras.datasets gives them."""
    with np.load(path) as data:
        return (data["x_train"], data["y_train"]), (data["x_test"], data["y_test"])


def load_data(path):
    """Training and test data, each (images, labels)."""
    (x_train, y_train), (x_test, y_test) = read_file(path)
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


def train(path=None):
    keras.utils.set_random_seed(SEED)
    (x_train, y_train), (x_test, y_test) = load_data(path)
    model = build_model()
    model.summary()
    # These layers change the training images anew in every epoch, not the test images.
    model = keras.Sequential(
        [
            keras.Input(INPUT_SHAPE),
            layers.RandomFlip(mode="horizontal"),
            layers.RandomErasing(
                factor=(1.0, 1.0),
                scale=(0.25, 0.25),
                fill_value=0.5,
                value_range=(0, 1),
            ),
            model,
        ]
    )
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate=LEARNING_RATE),
        loss="sparse_categorical_crossentropy",  # labels are numbers, outputs probabilities
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
    # The test images choose the best epoch, as in the notes. To say how well the network does
    # on images that it has never met, keep some aside that have no part in this.
    history = model.fit(
        x_train,
        y_train,
        batch_size=BATCH_SIZE,
        epochs=EPOCHS,
        validation_data=(x_test, y_test),
        callbacks=[keep_best],
        verbose=2,
    ).history
    if CHECKPOINT.exists():
        model.load_weights(CHECKPOINT)
    write_weights(model)
    write_history(history)
    draw_curves(history)
    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"Best weights: test loss {loss:.4f}, test accuracy {accuracy:.4f}.")


def write_weights(model):
    """Every weight: its name and shape, then its values, a line for each row of the last axis."""
    with open(f"{NAME}_weights.txt", "w") as file:
        for weight in model.weights:
            values = keras.ops.convert_to_numpy(weight)
            file.write(f"{weight.path} {values.shape}\n")
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


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", metavar="FILE.npz", required=True, help="the images")
    train(parser.parse_args().data)
