output "handle" {
  description = "The stack's handle, as its own Terraform state has it."
  # Not `value`, which is sensitive: nothing made of it could decide on a count or a for_each.
  value = jsondecode(data.aws_ssm_parameter.handle.insecure_value)

  precondition {
    condition     = can(jsondecode(data.aws_ssm_parameter.handle.insecure_value).version)
    error_message = "name or parameter must be that of a stack's handle. The SSM parameter ${data.aws_ssm_parameter.handle.name} holds something else."
  }
}
