"""A vertical video from photos: slow moves, changes on the music's beats, an end card."""
