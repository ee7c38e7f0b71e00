"""The command `recmock`: its parser, and what its commands share."""
