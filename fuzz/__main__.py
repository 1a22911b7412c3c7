"""Looks for input that breaks the law of the rules: a value or our refusal, in bounded time. `make fuzz`.

SECONDS says how long to look (60). What breaks the law is written to build/fuzz/ as crash-*, timeout-* or oom-*;
run `make fuzz ARGS=build/fuzz/crash-...` to see it again.
"""

import os
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["runtime.rules"]):
    from runtime.rules import dmn, feel
    from runtime.rules.errors import ModelError, OutOfBudget
    from runtime.rules.text import literal
    from runtime.rules.values import kind

NOW = datetime(2024, 2, 29, tzinfo=UTC)
SCOPE = {"a": 1, "b": [1, "x", None, {"c": 2.5}], "order": {"lines": [{"price": 1}, {"price": None}]}, "x y": True}
DICTIONARY = Path(__file__).with_name("feel.dict")
CORPUS = Path(__file__).parents[1] / "tests" / "rules" / "cases"
BUILD = Path(__file__).parents[1] / "build" / "fuzz"


def obey(data: bytes) -> None:
    """One try: the first byte chooses between an expression, a cell and a model."""
    text = data[1:].decode("utf-8", "surrogatepass") if _decodes(data) else data[1:].decode("latin-1")
    match data[:1]:
        case b"<":
            try:
                model = dmn.load(data)
            except ModelError:
                return
            for node in model.nodes.values():
                model.evaluate(node.name, SCOPE, NOW)
        case b"?":
            try:
                tests = feel.compile_tests(text)
            except feel.FeelSyntaxError:
                return
            if tests.matches(1, SCOPE, NOW) not in (True, False, None):
                raise AssertionError("a cell has no verdict")
        case _:
            try:
                expression = feel.compile(text, None, "standard")
            except feel.FeelSyntaxError:
                return
            value = expression.evaluate(SCOPE, NOW).value
            if kind(value) == "foreign":
                raise AssertionError(f"{value!r} is no value")
            with suppress(OutOfBudget):
                literal(value)


def _decodes(data: bytes) -> bool:
    try:
        data[1:].decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _seeds(folder: Path) -> Path:
    """The analysts' cases as a first corpus."""
    seeds = folder / "corpus"
    seeds.mkdir(parents=True, exist_ok=True)
    lines = [line for file in CORPUS.glob("*.csv") for line in file.read_text("utf-8").splitlines()[1:]]
    for number, line in enumerate(lines):
        (seeds / f"{number:04}").write_text(f"={line.partition(';')[0]}", "utf-8")
    return seeds


def main() -> None:
    again = sys.argv[1:]
    options = [
        f"-artifact_prefix={BUILD}/",
        f"-dict={DICTIONARY}",
        "-timeout=20",
        "-rss_limit_mb=2048",
        "-max_len=4096",
    ]
    if not again:
        options += [f"-max_total_time={os.environ.get('SECONDS', '60')}", str(_seeds(BUILD))]
    atheris.Setup([sys.argv[0], *options, *again], obey)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
