"""Modbus RTU, as far as thermometers and relays need it."""
