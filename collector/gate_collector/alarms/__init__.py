"""What people must look into (告警): the book of alarms, and the watch that raises them."""
