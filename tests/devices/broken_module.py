"""What fails when it is imported, as a driver of somebody's package may after an update."""

raise RuntimeError("expected another Python, got this one")
