"""Inception-ResNet

236,330 parameters, 234,538 of them trainable.
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
class InceptionResnetBlock(keras.Layer):
    def __init__(self, filters, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.conv1 = ConvBNRelu(filters // 4, 1)
        self.conv2 = ConvBNRelu(filters // 4, 1)
        self.conv3 = ConvBNRelu(filters // 4, 3)
        self.conv4 = ConvBNRelu(filters // 4, 1)
        self.conv5 = ConvBNRelu(filters // 4, 3)
        self.conv6 = ConvBNRelu(filters // 4, 3)
        self.concatenate = layers.Concatenate()
        self.c1 = layers.Conv2D(filters, 1, padding="same")
        self.add = layers.Add()
        self.a1 = layers.Activation("relu")

    def build(self, input_shape):
        # Called once on a placeholder, every layer makes its weights.
        self.call(keras.Input(batch_shape=input_shape))

    def call(self, x, training=None):
        branch_1 = self.conv1(x, training=training)
        branch_2 = self.conv2(x, training=training)
        branch_2 = self.conv3(branch_2, training=training)
        branch_3 = self.conv4(x, training=training)
        branch_3 = self.conv5(branch_3, training=training)
        branch_3 = self.conv6(branch_3, training=training)
        y = self.concatenate([branch_1, branch_2, branch_3])
        y = self.c1(y)
        x = self.add([x, y])
        return self.a1(x)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
        }


@keras.saving.register_keras_serializable()
class InceptionResNet(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.conv1 = ConvBNRelu(32, 3)
        self.blocks1 = [InceptionResnetBlock(32), InceptionResnetBlock(32)]
        self.conv2 = ConvBNRelu(64, 3, strides=2)
        self.blocks2 = [InceptionResnetBlock(64), InceptionResnetBlock(64)]
        self.conv3 = ConvBNRelu(128, 3, strides=2)
        self.blocks3 = [InceptionResnetBlock(128), InceptionResnetBlock(128)]
        self.p1 = layers.GlobalAveragePooling2D()
        self.f1 = layers.Dense(10, activation="softmax")

    def build(self, input_shape):
        # Called once on a placeholder, every layer makes its weights.
        self.call(keras.Input(batch_shape=input_shape))

    def call(self, x, training=None):
        x = self.conv1(x, training=training)
        for block in self.blocks1:
            x = block(x, training=training)
        x = self.conv2(x, training=training)
        for block in self.blocks2:
            x = block(x, training=training)
        x = self.conv3(x, training=training)
        for block in self.blocks3:
            x = block(x, training=training)
        x = self.p1(x)
        return self.f1(x)


def build_model():
    model = InceptionResNet(name="inception_resnet")
    model.build((None, 32, 32, 3))  # summary() and load_weights() need this
    return model


if __name__ == "__main__":
    build_model().summary()
