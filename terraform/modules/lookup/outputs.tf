output "handle" {
  description = "The stack's handle, as its own Terraform state has it."
  # Not `value`, which is sensitive: nothing made of it could decide on a count or a for_each.
  value = jsondecode(data.aws_ssm_parameter.handle.insecure_value)
}
