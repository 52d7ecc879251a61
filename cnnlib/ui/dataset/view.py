"""Which images the page shows, and which of them is the chosen one."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cnnlib.data import Dataset, Split
from cnnlib.data.browsing import find_images
from cnnlib.data.statistics import MEASURES, Statistics
from cnnlib.runs.predictions import Predictions, SplitPredictions
from cnnlib.ui.address import Address
from cnnlib.ui.dataset.settings import CONFIDENCE, pick_split


@dataclass(frozen=True)
class View:
    """What is looked at: a split, filtered and sorted, a page of it, and one image.

    found: indices of the images that pass the filter, (n,), in their order.
    page, pages: from 1.
    index: of the chosen image in the split; None when nothing is found and none was named.
    place: where the chosen image stands in `found`; None when it is not there.
    """

    name: str
    split: Split
    found: NDArray[np.int64]
    predictions: SplitPredictions | None
    page: int = 1
    pages: int = 1
    per_page: int = 48
    index: int | None = None
    place: int | None = None

    @property
    def shown(self) -> NDArray[np.int64]:
        """The indices on this page of the grid."""
        return self.found[(self.page - 1) * self.per_page : self.page * self.per_page]

    def at(self, index: int) -> "View":
        """The same view with another image chosen."""
        places = np.flatnonzero(self.found == index)
        return replace(self, index=index, place=int(places[0]) if len(places) else None)

    def step(self, by: int) -> int | None:
        """The image before (-1) or after (1) the chosen one; None at the end."""
        if self.place is None:
            return int(self.found[0]) if len(self.found) and by > 0 else None
        to = self.place + by
        return int(self.found[to]) if 0 <= to < len(self.found) else None


def make_view(
    address: Address,
    dataset: Dataset,
    statistics: Statistics | None,
    predictions: Predictions | None,
) -> View:
    """What the address asks for; an order whose values are not there yet is passed over.

    A named image opens the page of the grid that holds it; the address's page follows.
    """
    name, split = address["split"], pick_split(dataset, address)
    said = None if predictions is None else getattr(predictions, name)
    measured = None if statistics is None else getattr(statistics, name)
    order, verdict = address["order"], address["verdict"]
    by: str | NDArray[np.float32] = order
    if order == CONFIDENCE:
        by = "index" if said is None else said.confidence
    elif order in MEASURES and measured is None:
        by = "index"
    where = None
    if said is not None and verdict != "all":
        where = said.right if verdict == "right" else ~said.right
    found = find_images(
        split,
        classes=[dataset.class_names.index(each) for each in address["classes"]],
        by=by,
        descending=address["descending"],
        statistics=measured,
        where=where,
    )
    return _choose(address, View(name, split, found, said, per_page=address["per_page"]))


def _choose(address: Address, view: View) -> View:
    pages = max(1, -(-len(view.found) // view.per_page))
    index = address["index"]
    view = view if index is None else view.at(index)
    if view.place is not None:
        address["page"] = view.place // view.per_page + 1
    address["page"] = min(address["page"], pages)
    view = replace(view, page=address["page"], pages=pages)
    return view.at(int(view.shown[0])) if index is None and len(view.shown) else view
