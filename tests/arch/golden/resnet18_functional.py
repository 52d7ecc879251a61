"""ResNet18

11,183,562 parameters, 11,173,962 of them trainable.
Runs alone: it needs nothing but Keras.
"""

import keras
from keras import layers


def residual_block(x, filters, strides=1, project=False):
    y = layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)(x)
    y = layers.BatchNormalization()(y)
    y = layers.Activation("relu")(y)
    y = layers.Conv2D(filters, 3, padding="same", use_bias=False)(y)
    y = layers.BatchNormalization()(y)
    if project:
        x = layers.Conv2D(filters, 1, strides=strides, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
    x = layers.Add()([y, x])
    return layers.Activation("relu")(x)


def build_model():
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(64, 3, padding="same", use_bias=False)(inputs)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    x = residual_block(x, 64)
    x = residual_block(x, 64)
    x = residual_block(x, 128, strides=2, project=True)
    x = residual_block(x, 128)
    x = residual_block(x, 256, strides=2, project=True)
    x = residual_block(x, 256)
    x = residual_block(x, 512, strides=2, project=True)
    x = residual_block(x, 512)
    x = layers.GlobalAveragePooling2D()(x)
    outputs = layers.Dense(
        10, activation="softmax", kernel_regularizer=keras.regularizers.L2(0.01)
    )(x)
    return keras.Model(inputs, outputs, name="resnet18")


if __name__ == "__main__":
    build_model().summary()
