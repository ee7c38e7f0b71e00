"""The state of an account: everything that can change."""
