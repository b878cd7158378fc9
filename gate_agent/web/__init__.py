"""The guard screen 值守界面 and its HTTP interface: sees the gate's desk, and nothing behind it."""
