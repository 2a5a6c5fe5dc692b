"""What every other package stands on: settings, errors, clock, identifiers, logging."""
