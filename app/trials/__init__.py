"""Test cases tried while they are written: shown without being sent, or sent once; nothing is recorded."""
