"""ResNet18

11,183,562 parameters, 11,173,962 of them trainable.
Runs alone: it needs nothing but Keras.
"""

import keras
from keras import layers


@keras.saving.register_keras_serializable()
class ResidualBlock(keras.Layer):
    def __init__(self, filters, strides=1, project=False, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.strides = strides
        self.project = project
        self.c1 = layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)
        self.b1 = layers.BatchNormalization()
        self.a1 = layers.Activation("relu")
        self.c2 = layers.Conv2D(filters, 3, padding="same", use_bias=False)
        self.b2 = layers.BatchNormalization()
        if project:
            self.c3 = layers.Conv2D(filters, 1, strides=strides, padding="same", use_bias=False)
            self.b3 = layers.BatchNormalization()
        self.add = layers.Add()
        self.a2 = layers.Activation("relu")

    def build(self, input_shape):
        # Called once on a placeholder, every layer makes its weights.
        self.call(keras.Input(batch_shape=input_shape))

    def call(self, x, training=None):
        y = self.c1(x)
        y = self.b1(y, training=training)
        y = self.a1(y)
        y = self.c2(y)
        y = self.b2(y, training=training)
        if self.project:
            x = self.c3(x)
            x = self.b3(x, training=training)
        x = self.add([y, x])
        return self.a2(x)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "strides": self.strides,
            "project": self.project,
        }


@keras.saving.register_keras_serializable()
class ResNet18(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.c1 = layers.Conv2D(64, 3, padding="same", use_bias=False)
        self.b1 = layers.BatchNormalization()
        self.a1 = layers.Activation("relu")
        self.blocks = [
            ResidualBlock(64),
            ResidualBlock(64),
            ResidualBlock(128, strides=2, project=True),
            ResidualBlock(128),
            ResidualBlock(256, strides=2, project=True),
            ResidualBlock(256),
            ResidualBlock(512, strides=2, project=True),
            ResidualBlock(512),
        ]
        self.p1 = layers.GlobalAveragePooling2D()
        self.f1 = layers.Dense(
            10, activation="softmax", kernel_regularizer=keras.regularizers.L2(0.01)
        )

    def build(self, input_shape):
        # Called once on a placeholder, every layer makes its weights.
        self.call(keras.Input(batch_shape=input_shape))

    def call(self, x, training=None):
        x = self.c1(x)
        x = self.b1(x, training=training)
        x = self.a1(x)
        for block in self.blocks:
            x = block(x, training=training)
        x = self.p1(x)
        return self.f1(x)


def build_model():
    model = ResNet18(name="resnet18")
    model.build((None, 32, 32, 3))  # summary() and load_weights() need this
    return model


if __name__ == "__main__":
    build_model().summary()
