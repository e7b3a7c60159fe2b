"""When is a file whole, and then the same batch: a folder that is watched for days."""
