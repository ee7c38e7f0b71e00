"""What the command's subcommands do, one module each."""
