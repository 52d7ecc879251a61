"""Inception10

121,418 parameters, 120,234 of them trainable.
Runs alone: it needs nothing but Keras.
"""

import keras
from keras import layers


@keras.saving.register_keras_serializable()
class ConvBNRelu(keras.Layer):
    def __init__(self, filters, kernel_size, strides=1, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_size = kernel_size
        self.strides = strides
        self.c1 = layers.Conv2D(filters, kernel_size, strides=strides, padding="same")
        self.b1 = layers.BatchNormalization()
        self.a1 = layers.Activation("relu")

    def build(self, input_shape):
        # Called once on a placeholder, every layer makes its weights.
        self.call(keras.Input(batch_shape=input_shape))

    def call(self, x, training=None):
        x = self.c1(x)
        x = self.b1(x, training=training)
        return self.a1(x)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
        }


@keras.saving.register_keras_serializable()
class InceptionBlock(keras.Layer):
    def __init__(self, filters, strides=1, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.strides = strides
        self.conv1 = ConvBNRelu(filters, 1, strides=strides)
        self.conv2 = ConvBNRelu(filters, 1, strides=strides)
        self.conv3 = ConvBNRelu(filters, 3)
        self.conv4 = ConvBNRelu(filters, 1, strides=strides)
        self.conv5 = ConvBNRelu(filters, 5)
        self.p1 = layers.MaxPooling2D(3, strides=1, padding="same")
        self.conv6 = ConvBNRelu(filters, 1, strides=strides)
        self.concatenate = layers.Concatenate()

    def build(self, input_shape):
        # Called once on a placeholder, every layer makes its weights.
        self.call(keras.Input(batch_shape=input_shape))

    def call(self, x, training=None):
        branch_1 = self.conv1(x, training=training)
        branch_2 = self.conv2(x, training=training)
        branch_2 = self.conv3(branch_2, training=training)
        branch_3 = self.conv4(x, training=training)
        branch_3 = self.conv5(branch_3, training=training)
        branch_4 = self.p1(x)
        branch_4 = self.conv6(branch_4, training=training)
        return self.concatenate([branch_1, branch_2, branch_3, branch_4])

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "strides": self.strides,
        }


@keras.saving.register_keras_serializable()
class Inception10(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.conv = ConvBNRelu(16, 3)
        self.blocks = [
            InceptionBlock(16, strides=2),
            InceptionBlock(16),
            InceptionBlock(32, strides=2),
            InceptionBlock(32),
        ]
        self.p1 = layers.GlobalAveragePooling2D()
        self.f1 = layers.Dense(10, activation="softmax")

    def build(self, input_shape):
        # Called once on a placeholder, every layer makes its weights.
        self.call(keras.Input(batch_shape=input_shape))

    def call(self, x, training=None):
        x = self.conv(x, training=training)
        for block in self.blocks:
            x = block(x, training=training)
        x = self.p1(x)
        return self.f1(x)


def build_model():
    model = Inception10(name="inception10")
    model.build((None, 32, 32, 3))  # summary() and load_weights() need this
    return model


if __name__ == "__main__":
    build_model().summary()
