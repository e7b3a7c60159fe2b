"""mediakit: a pre-publish toolkit for photos and clips taken in stores."""
__version__ = "0.1.0"
