output "state_bucket" {
  description = "Name of the bucket that holds the environment's state."
  value       = aws_s3_bucket.state.bucket
}

output "repositories" {
  description = "Where to push images, by image, without a tag."
  value       = module.registry.urls
}
