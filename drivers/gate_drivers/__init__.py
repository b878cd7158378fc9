"""Device drivers, each with its emulator; found by the agent through entry points."""
