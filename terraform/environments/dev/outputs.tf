output "stack" {
  description = "All outputs of module stack."
  value       = module.stack
}
