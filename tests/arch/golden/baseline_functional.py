"""Baseline

198,506 parameters, 198,494 of them trainable.
Runs alone: it needs nothing but Keras.
"""

import keras
from keras import layers


def build_model():
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(6, 5, padding="same")(inputs)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    x = layers.MaxPooling2D(2, padding="same")(x)
    x = layers.Dropout(0.2)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(128, activation="relu")(x)
    x = layers.Dropout(0.2)(x)
    outputs = layers.Dense(10, activation="softmax")(x)
    return keras.Model(inputs, outputs, name="baseline")


if __name__ == "__main__":
    build_model().summary()
