"""The revisions, in the order of their numbers; the last is `schema.HEAD`."""
