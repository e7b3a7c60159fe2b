"""How good a picture or clip is, and why."""
