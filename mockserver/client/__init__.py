"""A typed client of the control API: what the command and the test fixtures hold."""
