"""The faults of the notes' scripts on Keras 3, as `texts/networks/code_class.md` tells them.

Written here as the notes have them; if Keras mends one of these, the text is to be changed.
"""

from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.keras


def make_baseline() -> Any:
    import keras
    from keras.layers import (
        Activation,
        BatchNormalization,
        Conv2D,
        Dense,
        Dropout,
        Flatten,
        MaxPool2D,
    )

    class Baseline(keras.Model):
        def __init__(self):
            super().__init__()
            self.c1 = Conv2D(filters=6, kernel_size=(5, 5), padding="same")
            self.b1 = BatchNormalization()
            self.a1 = Activation("relu")
            self.p1 = MaxPool2D(pool_size=(2, 2), strides=2, padding="same")
            self.d1 = Dropout(0.2)
            self.flatten = Flatten()
            self.f1 = Dense(128, activation="relu")
            self.d2 = Dropout(0.2)
            self.f2 = Dense(10, activation="softmax")

        def call(self, x):
            x = self.d1(self.p1(self.a1(self.b1(self.c1(x)))))
            return self.f2(self.d2(self.f1(self.flatten(x))))

    return Baseline()


@pytest.fixture(scope="module")
def trained() -> Any:
    model = make_baseline()
    model.compile("adam", "sparse_categorical_crossentropy", run_eagerly=True)
    rng = np.random.default_rng(0)
    model.fit(rng.random((8, 32, 32, 3)), rng.integers(0, 10, 8), verbose=0)
    return model


def test_the_summary_has_no_shapes_and_counts_the_optimizer(trained) -> None:
    lines: list[str] = []
    trained.summary(print_fn=lambda text, **_: lines.append(text))
    text = "\n".join(lines)
    assert " ? " in text
    # 198,506, two slots of Adam for each of the 198,494 that learn, its steps and learning rate
    assert "Total params: 595,496 " in text
    assert 198_506 + 2 * 198_494 + 2 == 595_496


def test_batch_normalisation_and_dropout_do_not_train(trained) -> None:
    assert not np.any(np.asarray(trained.b1.moving_mean))
    drawn = [np.asarray(layer.seed_generator.state) for layer in (trained.d1, trained.d2)]
    trained.fit(np.ones((8, 32, 32, 3)), np.zeros(8), verbose=0)
    for before, layer in zip(drawn, (trained.d1, trained.d2), strict=True):
        np.testing.assert_array_equal(before, np.asarray(layer.seed_generator.state))


def test_the_checkpoint_is_refused() -> None:
    import keras

    with pytest.raises(ValueError, match=r"must end in `.weights.h5`"):
        keras.callbacks.ModelCheckpoint("./checkpoint/Baseline.ckpt", save_weights_only=True)


def test_weights_are_not_loaded_into_a_network_that_has_none(trained, tmp_path) -> None:
    path = tmp_path / "baseline.weights.h5"
    trained.save_weights(path)
    with pytest.raises(ValueError, match="has not yet been built"):
        make_baseline().load_weights(path)
    built = make_baseline()
    with pytest.warns(UserWarning, match="does not have a `build"):
        built.build((None, 32, 32, 3))
    built.load_weights(path)  # no word that nothing is loaded
    images = np.ones((1, 32, 32, 3))
    assert not np.allclose(built(images), trained(images))


def test_a_class_that_does_not_tell_its_arguments_is_not_saved(tmp_path) -> None:
    import keras

    class ResNet(keras.Model):
        def __init__(self, block_list, initial_filters=64):
            super().__init__()
            self.block_list = block_list
            self.f1 = keras.layers.Dense(initial_filters)

        def call(self, x):
            return self.f1(x)

    model = ResNet([2, 2])
    model(np.ones((1, 4)))
    path = tmp_path / "resnet.keras"
    with pytest.raises(NotImplementedError, match="get_config"):
        model.save(path)
