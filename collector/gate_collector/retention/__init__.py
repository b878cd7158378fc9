"""What is kept how long, what went, and a person forgotten on request (保存期限与清除)."""
