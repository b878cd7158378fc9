"""The journal (审计日志): the truth of a door, its views, its keys, and their proof."""
