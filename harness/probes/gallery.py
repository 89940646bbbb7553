"""Example cells of a stored matrix, one of each kind of architecture, with their internals."""

from typing import Any

from harness.experiment.record import Outcome, Record
from harness.experiment.store import Store

KINDS = {
    ("lstm", "gru"): ("recall", "temporal_order", "adding", "parity"),
    ("attention_encoder_decoder", "transformer"): ("reverse", "grapheme_phoneme"),
    ("self_attention",): ("associative_recall", "induction", "recall"),
    ("cnn",): ("keyword", "chinese_sentiment"),
    ("hmm",): ("hmm_source", "temporal_order"),
    ("rnn",): ("recall", "temporal_order"),
}
"""Architectures of one kind, and the tasks that show most of them, the best first."""
WORTH = 0.5
"""Skill under which a model has learned too little to be worth a look inside."""


def gallery(store: Store, matrix: str | None = None, limit: int = 6) -> list[dict[str, Any]]:
    """``internals`` of the first test example in one cell of each kind, at most ``limit``.

    Of each kind the first listed task on which a cell has a skill of ``WORTH``, else any task;
    there the cell with the highest skill. It is an illustration: nothing is judged by it. Cells
    whose weights, data or code are not there any more are passed over.
    """
    wanted = {name for names in KINDS for name in names}
    records = [
        record
        for cell in store.plan(matrix)["cells"]
        if cell["architecture"].partition("[")[0] in wanted
        and store.weights_file(cell["id"]).exists()  # before all are read
        and (record := store.get(cell["id"]))
        and record.outcome == Outcome.OK
        and record.skill is not None
    ]
    chosen: list[dict[str, Any]] = []
    for architectures, tasks in KINDS.items():
        mine = [r for r in records if r.key["architecture"]["name"] in architectures]
        for record in sorted(mine, key=lambda record: _rank(record, tasks)):
            try:
                inside = _inside(store, record)
            except Exception:  # an illustration: whatever is wrong must not cost the report
                continue
            if inside["parts"]:
                chosen.append(inside)
                break
    return chosen[:limit]


def _inside(store: Store, record: Record) -> dict[str, Any]:
    from safetensors.numpy import load_file

    from harness.probes.internals import internals  # torch, which a report can do without

    return internals(record, load_file(store.weights_file(record.id)))


def _rank(record: Record, listed: tuple[str, ...]) -> tuple[int, float]:
    task, skill = record.key["task"]["name"], record.skill or 0.0
    known = task in listed and skill >= WORTH
    return (listed.index(task) if known else len(listed), -skill)
