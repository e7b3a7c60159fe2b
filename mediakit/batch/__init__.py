"""The story: shoot finds, plan decides, execute does, make is one job, ledger remembers, listen tells."""
