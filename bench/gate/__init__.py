"""What a door costs: latency beside a bare loop, idle time, memory, start; with a long past too."""
