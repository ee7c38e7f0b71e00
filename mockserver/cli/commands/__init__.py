"""The commands of `recmock`, one module each."""
