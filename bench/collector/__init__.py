"""What the centre carries: events into its store, gates on its broker, pages over ten million."""
