"""The process: settings, tokens, the application and the command line."""
