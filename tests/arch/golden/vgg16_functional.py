"""VGG16

15,262,026 parameters, 15,253,578 of them trainable.
Runs alone: it needs nothing but Keras.
"""

import keras
from keras import layers


def conv_bn_relu(x, filters):
    x = layers.Conv2D(filters, 3, padding="same")(x)
    x = layers.BatchNormalization()(x)
    return layers.Activation("relu")(x)


def build_model():
    inputs = keras.Input((32, 32, 3))
    x = conv_bn_relu(inputs, 64)
    x = conv_bn_relu(x, 64)
    x = layers.MaxPooling2D(2, padding="same")(x)
    x = layers.Dropout(0.2)(x)
    x = conv_bn_relu(x, 128)
    x = conv_bn_relu(x, 128)
    x = layers.MaxPooling2D(2, padding="same")(x)
    x = layers.Dropout(0.2)(x)
    for _ in range(3):
        x = conv_bn_relu(x, 256)
    x = layers.MaxPooling2D(2, padding="same")(x)
    x = layers.Dropout(0.2)(x)
    for _ in range(3):
        x = conv_bn_relu(x, 512)
    x = layers.MaxPooling2D(2, padding="same")(x)
    x = layers.Dropout(0.2)(x)
    for _ in range(3):
        x = conv_bn_relu(x, 512)
    x = layers.MaxPooling2D(2, padding="same")(x)
    x = layers.Dropout(0.2)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(512, activation="relu")(x)
    x = layers.Dropout(0.2)(x)
    x = layers.Dense(512, activation="relu")(x)
    x = layers.Dropout(0.2)(x)
    outputs = layers.Dense(10, activation="softmax")(x)
    return keras.Model(inputs, outputs, name="vgg16")


if __name__ == "__main__":
    build_model().summary()
