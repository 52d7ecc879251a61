"""The Keras lines that augment as training does."""

from collections.abc import Sequence

from cnnlib.runs.augmentation import MIXUP, Augmentation


def make_augmentation_code(augmentations: Sequence[Augmentation], classes: int) -> str:
    """Lines that define `augment(images, labels)`, and how a `tf.data` pipeline calls it.

    Args:
        classes: how many there are; mixup needs to know.
    """
    calls = [(each.kind, each.make_call()) for each in augmentations]
    lines = ["import keras", "from keras import layers", "", "steps = ["]
    lines += [f"{call.to_code('    ')}," for kind, call in calls if kind != MIXUP]
    lines.append("]")
    lines += [f"mixup = {call.to_code()}" for kind, call in calls if kind == MIXUP]
    lines += ["", "def augment(images, labels):", "    for step in steps:"]
    lines.append("        images = step(images, training=True)")
    if any(kind == MIXUP for kind, _ in calls):
        lines += [
            f"    shares = keras.ops.one_hot(labels, {classes})",
            '    mixed = mixup({"images": images, "labels": shares}, training=True)',
            '    return mixed["images"], mixed["labels"]',
        ]
    else:
        lines.append("    return images, labels")
    lines += ["", "# train = train.batch(32).map(augment)"]
    return "\n".join(lines)
