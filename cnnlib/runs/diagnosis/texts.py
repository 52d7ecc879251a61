"""The words of a diagnosis that depend on a run's settings: what to try, and what explains it."""

from cnnlib.runs.config import RunConfig
from cnnlib.runs.diagnosis.evidence import has_dropout

TYPICAL_RATES = {
    "adam": 0.001, "adamw": 0.001, "rmsprop": 0.001, "sgd": 0.01, "momentum": 0.01,
    "nesterov": 0.01,
}  # fmt: skip
"""Learning rates that Keras starts these optimizers with."""

TOO_FAR = 3.0  # times a typical rate, or a share of it: then the rate itself is suspect
DEAD_SUSPECT = 0.5  # share of dead ReLUs that explains that nothing is learned


def describe_epochs(count: int) -> str:
    return "1 epoch" if count == 1 else f"{count} epochs"


def describe_change(before: float, now: float) -> str:
    """Enough digits to tell the two apart."""
    for digits in (3, 4, 5):
        texts = f"{before:.{digits}g}", f"{now:.{digits}g}"
        if texts[0] != texts[1]:
            break
    return " → ".join(texts)


def suggest_lower_rate(rate: float) -> str:
    return f"Lower the learning rate: from {rate:.2g} to {rate / 3:.1g}, say."


def suggest_for_no_learning(config: RunConfig, rate: float, dead: float) -> str:
    typical = TYPICAL_RATES[config.optimizer]
    if dead >= DEAD_SUSPECT:
        return f"{dead:.0%} of the ReLUs are dead: start anew with a rate of {rate / 3:.1g}."
    if rate > TOO_FAR * typical:
        return f"The learning rate is large for {config.optimizer}: start anew with {typical:g}."
    if rate < typical / TOO_FAR:
        return f"The learning rate is small for {config.optimizer}: try {typical:g}."
    return (
        f"Try a learning rate of {rate / 3:.1g}, then {rate * 3:.1g}. A network with batch "
        f"normalisation is easier to train."
    )


def suggest_against_overfitting(config: RunConfig, best: float, *, ended: bool) -> str:
    tries = f"Try {list_remedies(config)}"
    kept = f"the weights of epoch {best:g} are kept as the best checkpoint"
    return f"{tries}; {kept}." if ended else f"{tries}, or stop here: {kept}."


def list_remedies(config: RunConfig) -> str:
    """What helps against overfitting and is not done yet, in a few words."""
    remedies = []
    if not config.augmentation:
        remedies.append("augmentation")
    remedies.append("more dropout" if has_dropout(config) else "dropout")
    if not config.weight_decay:
        remedies.append("weight decay")
    if config.limit is not None:
        remedies.append("more images")
    return _join(remedies)


def suggest_against_plateau(config: RunConfig, rate: float, *, fitting: bool, ended: bool) -> str:
    if fitting:
        remedy = "augmentation or dropout" if not config.augmentation else "dropout"
        return f"Stop here, or try {remedy}: what it still learns no longer helps."
    if config.schedule != "constant" and not ended:
        return f"The {config.schedule} schedule lowers the learning rate by itself: wait for it."
    return f"{suggest_lower_rate(rate)} If that does not help, take a larger network."


def explain_better_validation(config: RunConfig) -> str:
    causes = []
    if has_dropout(config):
        causes.append("dropout switches units off")
    if config.augmentation:
        causes.append("augmentation makes the images harder")
    training = f"Only while training, {_join(causes, 'and')}. Besides, t" if causes else "T"
    return (
        f"{training}he training's number is the mean over the whole epoch, of which the beginning "
        f"was worse; the validation's is measured at its end."
    )


def _join(words: list[str], last: str = "or") -> str:
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), words[-1])))
