"""`python -m benchmarks [NAME …]`: run all benchmarks, or those named."""

import sys

from benchmarks import (
    architectures,
    callback_cost,
    cold_start,
    concept_pages,
    convolution,
    data_browsing,
    dataset_page,
    estimates,
    import_pictures,
    pipeline,
    polling,
    runs_table,
    start_to_point,
    watched_training,
    weights_file,
)

BENCHMARKS = {
    "cold_start": cold_start.main,
    "start_to_point": start_to_point.main,
    "estimates": estimates.main,
    "callback_cost": callback_cost.main,
    "import_pictures": import_pictures.main,
    "pipeline": pipeline.main,
    "convolution": convolution.main,
    "concept_pages": concept_pages.main,
    "architectures": architectures.main,
    "data_browsing": data_browsing.main,
    "dataset_page": dataset_page.main,
    "polling": polling.main,
    "watched_training": watched_training.main,
    "runs_table": runs_table.main,
    "weights_file": weights_file.main,
}


def main(names: list[str]) -> int:
    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        print(f"A benchmark is one of {', '.join(BENCHMARKS)}. Received: {', '.join(unknown)}.")
        return 1
    for name in names or BENCHMARKS:
        print(f"== {name}", flush=True)
        BENCHMARKS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
