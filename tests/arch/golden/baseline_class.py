"""Baseline

198,506 parameters, 198,494 of them trainable.
Runs alone: it needs nothing but Keras.
"""

import keras
from keras import layers


@keras.saving.register_keras_serializable()
class Baseline(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.c1 = layers.Conv2D(6, 5, padding="same")
        self.b1 = layers.BatchNormalization()
        self.a1 = layers.Activation("relu")
        self.p1 = layers.MaxPooling2D(2, padding="same")
        self.d1 = layers.Dropout(0.2)
        self.flatten = layers.Flatten()
        self.f1 = layers.Dense(128, activation="relu")
        self.d2 = layers.Dropout(0.2)
        self.f2 = layers.Dense(10, activation="softmax")

    def build(self, input_shape):
        # Called once on a placeholder, every layer makes its weights.
        self.call(keras.Input(batch_shape=input_shape))

    def call(self, x, training=None):
        x = self.c1(x)
        x = self.b1(x, training=training)
        x = self.a1(x)
        x = self.p1(x)
        x = self.d1(x, training=training)
        x = self.flatten(x)
        x = self.f1(x)
        x = self.d2(x, training=training)
        return self.f2(x)


def build_model():
    model = Baseline(name="baseline")
    model.build((None, 32, 32, 3))  # summary() and load_weights() need this
    return model


if __name__ == "__main__":
    build_model().summary()
