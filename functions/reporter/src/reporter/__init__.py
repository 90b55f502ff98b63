"""The reporter function: gets the backends' events."""
