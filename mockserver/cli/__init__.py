"""The command `recmock`: one module per command in `commands`, and the modules that they share."""
