"""What a run trains, as frozen plain data, checked before anything starts."""

from dataclasses import dataclass, fields
from typing import Any

from cnnlib.arch import zoo
from cnnlib.arch.spec import Spec
from cnnlib.errors import RunError
from cnnlib.runs.augmentation import format_augmentations, parse_augmentations
from cnnlib.runs.networks import check_fit, check_network, read_network
from cnnlib.runs.schedules import SCHEDULES, Schedule

OPTIMIZER_TITLES = {
    "adam": "Adam",
    "adamw": "AdamW",
    "sgd": "SGD",
    "momentum": "SGD with momentum 0.9",
    "nesterov": "SGD with Nesterov momentum 0.9",
    "rmsprop": "RMSprop",
}
OPTIMIZERS = tuple(OPTIMIZER_TITLES)
ACCELERATIONS = ("off", "measured")
WATCHES = ("gradients", "dead", "machine", "weights", "activations", "tensorboard")
DEFAULT_WATCH = "gradients,dead,machine"
CHECKPOINTS = ("last", "best")
MAX_EPOCHS = 1_000
MAX_BATCH_SIZE = 4_096
MAX_SEED = 2**31 - 1
_DEFAULT_NETWORK = "baseline"
# Settings that did not exist from the start: rows of then, which lack them, had the defaults.
_LATER = ("augmentation", "schedule", "warmup", "label_smoothing", "weight_decay", "patience",
          "acceleration", "deterministic", "watch", "spec")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """The settings of one run; the defaults are the notes'.

    Attributes:
        network: a name of `cnnlib.arch.zoo`. Beside a `spec` it is that one's name; leave it out.
        dataset: a name that `cnnlib.data.load` knows.
        limit: training images used, None for all; the test split shrinks by the same share.
        epochs: how many epochs this run trains, on top of those of the run it continues.
        batch_size: images a step, 1 to 4,096.
        optimizer: one of `OPTIMIZERS`.
        learning_rate: above 0, at most 10.
        seed: of weights, shuffling, dropout and augmentation, 0 to 2**31 - 1.
        augmentation: how training images are changed at random, "flip,shift-0.125" for instance;
            see `cnnlib.runs.augmentation`.
        schedule: how the learning rate goes with the epochs; one of `SCHEDULES`.
        warmup: epochs in which the rate climbs to where its schedule begins, 0 to `epochs`.
        label_smoothing: share of a training label that is spread over all classes, 0 to 0.5
            (Szegedy et al., 2016, section 7). Validation labels stay as they are.
        weight_decay: share of each kernel that a step takes away, times the learning rate, 0 to
            1; decoupled from the gradient (Loshchilov & Hutter, «AdamW», 2019).
        patience: epochs without a lower validation loss after which the run stops; 0 for never.
        acceleration: "off" trains in float32 without XLA. "measured" takes XLA (`jit_compile`) or
            bfloat16 where a short measurement on this machine shows a gain.
        deterministic: whether the same settings give the very same history on one machine.
            TensorFlow then leaves out what is quicker but may add in another order.
        watch: what is measured beside loss and accuracy, "gradients,dead" for instance, of
            `WATCHES`; "" for nothing.
        continue_from: the id of a run whose checkpoint this one starts from, or None.
        checkpoint: which of that run's checkpoints, "last" or "best".
        spec: a network of one's own, to be trained in place of one of the zoo; a `Spec`, or the
            plain data that its `to_dict` gives.
    """

    network: str = _DEFAULT_NETWORK
    dataset: str = "cifar10"
    limit: int | None = None
    epochs: int = 5
    batch_size: int = 32
    optimizer: str = "adam"
    learning_rate: float = 0.001
    seed: int = 0
    augmentation: str = ""
    schedule: str = "constant"
    warmup: float = 0.0
    label_smoothing: float = 0.0
    weight_decay: float = 0.0
    patience: int = 0
    acceleration: str = "off"
    deterministic: bool = False
    watch: str = DEFAULT_WATCH
    continue_from: str | None = None
    checkpoint: str = "last"
    spec: Spec | None = None

    def __post_init__(self) -> None:
        if self.spec is None:
            _require_one_of("network", self.network, tuple(zoo.names()))
        else:
            self._take_spec(self.spec)
        _require_one_of("optimizer", self.optimizer, OPTIMIZERS)
        _require_one_of("checkpoint", self.checkpoint, CHECKPOINTS)
        _require_whole("epochs", self.epochs, 1, MAX_EPOCHS)
        _require_whole("batch_size", self.batch_size, 1, MAX_BATCH_SIZE)
        _require_whole("seed", self.seed, 0, MAX_SEED)
        augmentations = parse_augmentations(self.augmentation)
        object.__setattr__(self, "augmentation", format_augmentations(augmentations))
        if self.limit is not None:
            _require_whole("limit", self.limit, 1, 10**9)
        self._check_recipe()
        if not self.dataset or not isinstance(self.dataset, str):
            raise RunError(f"dataset must be the name of a data set. Received: {self.dataset!r}.")

    def _check_recipe(self) -> None:
        rate = self.learning_rate
        if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 < rate <= 10:
            raise RunError(f"learning_rate must be above 0 and at most 10. Received: {rate!r}.")
        _require_one_of("schedule", self.schedule, SCHEDULES)
        _require_real("warmup", self.warmup, 0, self.epochs)
        _require_real("label_smoothing", self.label_smoothing, 0, 0.5)
        _require_real("weight_decay", self.weight_decay, 0, 1)
        for name in ("learning_rate", "warmup", "label_smoothing", "weight_decay"):
            object.__setattr__(self, name, float(getattr(self, name)))  # Keras takes no whole ones
        _require_whole("patience", self.patience, 0, MAX_EPOCHS)
        _require_one_of("acceleration", self.acceleration, ACCELERATIONS)
        if not isinstance(self.deterministic, bool):
            raise RunError(
                f"deterministic must be true or false. Received: {self.deterministic!r}."
            )
        words = [word.strip() for word in str(self.watch).split(",") if word.strip()]
        for word in words:
            _require_one_of("watch", word, WATCHES)
        object.__setattr__(self, "watch", ",".join(name for name in WATCHES if name in words))

    def _take_spec(self, given: Any) -> None:
        spec = check_network(given) if isinstance(given, Spec) else read_network(given)
        if self.network not in (_DEFAULT_NETWORK, spec.name):
            raise RunError(
                f"network must be left out beside a spec, or be its name, {spec.name}. "
                f"Received: {self.network!r}."
            )
        object.__setattr__(self, "spec", spec)
        object.__setattr__(self, "network", spec.name)

    @property
    def title(self) -> str:
        """What people call the network; as it was given, so escape it."""
        return zoo.get(self.network).title if self.spec is None else self.spec.title

    def make_spec(self, input_shape: tuple[int, int, int], classes: int) -> Spec:
        """The network to train on images of `input_shape` (H, W, C) in so many `classes`.

        Raises:
            SpecError: the network does not go with them.
        """
        if self.spec is None:
            return zoo.get(self.network, input_shape=input_shape, classes=classes)
        return check_fit(self.spec, input_shape, classes)

    @property
    def rate_schedule(self) -> Schedule:
        return Schedule(self.schedule, self.warmup)

    @property
    def watched(self) -> frozenset[str]:
        """What is measured beside loss and accuracy, of `WATCHES`."""
        return frozenset(filter(None, self.watch.split(",")))

    def describe_recipe(self) -> str:
        """What differs from the notes' way to train, in a few words; "" for nothing."""
        words = []
        if self.schedule != "constant":
            words.append(f"{self.schedule} schedule")
        if self.warmup:
            words.append(f"warm-up {self.warmup:g}")
        if self.label_smoothing:
            words.append(f"label smoothing {self.label_smoothing:g}")
        if self.weight_decay:
            words.append(f"weight decay {self.weight_decay:g}")
        if self.patience:
            words.append(f"early stopping after {self.patience}")
        if self.acceleration != "off":
            words.append("acceleration where measured")
        if self.deterministic:
            words.append("deterministic")
        return ", ".join(words)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for `from_dict` and JSON; the later settings only where they are set."""
        data = {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if field.name not in _LATER or getattr(self, field.name) != field.default
        }
        if self.spec is not None:
            data["spec"] = self.spec.to_dict()
        return data

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "RunConfig":
        """Read what `to_dict` wrote; an unknown key is an error.

        Raises:
            RunError: an unknown setting, or one that breaks its rule.
            SpecError: the network is none that a run may train.
        """
        unknown = sorted(set(data) - {field.name for field in fields(cls)})
        if unknown:
            raise RunError(f"A run has no setting named {', '.join(unknown)}. Remove it.")
        return cls(**data)


def _require_one_of(argument: str, value: Any, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise RunError(f"{argument} must be one of {', '.join(choices)}. Received: {value!r}.")


def _require_whole(argument: str, value: Any, low: int, high: int) -> None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or not low <= value <= high:
        raise RunError(
            f"{argument} must be a whole number from {low:,} to {high:,}. Received: {value!r}."
        )


def _require_real(argument: str, value: Any, low: float, high: float) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not low <= value <= high:
        raise RunError(f"{argument} must be from {low:g} to {high:g}. Received: {value!r}.")
