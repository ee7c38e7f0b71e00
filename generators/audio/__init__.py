"""The audio of a recording: WAV and MP3 files, and encrypted ones."""
