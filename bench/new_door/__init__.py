"""New doors (启用新门), played by the thousand: what gets past one that knows no normal yet."""
