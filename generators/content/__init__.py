"""What a recording is about: dialogues, calls, conferences, subresources and adversarial bodies."""
