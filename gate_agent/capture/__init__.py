"""Records what goes over the serial lines, and plays it back: a field problem becomes a test."""
