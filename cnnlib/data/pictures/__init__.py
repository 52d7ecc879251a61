"""Pictures that people bring along as files, class by class, made into a data set."""

from cnnlib.data.pictures.importing import SIZES, Skipped, import_to, read_skipped

__all__ = ["SIZES", "Skipped", "import_to", "read_skipped"]
