"""Runs in the peers' own environment: maps one parsed tree by one JSONata expression, once for each line on stdin.

    python map_jsonata.py jsonata-python|jsonatapy EXPRESSION-FILE TREE-FILE TIMES

Answers each line with one line of JSON: {"seconds": CPU of this process for TIMES mappings, "result": ...} where the
result stands only in the first answer. The tree is parsed and the expression compiled before the clock.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def evaluator(name: str, expression: str) -> Callable[[Any], Any]:
    """The peer's compiled expression, as a function of a tree."""
    if name == "jsonata-python":
        import jsonata  # type: ignore[import-not-found]

        found: Callable[[Any], Any] = jsonata.Jsonata(expression).evaluate
        return found
    import jsonatapy  # type: ignore[import-not-found]

    compiled: Callable[[Any], Any] = jsonatapy.compile(expression).evaluate
    return compiled


def main() -> None:
    name, expression, tree, times = sys.argv[1:]
    evaluate = evaluator(name, Path(expression).read_text("utf-8"))
    data = json.loads(Path(tree).read_text("utf-8"))
    result = evaluate(data)
    for _line in sys.stdin:
        began = time.process_time()
        for _ in range(int(times)):
            evaluate(data)
        print(json.dumps({"seconds": time.process_time() - began, "result": result}), flush=True)
        result = None


if __name__ == "__main__":
    main()
