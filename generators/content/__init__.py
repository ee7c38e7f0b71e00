"""The content of a recording: dialogues, calls, conferences, subresources and adversarial bodies."""
