"""Files of a user's own with more tasks and architectures: made importable, and imported."""

import importlib
import importlib.util
import sys
import zlib
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from harness.errors import UserError
from harness.experiment import imports

PREFIX = "harness_plugin_"
_IN_USE: dict[Path, tuple[str, imports.Closure]] = {}
"""Plug-ins by file, each with its fingerprint and what it is built on."""


def use(files: Iterable[Path]) -> None:
    """Make what these files import importable, from the folder of each. Plug-ins of an earlier call
    in this process that are not among them, or that changed since, are unloaded. Raises
    UserError where two would get each other's modules."""
    imports.forget()
    importlib.invalidate_caches()
    wanted = {file: (imports.fingerprint(str(file)), imports.closure(file)) for file in files}
    for file in [file for file in _IN_USE if wanted.get(file) != _IN_USE[file]]:
        _unload(file, _IN_USE.pop(file)[1])
    for file, (_, built_on) in wanted.items():
        root = imports.root_of(file)
        if str(root) not in sys.path:
            sys.path.append(str(root))
        _refuse_mixed(file, root, built_on)
    _IN_USE.update(wanted)


def load(file: Path) -> ModuleType:
    """The module of a file, imported once; part of its package where it has relative imports."""
    name = module_name(file)
    if name in sys.modules:
        return sys.modules[name]
    if not name.startswith(PREFIX):
        return importlib.import_module(name)
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None and spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def module_name(file: Path) -> str:
    """The name that a plug-in is imported by: of its own, so that any two may be called alike."""
    if package := imports.package_of(file):
        return ".".join([*package, file.stem])
    return f"{PREFIX}{file.stem}_{zlib.crc32(str(file).encode()):08x}"


def _refuse_mixed(file: Path, root: Path, built_on: imports.Closure) -> None:
    """Raise UserError where Python would import another module than the one beside the file."""
    for helper, place in built_on.files.items():
        top, *below = Path(place).parts or [""]
        if not top or helper.parents[len(below)] != root:
            continue
        name = Path(top).stem
        spec = importlib.util.find_spec(name)
        if spec is None or not spec.origin:
            continue
        origin = Path(spec.origin).resolve()
        if origin != helper.resolve() and not origin.is_relative_to((root / name).resolve()):
            raise UserError(
                f"--plugin {file}: it imports {name} ({helper}), but another module of that name "
                f"is found before it ({spec.origin}); rename one of them"
            )


def _unload(file: Path, built_on: imports.Closure) -> None:
    root = str(imports.root_of(file)) if file.is_file() else str(file.parent)
    sys.path[:] = [entry for entry in sys.path if entry != root]
    brought = {str(path) for path in built_on.files if not imports.is_shipped(path)}
    for name, module in list(sys.modules.items()):
        if getattr(module, "__file__", None) in brought:
            del sys.modules[name]
