"""The commands of `recmock`.

Each module exports a `COMMAND`. The names of the commands are listed in `mockserver.cli.command`.
"""
