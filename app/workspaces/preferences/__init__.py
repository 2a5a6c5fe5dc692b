"""How a person wants to be told and shown things."""
