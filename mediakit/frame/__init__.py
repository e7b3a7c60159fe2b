"""Which part of a picture a surface shows, and where a logo may lie. Shared by photos and clips."""
