"""MobileNet

3,239,114 parameters, 3,217,226 of them trainable.
Runs alone: it needs nothing but Keras.
"""

import keras
from keras import layers


def depthwise_block(filters, strides=1):
    return [
        layers.DepthwiseConv2D(3, strides=strides, padding="same", use_bias=False),
        layers.BatchNormalization(),
        layers.Activation("relu"),
        layers.Conv2D(filters, 1, padding="same", use_bias=False),
        layers.BatchNormalization(),
        layers.Activation("relu"),
    ]


def build_model():
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(32, 3, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.Activation("relu"),
            *depthwise_block(64),
            *depthwise_block(128, strides=2),
            *depthwise_block(128),
            *depthwise_block(256, strides=2),
            *depthwise_block(256),
            *depthwise_block(512, strides=2),
            *depthwise_block(512),
            *depthwise_block(512),
            *depthwise_block(512),
            *depthwise_block(512),
            *depthwise_block(512),
            *depthwise_block(1024, strides=2),
            *depthwise_block(1024),
            layers.GlobalAveragePooling2D(),
            layers.Dense(10, activation="softmax"),
        ],
        name="mobilenet",
    )


if __name__ == "__main__":
    build_model().summary()
