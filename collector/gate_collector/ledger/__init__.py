"""Missed, concealed, late (漏报、瞒报、迟报): computed from what came, each with its events."""
