"""Every minute: what nobody else did."""
