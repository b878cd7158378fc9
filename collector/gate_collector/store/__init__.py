"""The centre's store (存储): tables, how they are opened, months, copying in bulk."""
