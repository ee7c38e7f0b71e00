"""The control API under `/_mock`: endpoints, JSON views and a Python client."""
