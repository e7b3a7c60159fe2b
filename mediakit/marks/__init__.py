"""Marks in a picture: codes a phone can scan, and words a person can read. Needs the `marks` extra."""
