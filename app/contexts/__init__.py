"""Where tests run and what they share: environments, variables and the execution context."""
