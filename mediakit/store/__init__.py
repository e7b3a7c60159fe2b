"""Shoots and output folders that are no folders: S3-compatible storage, mirrored to scratch (the extra `s3`)."""
