"""What the machine gives a program: its clocks, service manager, certificates, spool and dumps."""
