"""A module of the user's own that hides one of this project's packages, whose names are plain."""

import sys
from importlib.util import find_spec
from pathlib import Path

from harness.errors import UserError

PACKAGES = ("tasks", "architectures", "reports")


def refuse_shadowed() -> None:
    """Raise UserError where Python would import another module by one of these names: a
    ``tasks.py`` in the working folder, or one that a notebook has imported before."""
    home = Path(__file__).parent.parent
    for name in PACKAGES:
        module = sys.modules.get(name)
        spec = getattr(module, "__spec__", None) or (None if module else find_spec(name))
        file = getattr(module, "__file__", None) or (spec.origin if spec else None)
        if file is None or Path(file).resolve().parent != (home / name).resolve():
            folders = list((spec and spec.submodule_search_locations) or [])
            place = file or (folders[0] if folders else "another module")
            what = f"hides the package {name!r} of Harness, which has the same name"
            raise UserError(f"{place} {what}: rename it, or work in another folder")
