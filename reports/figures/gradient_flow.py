"""Gradient norm against steps back from the output, before training and after."""

import pandas
from pandas import DataFrame

from reports.analysis.frame import evenly
from reports.analysis.probes import WHEN
from reports.figures.style import INK, Drawing, finish, line_in_band, log_axis, looks, panels

LEAST = 1e-18
"""Where the panels end at the bottom, at the least."""
POINTS = 40
"""Most of a line."""
END = {"linestyle": "none", "marker": "|", "markersize": 11, "markeredgewidth": 1.6}


def draw(name: str, frame: DataFrame, survey: tuple[str, ...]) -> Drawing:
    """Two panels, and two more for what is not recurrent where there are both: a line for each
    architecture, the geometric mean over seeds, in a band from the lowest seed to the highest. A
    bar ends a line where the gradient is zero from there on.

    frame: see ``reports.analysis.probes.flows``. survey: whose looks are to be kept.
    """
    from scipy.stats import gmean

    look = looks((*survey, *frame["architecture"]))
    legend = {a: look[a] for a in frame["architecture"].unique()}
    kinds = sorted(frame["recurrent"].unique(), reverse=True)
    words = {True: "recurrent: ", False: "not recurrent: "} if len(kinds) > 1 else {}
    titles = [[words.get(kind, "") + when for when in WHEN.values()] for kind in kinds]
    legend |= {"zero from here on": END | {"color": INK}}
    figure, grid = panels(titles, (3.1, 2.1), legend, sharey="row")
    for row, kind in zip(grid, kinds, strict=True):
        for axes, when in zip(row, WHEN, strict=True):
            shown = frame[(frame["recurrent"] == kind) & (frame["when"] == when)]
            for a, of in shown.groupby("architecture", sort=False):
                norms = pandas.DataFrame([*of["norms"]], dtype=float).T.dropna()
                there = norms[(norms > 0).all(axis=1)]
                if there.empty:
                    continue
                there = there.iloc[evenly(len(there), POINTS)]
                ends = {"low": there.min(axis=1), "high": there.max(axis=1)}
                band = pandas.DataFrame({"middle": gmean(there, axis=1)} | ends)
                every = max(1, len(band) // 2)
                line_in_band(axes, look[a], band, 0.12, markevery=(every // 2, every))
                if there.index[-1] < norms.index[-1]:
                    axes.plot(band.index[-1], band.middle.iloc[-1], color=look[a]["color"], **END)
        log_axis(row[0], "y")
        row[0].set_ylim(bottom=max(LEAST, row[0].get_ylim()[0]))
        row[0].set_ylabel("gradient norm")
    for axes in grid[-1]:
        axes.set_xlabel("steps back from the output")
    return finish(figure, name)
