"""An HTTPS proxy on the server's own port, a local CA, and the environment variables that point programs at them."""
