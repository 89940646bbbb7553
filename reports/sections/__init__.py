"""The report's sections on what is measured beside the score: one file for each question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from reports.analysis.results import Results
    from reports.sections.section import Section


def sections(
    results: Results, updates: Callable[[str], Mapping[str, np.ndarray]]
) -> tuple[Section, ...]:
    """The sections for which a matrix has records, in the order of the page.

    updates: reads a cell's loss and gradient norm of each update; see ``Store.updates``.
    """
    from reports.analysis.evidence import Evidence
    from reports.figures.style import style
    from reports.sections import cost_growth, gradient_flow, horizon, length, stability

    evidence = Evidence(results, updates)
    with style():
        found = [
            module.section(evidence)
            for module in (horizon, gradient_flow, length, cost_growth, stability)
        ]
    return tuple(section for section in found if section is not None)
