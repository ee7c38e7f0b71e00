"""The time of an account: its clock, its timers and the log of its events."""
