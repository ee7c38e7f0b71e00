"""One HTTP request: listener, protocol, gateway, routes, faults and response."""
