"""What the way to the centre carries: draining a backlog, and live events meanwhile."""
