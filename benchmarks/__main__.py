"""`python -m benchmarks [NAME …]`: run all benchmarks, or those named."""

import sys

from benchmarks import (
    callback_cost,
    cold_start,
    concept_pages,
    convolution,
    pipeline,
    polling,
    start_to_point,
    weights_file,
)

BENCHMARKS = {
    "cold_start": cold_start.main,
    "start_to_point": start_to_point.main,
    "callback_cost": callback_cost.main,
    "pipeline": pipeline.main,
    "convolution": convolution.main,
    "concept_pages": concept_pages.main,
    "polling": polling.main,
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
