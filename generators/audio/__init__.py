"""How a recording sounds: WAV and MP3 files, and encrypted ones."""
