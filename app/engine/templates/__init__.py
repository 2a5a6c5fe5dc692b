"""Templates: texts with `{{...}}` expressions that name values and never run code."""

from app.engine.templates.parser import Template, parse_template
from app.engine.templates.paths import (
    PathStep,
    ValuePath,
    ValueSource,
    follow,
    missing_name,
    parse_path,
)
from app.engine.templates.rendering import iter_paths, render_string, render_value

__all__ = [
    "PathStep",
    "Template",
    "ValuePath",
    "ValueSource",
    "follow",
    "iter_paths",
    "missing_name",
    "parse_path",
    "parse_template",
    "render_string",
    "render_value",
]
