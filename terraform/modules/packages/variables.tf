variable "packages" {
  description = <<-EOT
    The built zips: in a folder, or in a bucket of the functions' region already, as `make release` lists them in packages.json.

    - `dir`: the folder.
    - `bucket`, `zips`: name of the bucket, and by function the `key` of the zip and as `hash` its SHA-256 in base64.
  EOT
  type = object({
    dir    = optional(string)
    bucket = optional(string)
    zips   = optional(map(object({ key = string, hash = string })), {})
  })
  nullable = false
  validation {
    condition     = (var.packages.dir == null) != (var.packages.bucket == null)
    error_message = "packages must have dir or bucket, but not both. Given: ${jsonencode(var.packages)}."
  }
  validation {
    condition     = alltrue([for zip in values(var.packages.zips) : can(regex("^[A-Za-z0-9+/]{43}=$", zip.hash))])
    error_message = "packages.zips must have a SHA-256 in base64 (44 characters) as hash. Given: ${jsonencode(var.packages.zips)}."
  }
}

variable "names" {
  description = "Names of the zips, without .zip."
  type        = set(string)
  nullable    = false
}

variable "bucket" {
  description = "The bucket to upload to, if packages.dir is set."
  type        = string
  default     = null
}
