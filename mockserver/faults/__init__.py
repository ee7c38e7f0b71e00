"""What goes wrong with requests: which rule strikes, and what becomes of the request."""
