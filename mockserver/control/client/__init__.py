"""A typed client of the control API, used by the command line and the test fixtures."""
