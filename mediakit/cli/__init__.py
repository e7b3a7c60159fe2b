"""The only room that knows the terminal; one command a file."""
