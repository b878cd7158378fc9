"""One frozen model for a gate's configuration, and loading that names every fault at once."""
