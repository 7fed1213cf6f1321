"""The subcommands of `charge-capture`, a module each."""
