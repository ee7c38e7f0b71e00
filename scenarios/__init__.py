"""What happens to recordings over time: the scenario format and its timelines. No HTTP, no sockets."""
