"""Where a picture or clip goes: surfaces as data, and `check`: does this file conform."""
