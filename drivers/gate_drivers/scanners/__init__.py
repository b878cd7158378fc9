"""Scanners of codes (扫码器)."""
