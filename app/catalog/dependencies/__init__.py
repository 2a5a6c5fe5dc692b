"""Which tests of a project come before which."""
