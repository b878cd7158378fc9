"""Serial lines and the devices on them: registry, transport, supervisor."""
