"""Photos: open, retouch, draw the logo, save; `render` is one photo for all its surfaces."""
