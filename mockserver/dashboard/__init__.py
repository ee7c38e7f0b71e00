"""The page at `/_mock/`: its files, and how they are served. The page itself is a client of the control API."""
