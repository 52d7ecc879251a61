"""LeNet-5

62,006 parameters, all trainable.
Runs alone: it needs nothing but Keras.
"""

import keras
from keras import layers


def build_model():
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(6, 5, activation="sigmoid"),
            layers.MaxPooling2D(2),
            layers.Conv2D(16, 5, activation="sigmoid"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(120, activation="sigmoid"),
            layers.Dense(84, activation="sigmoid"),
            layers.Dense(10, activation="softmax"),
        ],
        name="lenet5",
    )


if __name__ == "__main__":
    build_model().summary()
