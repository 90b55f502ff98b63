output "backend" {
  description = "What the dispatcher needs to start jobs here: the object that every backend module outputs."
  value       = local.backend
}
