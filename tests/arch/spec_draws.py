"""Random networks for property tests: chains, branches that meet, blocks within blocks."""

from hypothesis import strategies as st

from cnnlib.arch.layers import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
    SeparableConv2D,
)
from cnnlib.arch.spec import Block, Branches, Part, Spec

PADDING = st.sampled_from(["valid", "same"])
ACTIVATION = st.sampled_from(["relu", "sigmoid", "tanh", "linear", "leaky_relu", "silu"])
PAIR = st.tuples(st.integers(1, 5), st.integers(1, 5))
ANY_LAYER = st.one_of(
    st.builds(
        Conv2D,
        filters=st.sampled_from([2, 4, 6]),
        kernel_size=PAIR,
        padding=PADDING,
        strides=st.integers(1, 3),
        groups=st.sampled_from([1, 2]),
        use_bias=st.booleans(),
    ),
    st.builds(
        Conv2D,
        filters=st.integers(1, 5),
        kernel_size=st.integers(1, 4),
        padding=PADDING,
        dilation_rate=st.integers(1, 3),
        activation=ACTIVATION,
    ),
    st.builds(
        DepthwiseConv2D,
        kernel_size=PAIR,
        padding=PADDING,
        strides=st.integers(1, 2),
        depth_multiplier=st.integers(1, 3),
        use_bias=st.booleans(),
    ),
    st.builds(
        SeparableConv2D,
        filters=st.integers(1, 5),
        kernel_size=PAIR,
        padding=PADDING,
        strides=st.integers(1, 2),
        depth_multiplier=st.integers(1, 2),
        use_bias=st.booleans(),
    ),
    st.builds(MaxPooling2D, pool_size=PAIR, padding=PADDING),
    st.builds(
        AveragePooling2D, pool_size=st.integers(1, 4), strides=st.integers(1, 3), padding=PADDING
    ),
    st.builds(BatchNormalization),
    st.builds(Activation, activation=ACTIVATION),
    st.builds(Dropout, rate=st.floats(0, 0.9)),
)
# What keeps height and width, so that paths of any length can meet.
KEEPING_LAYER = st.one_of(
    st.builds(
        Conv2D,
        filters=st.integers(1, 4),
        kernel_size=st.sampled_from([1, 3]),
        padding=st.just("same"),
    ),
    st.builds(MaxPooling2D, pool_size=st.just(3), strides=st.just(1), padding=st.just("same")),
    st.builds(BatchNormalization),
    st.builds(Activation),
)
PATH = st.lists(KEEPING_LAYER, max_size=3).map(tuple)


def _residual(parts: tuple[Part, ...], filters: int) -> Part:
    """Both paths end in as many filters, so that they can be added."""
    end = Conv2D(filters=filters, kernel_size=1)
    return Block("residual", (Branches(((*parts, end), (end,)), Add()), Activation()))


def _inception(paths: list[tuple[Part, ...]]) -> Part:
    return Block("inception", (Branches(tuple(paths), Concatenate()),))


_BLOCK = st.recursive(
    st.builds(_residual, PATH, st.integers(1, 4))
    | st.builds(_inception, st.lists(PATH, min_size=2, max_size=4)),
    lambda inner: st.builds(
        _inception,
        st.lists(st.lists(KEEPING_LAYER | inner, max_size=2).map(tuple), min_size=2, max_size=3),
    ),
    max_leaves=3,
)
HEADS = st.tuples(
    st.sampled_from([(Flatten(),), (GlobalAveragePooling2D(),), (GlobalMaxPooling2D(),)]),
    st.lists(st.builds(Dense, units=st.integers(1, 9), use_bias=st.booleans()), max_size=2),
).map(lambda head: (*head[0], *head[1]))


def make_specs(max_side: int = 17) -> st.SearchStrategy[Spec]:
    """Networks whose arguments are all allowed; whether their layers fit is another question."""
    return st.builds(
        lambda shape, body, head: Spec("any", "Any", shape, (*body, *head)),
        st.tuples(st.integers(1, max_side), st.integers(1, max_side), st.integers(1, 4)),
        st.lists(ANY_LAYER | _BLOCK, max_size=5),
        HEADS,
    )


def make_classifiers() -> st.SearchStrategy[Spec]:
    """Networks that a run may train: they fit, and end in a softmax."""
    end = (GlobalAveragePooling2D(), Dense(units=3, activation="softmax"))
    return st.builds(
        lambda body: Spec("any", "Any", (8, 8, 2), (*body, *end)),
        st.lists(KEEPING_LAYER | _BLOCK, max_size=4),
    )
