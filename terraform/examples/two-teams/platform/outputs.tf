output "handle" {
  description = "The stack's handle, which teams look up by its name."
  value       = module.control_plane.handle
}

output "team_policy_arns" {
  description = "ARNs of the teams' policies, by team."
  value       = { for team, policy in aws_iam_policy.team : team => policy.arn }
}
