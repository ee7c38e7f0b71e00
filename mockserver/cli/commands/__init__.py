"""The commands of `recmock`. Each module exports a `COMMAND`, and `mockserver.cli.command` lists their names."""
