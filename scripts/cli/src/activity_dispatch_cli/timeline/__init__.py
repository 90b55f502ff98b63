"""`activity-dispatch timeline`: a picture of what happened, as one HTML file."""
