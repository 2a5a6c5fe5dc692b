"""Which addresses a run may reach."""
