"""A task made ready for its cells: loaded once, its floor and ceiling measured once."""

import hashlib
import itertools
import json
import os
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from harness import files
from tasks.task import Examples, Stored, Synthetic, Task

MONITORED = 512
"""Examples of the validation split, at most, that are scored at each evaluation while training."""

_READY: dict[str, "Ready"] = {}
_KEEP = 12
"""Tasks that a worker keeps in memory: cells come longest first, so those of a task are apart."""


@dataclass(frozen=True)
class Ready:
    """A task with its held-out examples and the scores that bound it, by split: ``validation``
    and those to be tested on."""

    task: Task
    splits: dict[str, Examples]
    bounds: dict[str, tuple[float, float]]
    """floor and ceiling"""
    references: dict[str, float]


def ready(task: Task, key: dict[str, Any], folder: Path | None) -> Ready:
    """The task made ready; prepared data and bounds are kept in ``folder`` for other processes.

    key: what the data depends on; a change of it is a change of file name.
    Raises tasks.task.Unavailable where the data cannot be had.
    """
    name = (
        f"{task.name}-{hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:12]}"
    )
    if name not in _READY:
        while len(_READY) >= _KEEP:
            del _READY[next(iter(_READY))]
        _READY[name] = _prepare(task, folder / name if folder else None)
    return _READY[name]


def _prepare(task: Task, base: Path | None) -> Ready:
    if base is None:
        return _measure(task, {})
    from filelock import FileLock

    base.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{base}.lock"):
        if isinstance(task, Stored):
            arrays = base.with_suffix(".npz")
            if arrays.exists():
                task.use(_unpack(arrays))
            else:
                _write(arrays, task.splits())
        scores = base.with_suffix(".json")
        if scores.exists():
            return _measure(task, json.loads(scores.read_text()))
        made = _measure(task, {})
        document = {"bounds": made.bounds, "references": made.references}
        files.write(scores, json.dumps(document).encode())
        return made


def _measure(task: Task, known: dict[str, Any]) -> Ready:
    splits = {split: task.examples(split) for split in ("validation", *task.test_splits)}
    if known:
        bounds = {split: (low, high) for split, (low, high) in known["bounds"].items()}
        return Ready(task, splits, bounds, known["references"])
    bounds = {split: (task.floor(split), task.ceiling(split)) for split in splits}
    return Ready(task, splits, bounds, task.references())


def _write(path: Path, splits: dict[str, Examples]) -> None:
    arrays = {
        f"{split}/{name}": array
        for split, examples in splits.items()
        for name, array in examples.arrays().items()
    }
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
    os.replace(file.name, path)


def _unpack(path: Path) -> dict[str, Examples]:
    splits: dict[str, dict[str, np.ndarray]] = {}
    with np.load(path) as arrays:
        for key in arrays:
            split, _, name = key.rpartition("/")
            splits.setdefault(split, {})[name] = arrays[key]
    return {split: Examples(**fields) for split, fields in splits.items()}


def stream_generator(task: Task, seed: int) -> np.random.Generator:
    """The generator of a cell's training examples: the same for every architecture."""
    return np.random.default_rng([zlib.crc32(task.name.encode()), seed])


@dataclass
class _Stream:
    """Training batches as they are drawn, for the cells of a task and a seed that this process
    runs; where they take too much memory they are not kept."""

    source: Iterator[Examples]
    drawn: list[Examples] = field(default_factory=list)
    bytes: int = 0

    @property
    def whole(self) -> bool:
        """All batches from the first on are there."""
        return self.bytes <= _MOST_BYTES

    def __iter__(self) -> Iterator[Examples]:
        for number in itertools.count():
            if number < len(self.drawn):
                yield self.drawn[number]
                continue
            batch = next(self.source)
            self.bytes += sum(array.nbytes for array in batch.arrays().values())
            if self.whole:
                self.drawn.append(batch)
            else:
                self.drawn.clear()
            yield batch


_STREAMS: dict[str, _Stream] = {}
"""Those drawn from last, the latest at the end."""
_MOST_BYTES, _MOST_BYTES_BESIDE = 1 << 26, 1 << 27
"""Of one stream, and of those that are kept beside it."""


def batches(ready: Ready, seed: int, size: int) -> Iterator[Examples]:
    """The batches of a cell's training, the same for every architecture. Nobody may write in
    them: those that a task draws are kept for the cells that follow."""
    task, generator = ready.task, stream_generator(ready.task, seed)
    if not isinstance(task, Synthetic):
        return task.batches(generator, size)
    name = f"{task!r} {seed} {size}"
    kept = _STREAMS.pop(name, None)
    if kept is None or not kept.whole:
        kept = _Stream(task.batches(generator, size))
    while _STREAMS and sum(stream.bytes for stream in _STREAMS.values()) > _MOST_BYTES_BESIDE:
        del _STREAMS[next(iter(_STREAMS))]
    _STREAMS[name] = kept
    return iter(kept)


def monitored(validation: Examples) -> Examples:
    """The part of the validation split that training is watched by: all of it or, of many
    examples, so many at even distances."""
    if len(validation) <= MONITORED:
        return validation
    return validation.take(np.linspace(0, len(validation) - 1, MONITORED).astype(int))
