output "policy_json" {
  description = "What the role that applies the team's Terraform needs: a policy document in JSON."
  value       = jsonencode(local.policy)

  precondition {
    condition     = length(jsonencode(local.policy)) <= 6144
    error_message = "policy_json must have at most 6,144 characters, as a managed policy: use fewer function_arns and function_role_arns. Given: ${length(jsonencode(local.policy))}."
  }
}
