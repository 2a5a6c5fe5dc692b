"""What keeps a script, or a part of it, from being understood."""


class ScriptError(Exception):
    """The script is not understood from this line on."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line
        self.text = text


class TangledScriptError(ScriptError):
    """It would take too long, or too many levels, to understand any of the script."""
