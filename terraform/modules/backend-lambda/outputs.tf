output "backend" {
  description = "What the dispatcher needs to start jobs here: the object every backend module outputs."
  value       = local.backend
}
