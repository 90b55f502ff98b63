"""How AWS is called: clients, what their errors mean, pacing."""
