"""A matrix may leave trained weights out of its store; nothing else changes."""

from __future__ import annotations

from pathlib import Path

import pytest

import harness
from harness.cli.options import trained
from harness.errors import UserError
from harness.experiment.store import Store
from reports.build import build
from reports.sections.internals import NOT_KEPT


@pytest.fixture(scope="module")
def stores(tmp_path_factory) -> dict[str, Store]:
    """One matrix run with its weights kept, and once more without."""
    made = {}
    for kept in ("true", "false"):
        folder = tmp_path_factory.mktemp(kept)
        file = folder / "tiny.toml"
        file.write_text(
            f"keep_weights = {kept}\nseeds = 1\ntasks = ['recall[lag=3,symbols=4]']\n"
            "architectures = ['rnn', 'hmm']\n"
            "[budget]\nsteps = 10\nbatch = 8\nparameters = 1000\nembedding = 4\n"
        )
        harness.run(str(file), out=folder / "out", jobs=0, track=False, report=False)
        made[kept] = Store(folder / "out")
    return made


def weights(store: Store) -> list[Path]:
    return sorted(store.records_folder.glob("*.safetensors"))


def test_without_weights_the_cells_are_the_same_and_end_the_same(stores):
    kept, bare = stores["true"], stores["false"]
    assert len(weights(kept)) == 2 and not weights(bare)
    assert kept.ids() == bare.ids()
    for cell in kept.ids():
        assert kept.get(cell).scores == bare.get(cell).scores
    assert kept.disk_use()["weights"] and bare.disk_use()["weights"] == 0
    assert bare.disk_use()["records"] and bare.disk_use()["arrays"]


def test_what_asks_for_weights_says_that_they_are_not_there(stores):
    kept, bare = stores["true"], stores["false"]
    record = next(bare.get(cell) for cell in bare.ids())
    assert trained(kept, record)
    with pytest.raises(UserError, match="keep_weights = false"):
        trained(bare, record)
    assert NOT_KEPT in build(bare).read_text()
    assert NOT_KEPT not in build(kept).read_text()
