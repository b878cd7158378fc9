"""ID-card readers (二代证阅读器)."""
