"""The mock's own API under `/_mock`."""
