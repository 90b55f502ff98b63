data "aws_ssm_parameter" "handle" {
  name = coalesce(var.parameter, "/activity-dispatch/${var.name}")
}
