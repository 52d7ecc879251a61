"""What a run's curves say, in plain words: is it learning, overfitting, falling apart?

One verdict on the whole run, and remarks beside it. They are drawn from finished epochs where
there are any, so that they do not flicker from second to second.
"""

import math
from collections.abc import Mapping

from cnnlib.runs.config import RunConfig
from cnnlib.runs.diagnosis.evidence import gather
from cnnlib.runs.diagnosis.finding import Case, Finding, Severity
from cnnlib.runs.diagnosis.remarks import REMARKS
from cnnlib.runs.diagnosis.verdicts import VERDICTS
from cnnlib.runs.records import ENDED
from cnnlib.runs.store.curves import Curve

__all__ = ["Finding", "Severity", "diagnose"]


def diagnose(
    curves: Mapping[str, Curve], config: RunConfig, status: str, *, classes: int | None = None
) -> list[Finding]:
    """What to say of a run, warnings first; nothing where it has not trained yet.

    Args:
        curves: the run's, thinned or not; keys as the run store has them. Values may be NaN.
        status: the run's status; advice to a run that has ended is another.
        classes: how many the network tells apart, None where that is not known.
    """
    seen = gather(curves, config)
    if not (seen.steps or seen.epochs.size):
        return []
    guessing = math.log(classes) if classes and classes > 1 else math.nan
    case = Case(seen, config, status in ENDED, guessing)
    verdict = next(filter(None, (rule(case) for rule in VERDICTS)))
    remarks = [remark for rule in REMARKS if (remark := rule(case)) is not None]
    if verdict.kind == "diverging":  # whatever else is odd follows from it
        remarks = []
    elif verdict.kind == "overfitting":  # which says it better
        remarks = [remark for remark in remarks if remark.kind != "gap"]
    elif verdict.kind == "not-learning":  # its accuracy is chance
        remarks = [remark for remark in remarks if remark.kind != "validation-better"]
    found = [verdict, *remarks]
    return sorted(found, key=lambda finding: finding.severity != "warning")
