"""What happened, for people (report.html) and for programs (manifest.json)."""
