output "network" {
  description = "Where jobs run: the object that the container backends take as network."
  value = {
    vpc_id           = local.creates ? aws_vpc.this[0].id : var.existing.vpc_id
    subnets          = local.creates ? [for index in sort(keys(local.zones)) : aws_subnet.this[index].id] : var.existing.subnets
    assign_public_ip = local.creates ? true : var.existing.assign_public_ip
  }
  # So that the first job can reach the internet.
  depends_on = [aws_route.out, aws_route_table_association.this]
}
