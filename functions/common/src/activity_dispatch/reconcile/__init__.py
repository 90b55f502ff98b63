"""Every minute: what the other roles missed."""
