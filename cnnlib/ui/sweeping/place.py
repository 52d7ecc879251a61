"""Which sweep the page's address names; without one it shows the list and the form."""

from cnnlib.ui.place import Place

PARAMETER = "sweep"
PLACE = Place("sweeps")
