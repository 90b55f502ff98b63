# What the example one-machine takes from its users: functions. The one that cuts is a function, too: without Docker, this
# cloud runs no containers.
variable "package" {
  description = "Zip of the functions."
  type        = string
}

variable "packages_dir" {
  description = "Folder with the zips of the stack's functions."
  type        = string
}

resource "aws_s3_bucket" "code" {
  bucket        = "films-code"
  force_destroy = true
}

resource "aws_s3_object" "code" {
  bucket = aws_s3_bucket.code.id
  key    = "function.zip"
  source = var.package
}

module "function" {
  source   = "../../modules/function"
  for_each = toset(["cut", "caption", "score"])

  name        = "films-${each.key}"
  description = "Returns its input, and who it was"
  handler     = "film.handle"
  package     = { bucket = aws_s3_bucket.code.id, key = aws_s3_object.code.key, hash = filebase64sha256(var.package) }
  environment = module.stack.worker_environment
  limits      = { timeout_seconds = 300 }
}
