"""Boards of contacts: gate, lights, buzzer (继电器)."""
