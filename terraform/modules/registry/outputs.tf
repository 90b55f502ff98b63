output "urls" {
  description = "Where to push and pull images, by repository, without a tag."
  value       = { for key, repository in aws_ecr_repository.this : key => repository.repository_url }
}

output "arns" {
  description = "ARNs of the repositories, by repository, for the repository_arns of a backend."
  value       = { for key, repository in aws_ecr_repository.this : key => repository.arn }
}
