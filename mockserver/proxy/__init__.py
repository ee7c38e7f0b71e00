"""Unmodified programs: a proxy on the server's own port, a local CA, and the variables that lead a program here."""
