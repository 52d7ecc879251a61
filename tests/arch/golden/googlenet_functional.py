"""GoogLeNet

6,005,242 parameters, 5,990,682 of them trainable.
Runs alone: it needs nothing but Keras.
"""

import keras
from keras import layers


def conv_bn_relu(x, filters, kernel_size):
    x = layers.Conv2D(filters, kernel_size, padding="same")(x)
    x = layers.BatchNormalization()(x)
    return layers.Activation("relu")(x)


def inception_block(x, filters_1, filters_2, filters_3, filters_4, filters_5, filters_6):
    branch_1 = conv_bn_relu(x, filters_1, 1)
    branch_2 = conv_bn_relu(x, filters_2, 1)
    branch_2 = conv_bn_relu(branch_2, filters_3, 3)
    branch_3 = conv_bn_relu(x, filters_4, 1)
    branch_3 = conv_bn_relu(branch_3, filters_5, 5)
    branch_4 = layers.MaxPooling2D(3, strides=1, padding="same")(x)
    branch_4 = conv_bn_relu(branch_4, filters_6, 1)
    return layers.Concatenate()([branch_1, branch_2, branch_3, branch_4])


def build_model():
    inputs = keras.Input((32, 32, 3))
    x = conv_bn_relu(inputs, 64, 3)
    x = conv_bn_relu(x, 64, 1)
    x = conv_bn_relu(x, 192, 3)
    x = inception_block(x, 64, 96, 128, 16, 32, 32)
    x = inception_block(x, 128, 128, 192, 32, 96, 64)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    x = inception_block(x, 192, 96, 208, 16, 48, 64)
    x = inception_block(x, 160, 112, 224, 24, 64, 64)
    x = inception_block(x, 128, 128, 256, 24, 64, 64)
    x = inception_block(x, 112, 144, 288, 32, 64, 64)
    x = inception_block(x, 256, 160, 320, 32, 128, 128)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    x = inception_block(x, 256, 160, 320, 32, 128, 128)
    x = inception_block(x, 384, 192, 384, 48, 128, 128)
    x = layers.GlobalAveragePooling2D()(x)
    outputs = layers.Dense(10, activation="softmax")(x)
    return keras.Model(inputs, outputs, name="googlenet")


if __name__ == "__main__":
    build_model().summary()
