"""The other side of the wire (仿真器): pseudo-terminals, people, scenarios."""
