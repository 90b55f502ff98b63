output "stack" {
  description = "All that the stack tells: the outputs of module stack."
  value       = module.stack
}
