"""The export of an account: its settings, commands and requests as lines of JSON, from which it can be built again."""
