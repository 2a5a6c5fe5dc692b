"""Reads the examples of a document: what is to be run, and what the document says about it."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_BLOCK = re.compile(r"^```(yaml|json|text)([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Example:
    """
    `content` has `tests`, and perhaps `options` and `network_policy` of their run.

    `said` is what does not pass, in the words of the document; empty when everything passes.
    """

    name: str
    content: dict[str, Any]
    said: str = ""


@dataclass(frozen=True)
class Document:
    """`environment` is the block that all examples share."""

    text: str
    environment: dict[str, Any]
    examples: tuple[Example, ...]


def read_document(path: Path) -> Document:
    """Every YAML or JSON block is an example; a text block behind it says what comes of it."""
    text = path.read_text()
    environment: dict[str, Any] = {}
    examples: list[Example] = []
    for block in _BLOCK.finditer(text):
        kind, mark, source = block[1], block[2].strip(), block[3]
        if kind == "text":
            last = examples.pop()
            examples.append(Example(last.name, last.content, source))
        elif mark == "environment":
            environment = _parse(kind, source)
        elif not mark:
            heading = _HEADING.findall(text, 0, block.start())[-1]
            name = f"{heading} (line {text.count(chr(10), 0, block.start()) + 1})"
            examples.append(Example(name, _to_run(_parse(kind, source))))
    return Document(text, environment, tuple(examples))


def _to_run(content: Any) -> dict[str, Any]:
    """An example is a run, a list of tests or one test."""
    if isinstance(content, list):
        return {"tests": content}
    return content if "tests" in content else {"tests": [content]}


def _parse(kind: str, source: str) -> Any:
    return json.loads(source) if kind == "json" else yaml.safe_load(source)
