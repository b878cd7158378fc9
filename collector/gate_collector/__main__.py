"""`python -m gate_collector` is `gate-collector`: how it starts its own workers."""

from gate_collector.cli import main

main()
