"""Adding a thing takes one file: a test writes it from a string and uses it."""

from __future__ import annotations

import subprocess
import sys

VERB = '''
def main(name: str) -> None:
    """Greet."""
    print(f"hello {name}")
'''


def run_with(package: str, folder, code: str) -> str:
    """What a process prints whose package has one more folder of modules."""
    script = f"import {package}\n{package}.__path__.append({str(folder)!r})\n{code}"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def test_a_verb(tmp_path):
    (tmp_path / "greet.py").write_text(VERB)
    code = "import sys; sys.argv = ['harness', {}]; harness.cli.main()"
    assert run_with("harness.cli", tmp_path, code.format("'greet', 'you'")) == "hello you\n"
    assert "Greet." in run_with("harness.cli", tmp_path, code.format("'--help'"))
