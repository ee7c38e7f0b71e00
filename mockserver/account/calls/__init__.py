"""Live calls and conferences: calls that are placed here, play TwiML, talk and are recorded."""
