"""From values to bytes: how recordings, pages and errors look to a client."""
