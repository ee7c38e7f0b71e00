"""Several processes with one store: one leads and keeps the accounts, the others pass their requests to it."""
