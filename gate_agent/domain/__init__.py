"""The pure core: what is decided at a door. No I/O, no clock; time arrives in the events."""
