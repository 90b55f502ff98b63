"""State that outlives an invocation: task table, slots, leases, payloads, dispatch queue, catalog."""
