"""Devices that send lines of text, whatever they measure or read."""
