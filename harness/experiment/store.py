"""Where records live: a folder with one file for each cell, and what was planned.

    OUT/records/ID.json           the record
    OUT/records/ID.npz            per-example test scores
    OUT/records/ID.updates.npz    loss and gradient norm of each update
    OUT/records/ID.safetensors    trained weights
    OUT/plans/MATRIX.json         the cells last planned for a matrix, its budget
    OUT/environments/NAME.json    machine and library versions, referred to by records
    OUT/corrupt/                  files that could not be read, moved out of the way
    OUT/data/                     prepared data sets, shared by the cells

Every file is written under another name and then renamed, so that none is ever half there.
"""

import hashlib
import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from harness import files
from harness.errors import UserError, nearest
from harness.experiment.record import PENDING, CorruptRecord, Outcome, Record


class Store:
    """The results under one ``--out`` folder. Reading never changes it, but for corrupt files."""

    def __init__(self, out: str | Path):
        self.out = Path(out).absolute()
        self.records_folder = self.out / "records"
        self.corrupted: list[str] = []
        """Messages about files that were moved aside while reading."""

    def create(self) -> None:
        """Make the folder; raises UserError where that is not allowed."""
        try:
            for name in ("records", "plans", "environments", "data"):
                (self.out / name).mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.out):
                pass
        except OSError as error:
            why = f"cannot write there ({error.strerror or error})"
            right = "name a folder that you may write to"
            raise UserError(f"--out {self.out}: {why}; {right}") from None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the store for one run; raises UserError while another run holds it."""
        from filelock import FileLock, Timeout

        self.create()
        holder = self.out / "running.json"
        lock = FileLock(self.out / "running.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            try:
                who = f"process {json.loads(holder.read_text())['pid']}"
            except (OSError, ValueError, KeyError):
                who = "another process"
            running = f"{who} is running a matrix there; wait for it, or choose another --out"
            raise UserError(f"--out {self.out}: {running}") from None
        try:
            files.write(holder, json.dumps({"pid": os.getpid()}).encode())
            yield
        finally:
            holder.unlink(missing_ok=True)
            lock.release()

    def put(self, record: Record) -> None:
        """Store a record, its arrays first, so that a record in place is a whole one."""
        base = self.records_folder / record.id
        for suffix, arrays in ((".npz", record.per_example), (".updates.npz", record.updates)):
            if arrays:
                buffer = io.BytesIO()
                np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
                files.write(base.with_suffix(suffix), buffer.getvalue())
        if record.weights:
            from safetensors.numpy import save

            files.write(base.with_suffix(".safetensors"), save(record.weights))
        files.write(base.with_suffix(".json"), record.to_json().encode())

    def put_plan(self, plan: dict[str, Any]) -> None:
        """Store what is planned for a matrix: name, description, budget, cells."""
        path = self.out / "plans" / f"{plan['matrix']}.json"
        files.write(path, json.dumps(plan, indent=1).encode())

    def put_environment(self, environment: dict[str, Any]) -> str:
        """Store a description of the machine once; returns the name records refer to it by."""
        text = json.dumps(environment, indent=1, sort_keys=True)
        name = hashlib.sha256(text.encode()).hexdigest()[:8]
        path = self.out / "environments" / f"{name}.json"
        if not path.exists():
            files.write(path, text.encode())
        return name

    def get(self, cell: str) -> Record | None:
        """The record with this id, without its arrays; None if there is none to be read."""
        path = self.records_folder / f"{cell}.json"
        try:
            record = Record.from_json(path.read_bytes())
            if record.id != cell:
                raise CorruptRecord(f"it is the record of cell {record.id}")
            return record
        except FileNotFoundError:
            return None
        except CorruptRecord as error:
            aside = self.out / "corrupt"
            self.corrupted.append(f"{path}: {error}; moved to {aside}, the cell counts as not run")
            try:
                aside.mkdir(exist_ok=True)
                shutil.move(path, aside / path.name)
            except OSError:  # a read-only copy can still be read around
                pass
            return None

    def per_example(self, cell: str) -> dict[str, np.ndarray]:
        """Per-example test scores of a record; empty if it has none."""
        return self._arrays(cell, ".npz")

    def updates(self, cell: str) -> dict[str, np.ndarray]:
        """Loss and gradient norm of each update of a record, and the loss of watched examples after
        it if there are any; empty if it has none."""
        return self._arrays(cell, ".updates.npz")

    def _arrays(self, cell: str, suffix: str) -> dict[str, np.ndarray]:
        try:
            with np.load(self.records_folder / f"{cell}{suffix}") as arrays:
                return dict(arrays)
        except FileNotFoundError:
            return {}

    def weights_file(self, cell: str) -> Path:
        """Where the trained weights are, if there are any."""
        return self.records_folder / f"{cell}.safetensors"

    def disk_use(self) -> dict[str, int]:
        """Bytes on the disk of ``records``, of the ``arrays`` and ``weights`` beside them, and of
        prepared ``data``, which can be made again."""
        bytes_of = dict.fromkeys(("records", "arrays", "weights", "data"), 0)
        kinds = {".json": "records", ".npz": "arrays", ".safetensors": "weights"}
        for folder in (self.records_folder, self.out / "data"):
            for file in os.scandir(folder) if folder.exists() else ():
                kind = kinds.get(os.path.splitext(file.name)[1], "records")
                kind = kind if folder == self.records_folder else "data"
                with suppress(OSError):  # a run may just have renamed it
                    bytes_of[kind] += file.stat().st_size
        return bytes_of

    def ids(self) -> list[str]:
        """The ids of all stored records."""
        return sorted(p.stem for p in self.records_folder.glob("[!.]*.json"))

    def find(self, prefix: str) -> Record:
        """The one record whose id begins so; raises UserError when none or several do."""
        matching = [cell for cell in self.ids() if cell.startswith(prefix)]
        record = self.get(matching[0]) if len(matching) == 1 else None
        if record is None:
            trouble = f"begins {len(matching)} ids" if matching else "is no cell's id"
            some = ", ".join(matching[:5] or self.ids()[:5]) or "none yet"
            raise UserError(f"CELL {prefix}: {trouble} in {self.out}; ids there: {some}")
        return record

    def environment(self, name: str) -> dict[str, Any]:
        """A stored description of a machine; empty if it is gone."""
        try:
            return json.loads((self.out / "environments" / f"{name}.json").read_text())
        except (OSError, ValueError):
            return {}

    def environments(self) -> list[str]:
        """Names of the stored descriptions of machines."""
        return sorted(p.stem for p in (self.out / "environments").glob("[!.]*.json"))

    def plans(self) -> list[str]:
        """Names of the matrices planned here, the latest first."""
        plans = (self.out / "plans").glob("[!.]*.json")
        return [p.stem for p in sorted(plans, key=lambda p: p.stat().st_mtime, reverse=True)]

    def plan(self, matrix: str | None = None) -> dict[str, Any]:
        """The stored plan of a matrix, or of the one last planned; raises UserError.

        Its keys: matrix, description, budget, created, and cells: a list with id, task,
        architecture, seed and kind of each.
        """
        known = self.plans()
        if not known:
            raise UserError(f"--out {self.out}: no matrix was run there; see 'harness run --help'")
        name = matrix or known[0]
        if name not in known:
            raise UserError(f"matrix {name}: not run in {self.out}; {nearest(name, known)}")
        path = self.out / "plans" / f"{name}.json"
        try:
            plan = json.loads(path.read_text())
        except ValueError as error:
            right = "run the matrix again, no record is lost"
            raise UserError(f"{path}: cannot be read ({error}); {right}") from None
        for cell in plan["cells"]:
            if cell["kind"] == "report":  # what score was called once
                cell["kind"] = "score"
        for part in plan.get("parts", ()):
            if "study" in part:  # and the probe
                part["probe"] = part.pop("study")
        return plan

    def planned(self, matrix: str | None = None) -> list[tuple[dict[str, Any], Record | None]]:
        """Each planned cell but the tuning trials with its record, or None while there is none."""
        cells = [cell for cell in self.plan(matrix)["cells"] if cell["kind"] != "trial"]
        return [(cell, self.get(cell["id"])) for cell in cells]

    def results(self, matrix: str | None = None) -> list[dict[str, Any]]:
        """One row for each planned cell, whatever became of it."""
        return [row_of(cell, record) for cell, record in self.planned(matrix)]


def row_of(cell: dict[str, Any], record: Record | None) -> dict[str, Any]:
    """The row of a results table for a planned cell."""
    row = {name: cell[name] for name in ("id", "task", "architecture", "seed")}
    row["part"] = cell.get("part", "")  # plans of before there were parts
    if record is None:
        empty = ("metric", "validation", "test", "skill", "learned", "parameters", "seconds")
        return row | {"outcome": PENDING, "reason": "not run yet"} | dict.fromkeys(empty)
    return row | {
        "outcome": str(Outcome(record.outcome)),
        "reason": record.reason,
        "metric": record.metric or None,
        "validation": record.validation,
        "test": record.test,
        "skill": record.skill,
        "learned": record.learned,
        "parameters": record.parameters,
        "seconds": record.seconds.get("total"),
    }
