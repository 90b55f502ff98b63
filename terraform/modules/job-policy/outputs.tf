output "policy_json" {
  description = "What a job needs to report its task: a policy document in JSON."
  value       = jsonencode(local.policy)
}
