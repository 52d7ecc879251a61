"""The poses of the ten classes, by class name.

A pose is a list of coloured polygons. A colour is a *role* ("body", "dark", "glass" …): the
painter in `synthetic` decides what it is for one image.
"""

from cnnlib.data import animals, vehicles
from cnnlib.data.shapes import Pose

POSES: dict[str, tuple[Pose, ...]] = {
    "airplane": (vehicles.AIRPLANE_SIDE, vehicles.AIRPLANE_ABOVE),
    "automobile": (vehicles.AUTOMOBILE_SEDAN, vehicles.AUTOMOBILE_BEETLE),
    "bird": (animals.BIRD_PERCHED, animals.BIRD_FLYING),
    "cat": (animals.CAT_SITTING, animals.CAT_WALKING),
    "deer": (animals.DEER_STANDING, animals.DEER_FACE),
    "dog": (animals.DOG_STANDING, animals.DOG_FACE),
    "frog": (animals.FROG_FRONT, animals.FROG_SIDE),
    "horse": (animals.HORSE_STANDING, animals.HORSE_GALLOPING),
    "ship": (vehicles.SHIP_STEAMER, vehicles.SHIP_SAILING),
    "truck": (vehicles.TRUCK_BOX, vehicles.TRUCK_DUMP),
}
