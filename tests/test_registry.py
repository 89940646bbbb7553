"""How tasks and architectures become known: by import, once, whatever state the index is in."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ARCHITECTURE = '''
from typing import Literal

from torch import nn

from architectures.architecture import architecture


class Base(nn.Module):
    def __init__(self, features, width, signature, *, layers: int = 1, inner: float, **others):
        super().__init__()


@architecture("{name}", both_directions=True)
class Mine(Base):
    """A model. More of it."""

    def __init__(self, *sizes, how: Literal["fast", "slow"] = "fast", **shared):
        super().__init__(*sizes, inner=1.0, **shared)
'''
DECLARATIONS = """
import json
from harness.experiment.registry import architecture_declarations, task_declarations
known = [architecture_declarations(), task_declarations()]
print(json.dumps([{name: vars(d) for name, d in table.items()} for table in known]))
"""


def python(code: str, folder: Path, **variables: str) -> str:
    """What a process prints; its index is in a folder of its own."""
    environment = os.environ | {"XDG_CACHE_HOME": str(folder / "cache")} | variables
    answer = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True, text=True, cwd=folder, env=environment,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def test_an_index_is_made_used_and_made_again_when_it_is_broken(tmp_path):
    made = python(DECLARATIONS, tmp_path)
    (index,) = (tmp_path / "cache" / "harness").glob("declarations-*.json")
    kept = index.read_text()
    assert python(DECLARATIONS, tmp_path) == made
    for broken in ("", "{}", kept[:100], kept.replace('"summary"', '"other"')):
        index.write_text(broken)
        assert python(DECLARATIONS, tmp_path) == made
        assert index.read_text() == kept
    index.write_text(kept.replace("tasks.synthetic.recall:", "tasks.synthetic.gone:"))
    assert python(DECLARATIONS, tmp_path) != made, "the index is not used"


def test_no_index_can_be_written(tmp_path):
    (tmp_path / "file").write_text("in the way")
    made = python(DECLARATIONS, tmp_path, XDG_CACHE_HOME=str(tmp_path / "file"))
    assert made == python(DECLARATIONS, tmp_path)


@pytest.mark.parametrize("verb", [["list"], ["plan", "--matrix", "smoke"], ["run", "--help"]])
def test_what_is_declared_is_known_without_torch(tmp_path, verb):
    python(DECLARATIONS, tmp_path)
    code = f"""
    import sys
    from harness.cli import main
    sys.argv = ["harness", *{verb!r}]
    try:
        main()
    except SystemExit as ended:
        assert not ended.code
    assert "torch" not in sys.modules
    """
    python(code, tmp_path)


def test_naming_a_task_opens_no_data(tmp_path):
    """What is opened is source text, and what says which packages are installed."""
    code = """
    import sys
    from harness.experiment.registry import make_task, task_declarations, with_parameters
    opened = []
    known = task_declarations()
    sys.addaudithook(lambda event, given: event == "open" and opened.append(str(given[0])))
    for name, declaration in known.items():
        task = make_task(with_parameters(declaration, {}, ""))
        task.data_version(), task.problem, task.metric
    import json
    print(json.dumps(opened))
    """
    opened = json.loads(python(code, tmp_path))
    code = re.compile(r"\.(py|so|zip|pth)$|\.pyc|METADATA$|PKG-INFO$")
    assert opened and [name for name in opened if not code.search(name)] == []


def test_parameters_come_from_the_signature_and_the_class_above(harness_cli, tmp_path):
    (tmp_path / "mine.py").write_text(ARCHITECTURE.replace("{name}", "mine"))
    answer = harness_cli("list", "architectures", "--json", "--plugin", "mine.py")
    (mine,) = [d for d in json.loads(answer.stdout)["architectures"] if d["name"] == "mine"]
    assert mine["parameters"] == {"layers": 1, "how": "fast"}
    assert mine["summary"] == "A model" and mine["both_directions"]
    wrong = harness_cli("plan", "--arch", "mine[how=never]", "--plugin", "mine.py")
    assert wrong.returncode == 2 and "fast" in wrong.stderr


@pytest.mark.parametrize("taken", ["lstm", "mine"])
def test_a_name_that_is_taken_is_refused_with_both_files(harness_cli, tmp_path, taken):
    files = ["one.py"] if taken == "lstm" else ["one.py", "two.py"]
    for file in files:
        (tmp_path / file).write_text(ARCHITECTURE.replace("{name}", taken))
    given = [part for file in files for part in ("--plugin", file)]
    answer = harness_cli("list", *given)
    assert answer.returncode == 2 and "Traceback" not in answer.stderr
    other = "recurrent.py" if taken == "lstm" else "two.py"
    assert "one.py" in answer.stderr and other in answer.stderr


def test_an_installed_package_adds_to_them_but_takes_no_name(harness_cli, tmp_path):
    """By its entry points, as an installation writes them."""
    info = tmp_path / "lib" / "mine-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[harness.architectures]\nmine = their_model\n")
    environment = dict(os.environ)
    environment["PYTHONPATH"] = os.pathsep.join(
        [str(tmp_path / "lib"), os.environ.get("PYTHONPATH", "")]
    )
    for name, code in (("mine", 0), ("gru", 2)):
        file = tmp_path / "lib" / "their_model.py"
        file.write_text(ARCHITECTURE.replace("{name}", name))
        answer = harness_cli("list", "architectures", env=environment)
        assert answer.returncode == code, answer.stderr
        if code:
            assert str(file) in answer.stderr and "recurrent.py" in answer.stderr
        else:
            assert "mine" in answer.stdout


def test_a_default_that_is_no_plain_value_is_refused(harness_cli, tmp_path):
    text = ARCHITECTURE.replace("{name}", "mine").replace('= "fast"', "= (1, 2)")
    (tmp_path / "mine.py").write_text(text)
    answer = harness_cli("list", "--plugin", "mine.py")
    assert answer.returncode == 2 and "mine.py" in answer.stderr and "how" in answer.stderr


def test_a_plugin_that_changes_in_one_process_is_read_again(tmp_path):
    (tmp_path / "mine.py").write_text(ARCHITECTURE.replace("{name}", "mine"))
    code = """
    from pathlib import Path
    from harness.experiment.registry import (
        architecture_declarations, load_architecture, use_plugins, with_parameters)

    def spec():
        return with_parameters(architecture_declarations()["mine"], {}, "")

    use_plugins(["mine.py"])
    first = load_architecture(spec())
    file = Path("mine.py")
    file.write_text(file.read_text() + "\\n    more = 1\\n")
    use_plugins(["mine.py"])
    assert not hasattr(first, "more") and load_architecture(spec()).more == 1
    file.write_text(file.read_text().replace('"mine"', '"yours"'))
    use_plugins(["mine.py"])
    assert "mine" not in architecture_declarations() and "yours" in architecture_declarations()
    """
    python(code, tmp_path)
