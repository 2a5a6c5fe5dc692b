"""Masks secrets, in every form they may take, in everything that leaves the engine."""

from app.engine.redaction.finders import BeginningFinder
from app.engine.redaction.redactor import MASK, Redactor

__all__ = ["MASK", "BeginningFinder", "Redactor"]
