# SPDX-License-Identifier: Apache-2.0
"""Every example in the docstrings of the compiled module runs.

pytest reads the examples of Python files; it does not look into compiled modules.
"""

import doctest
import types

import ohmformer

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def modules(module: types.ModuleType) -> list[types.ModuleType]:
    """The compiled module and its submodules."""
    inner = [m for m in vars(module).values() if isinstance(m, types.ModuleType)]
    inner = [m for m in inner if m.__name__.startswith(module.__name__ + ".")]
    return [module, *(deep for m in inner for deep in modules(m))]


def docstrings(owner: object, name: str) -> dict[str, str]:
    """The docstrings of an object and of what it defines, by name."""
    found = {name: owner.__doc__} if owner.__doc__ else {}
    if not isinstance(owner, (types.ModuleType, type)):
        return found
    for key, value in vars(owner).items():
        if getattr(value, "__doc__", None) and (not key.startswith("_") or key == "__init__"):
            if isinstance(value, type):
                found.update(docstrings(value, f"{name}.{key}"))
            elif callable(value) or isinstance(value, property):
                found[f"{name}.{key}"] = value.__doc__
    return found


def run_examples(text: str, name: str) -> str:
    """The report of the examples in a docstring that fail; empty when all of them pass."""
    report: list[str] = []
    test = doctest.DocTestParser().get_doctest(text, {}, name, None, 0)
    doctest.DocTestRunner(optionflags=OPTIONS, verbose=False).run(test, out=report.append)
    return "".join(report)


def test_every_example_of_the_compiled_module_runs():
    texts = {k: v for m in modules(ohmformer._core) for k, v in docstrings(m, m.__name__).items()}
    failures = [report for name, text in texts.items() if (report := run_examples(text, name))]
    assert not failures, "\n".join(failures)


def test_a_wrong_example_is_found():
    assert "Expected:\n    3" in run_examples(">>> 1 + 1\n3\n", "sum")
    assert run_examples(">>> 1 + 1\n2\n", "sum") == ""
