"""What the request journal says of a client: habits that the real API punishes later."""
