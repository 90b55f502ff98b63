"""What every function and worker is made of, from its environment. Only here are adapters chosen."""
