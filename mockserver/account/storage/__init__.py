"""What of accounts outlives a server: the log of their commands, their requests, and what the server chose."""
