"""What tone and colour a source should have: measure it, then one colour cube for photos and clips alike."""
