"""Tomorrow's return of a share: a task that nobody should win."""

import csv
import gzip
import os
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from tasks.sources.autoregression import Forecast
from tasks.task import Examples, Reals, Vectors, package_folder, task

SCALES = {"AAPL": 0.034, "GOOG": 0.024, "IBM": 0.019, "MSFT": 0.021}
"""About the deviation of a training day's return, fixed so that no data is needed."""


@task("stocks")
@dataclass(frozen=True)
class Stocks(Forecast):
    """On every day, from at least ``context`` days, what will a share's return be on the next?

    Example: returns of +1.2 %, -0.4 %, ..., +0.3 % -> a target of -0.8 %.

    A return is the change of the logarithm of the closing price, adjusted for dividends and
    splits. An honest null: a market that could be predicted from its own past closing prices would
    have been traded until it could not. A model that beats the floor by more than its interval
    should be suspected first.

    Shapes: inputs ``(batch, length, 1)``, the day's return; targets ``(batch, length, 1)``, the
    next day's, of which those from the ``context``-th day of a window on count.
    Units: both are in ``outputs.scale``, the deviation of a training day's return.
    Chance level: no change at all, an error of about 0.0135 (MSFT) in log return.

    Source: bokeh-sampledata, ``stocks.csv.gz``, daily, March 2000 (GOOG: August 2004) to 2013.
    Split: 65 / 15 / 20 % in time; no window, targets included, reaches over a split, and none but
    those of training score a day twice.
    Traps: unadjusted prices halve at a split; the test years are calmer than those of training.
    """

    symbol: Literal["AAPL", "GOOG", "IBM", "MSFT"] = "MSFT"
    context: int = 20
    length: int = 60

    inputs = Vectors(1)
    order = 5
    horizon = 1
    tiny: ClassVar = {"context": 8, "length": 16}
    source = "bokeh-sampledata, stocks.csv.gz"
    packages = ("bokeh-sampledata",)

    def __post_init__(self) -> None:
        if self.symbol not in SCALES or not 5 <= self.context <= self.length <= 300:
            needs = f"stocks needs one of {', '.join(SCALES)} and 5 <= context <= length <= 300"
            raise ValueError(f"{needs}: {self}")

    @property
    def outputs(self) -> Reals:
        return Reals(1, scale=SCALES[self.symbol], unit="log return")

    def load(self) -> dict[str, Examples]:
        returns = np.diff(np.log(self._prices())) / self.outputs.scale
        splits, days = {}, len(returns)
        for split, *percents in (("training", 0, 65), ("validation", 65, 80), ("test", 80, 100)):
            first, last = (days * percent // 100 for percent in percents)
            apart = 5 if split == "training" else self.length - self.context + 1
            starts = np.arange(first, last - self.length, apart)
            steps = starts[:, None] + np.arange(self.length)
            loss_mask = np.broadcast_to(np.arange(self.length) >= self.context - 1, steps.shape)
            inputs, targets = returns[steps][..., None], returns[steps + 1][..., None]
            splits[split] = Examples.of(inputs, targets, loss_mask=loss_mask)
        return splits

    def _prices(self) -> np.ndarray:
        root = package_folder("bokeh_sampledata", "bokeh-sampledata")
        with gzip.open(os.path.join(root, "_data", "stocks.csv.gz"), "rt") as file:
            rows = [row for row in csv.DictReader(file) if row["Ticker"] == self.symbol]
        return np.array([float(row["Adj Close"]) for row in sorted(rows, key=lambda r: r["Date"])])
