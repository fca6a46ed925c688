"""The house: arrows run down, heavy packages stay in the leaves, files and functions stay small."""

import ast
import importlib
import inspect
import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import interir

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("interir", "analysis", "app")
FILES = {
    str(path.relative_to(ROOT)): path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
}
FORBIDDEN = {"interir": {"analysis", "app", "tests"}, "analysis": {"app", "tests"}, "app": {"tests"}}
HEAVY = {"gradio", "matplotlib", "sklearn", "umap", "openTSNE", "captum", "plotly", "skimage"}
FOUNDATION = {"torch", "numpy", "einops", "jaxtyping", "safetensors", "PIL"}
LONGEST_FILE, LONGEST_BODY = 250, 25
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
MODULES = [f"interir.{module.name}" for module in pkgutil.iter_modules(interir.__path__)]


def imported(path):
    """The top-level packages that a file imports from outside its own package."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            # One dot stays in the package; more may lead out of it and count by their first name.
            outside = node.level == 0 or node.level > len(path.relative_to(ROOT).parts) - 1
            found |= {(node.module or node.names[0].name).split(".")[0]} if outside else set()
    return found


def body_lines(function):
    """Lines of a function's body, its docstring not counted."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def test_there_is_something_to_look_at():
    """The laws below speak about files that exist."""
    assert len([name for name in FILES if name.startswith("interir/")]) >= 15


@pytest.mark.parametrize("name", FILES)
def test_imports_run_downwards(name):
    """interir knows nothing of analysis and app, analysis nothing of app, nobody the tests."""
    assert not imported(FILES[name]) & FORBIDDEN[name.split("/")[0]]


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("interir/")])
def test_interir_stands_on_little(name):
    """torch, numpy, einops, jaxtyping, safetensors, pillow; scikit-image where it is measured only."""
    allowed = FOUNDATION | sys.stdlib_module_names | ({"skimage"} if name == "interir/metrics.py" else set())
    assert imported(FILES[name]) <= allowed


def test_import_is_light():
    """`import interir` loads none of the packages that draw, cluster or measure."""
    code = "import sys, json, interir; print(json.dumps(sorted({m.split('.')[0] for m in sys.modules})))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert {"interir", "torch"} <= loaded
    assert not loaded & HEAVY


def test_public_names():
    """A public name cannot appear or vanish without an edit of tests/api_surface.json."""
    stored = json.loads((ROOT / "tests/api_surface.json").read_text())
    assert sorted(interir.__all__) == sorted(stored)
    assert all(hasattr(interir, name) for name in stored)


@pytest.mark.parametrize("name", MODULES)
def test_everything_public_has_a_docstring(name):
    """Modules, public functions, classes and methods say what they do; overrides may inherit it."""
    module = importlib.import_module(name)
    own = {k: v for k, v in vars(module).items() if getattr(v, "__module__", "") == name and k[0] != "_"}
    silent = [k for k, v in own.items() if (inspect.isfunction(v) or inspect.isclass(v)) and not v.__doc__]
    for cls in filter(inspect.isclass, own.values()):
        methods = [k for k, v in vars(cls).items() if k[0] != "_" and callable(v) and not inspect.isclass(v)]
        silent += [f"{cls.__name__}.{k}" for k in methods if not inspect.getdoc(getattr(cls, k))]
    assert module.__doc__
    assert silent == []


@pytest.mark.parametrize("name", FILES)
def test_files_are_small(name):
    """No file is longer than 250 lines."""
    assert len(FILES[name].read_text().splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("name", FILES)
def test_functions_are_small(name):
    """No function's body is longer than 25 lines."""
    functions = [n for n in ast.walk(ast.parse(FILES[name].read_text())) if isinstance(n, FUNCTION)]
    assert {f.name: body_lines(f) for f in functions if body_lines(f) > LONGEST_BODY} == {}
