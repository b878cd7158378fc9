"""Infrared thermometers (红外测温模块)."""
