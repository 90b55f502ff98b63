output "packages" {
  description = "For module function, by name: bucket, key and hash of the zip."
  value = { for name in var.names : name => var.packages.dir != null ? {
    bucket = aws_s3_object.this[name].bucket
    key    = aws_s3_object.this[name].key
    hash   = local.uploads[name].hash
    } : {
    bucket = var.packages.bucket
    key    = var.packages.zips[name].key
    hash   = var.packages.zips[name].hash
  } }

  precondition {
    condition     = var.packages.dir == null ? true : alltrue([for name in var.names : fileexists("${var.packages.dir}/${name}.zip")])
    error_message = "packages.dir must contain ${join(", ", [for name in sort(var.names) : "${name}.zip"])}: run \"make zip\". Given: \"${coalesce(var.packages.dir, "null")}\"."
  }
  precondition {
    condition     = var.packages.dir != null || length(setsubtract(var.names, keys(var.packages.zips))) == 0
    error_message = "packages.zips must contain ${join(", ", sort(var.names))}. Given: ${join(", ", keys(var.packages.zips))}."
  }
}
