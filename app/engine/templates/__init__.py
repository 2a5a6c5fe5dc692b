"""Templates: texts with `{{...}}` expressions that name values and never run code."""

from app.engine.templates.evaluation import Evaluation
from app.engine.templates.expressions import Expression, Reference
from app.engine.templates.parser import parse_path, parse_template
from app.engine.templates.paths import (
    PathStep,
    ValuePath,
    ValueSource,
    follow,
    missing_name,
)
from app.engine.templates.rendering import (
    iter_paths,
    iter_references,
    render_string,
    render_value,
)
from app.engine.templates.template import Template, render_part

__all__ = [
    "Evaluation",
    "Expression",
    "PathStep",
    "Reference",
    "Template",
    "ValuePath",
    "ValueSource",
    "follow",
    "iter_paths",
    "iter_references",
    "missing_name",
    "parse_path",
    "parse_template",
    "render_part",
    "render_string",
    "render_value",
]
