"""The way to the centre (上行): what to publish next, and over which connection."""
