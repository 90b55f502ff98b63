"""The functions of the training state machine: before the trainings, and after."""
