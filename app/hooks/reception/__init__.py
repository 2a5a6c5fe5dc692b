"""The way of a delivery: verified, mapped, started once, logged."""
