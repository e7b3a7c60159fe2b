"""What a picture shows: faces, subject, tilt. One file a detector."""
