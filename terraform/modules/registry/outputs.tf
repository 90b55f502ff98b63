output "urls" {
  description = "Where images are pushed to and pulled from, by repository, without a tag."
  value       = { for key, repository in aws_ecr_repository.this : key => repository.repository_url }
}

output "arns" {
  description = "ARNs of the repositories, by repository, for a backend's repository_arns."
  value       = { for key, repository in aws_ecr_repository.this : key => repository.arn }
}
