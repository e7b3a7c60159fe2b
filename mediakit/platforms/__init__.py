"""Where a picture or clip goes: surfaces as data, and `check`: does this file conform.

data/*.toml say what each surface takes; load.py reads them, targets.py turns typed names into targets, check.py holds a
written file against one.
"""
