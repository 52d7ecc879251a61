"""Inception10

121,418 parameters, 120,234 of them trainable.
Runs alone: it needs nothing but Keras.
"""

import keras
from keras import layers


def conv_bn_relu(x, filters, kernel_size, strides=1):
    x = layers.Conv2D(filters, kernel_size, strides=strides, padding="same")(x)
    x = layers.BatchNormalization()(x)
    return layers.Activation("relu")(x)


def inception_block(x, filters, strides=1):
    branch_1 = conv_bn_relu(x, filters, 1, strides=strides)
    branch_2 = conv_bn_relu(x, filters, 1, strides=strides)
    branch_2 = conv_bn_relu(branch_2, filters, 3)
    branch_3 = conv_bn_relu(x, filters, 1, strides=strides)
    branch_3 = conv_bn_relu(branch_3, filters, 5)
    branch_4 = layers.MaxPooling2D(3, strides=1, padding="same")(x)
    branch_4 = conv_bn_relu(branch_4, filters, 1, strides=strides)
    return layers.Concatenate()([branch_1, branch_2, branch_3, branch_4])


def build_model():
    inputs = keras.Input((32, 32, 3))
    x = conv_bn_relu(inputs, 16, 3)
    x = inception_block(x, 16, strides=2)
    x = inception_block(x, 16)
    x = inception_block(x, 32, strides=2)
    x = inception_block(x, 32)
    x = layers.GlobalAveragePooling2D()(x)
    outputs = layers.Dense(10, activation="softmax")(x)
    return keras.Model(inputs, outputs, name="inception10")


if __name__ == "__main__":
    build_model().summary()
