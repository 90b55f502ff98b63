# Stands in for `make zip`: files with the zips' names, for as long as a test runs.
terraform {
  required_version = ">= 1.11"
}

variable "folder" {
  description = "Where the files are made."
  type        = string
}

resource "terraform_data" "packages" {
  input = var.folder

  provisioner "local-exec" {
    command     = "mkdir -p \"$FOLDER\" && for name in dispatcher reporter reconciler prepare process publish reduce sweep poller listener; do printf %s $name >\"$FOLDER/$name.zip\"; done"
    environment = { FOLDER = var.folder }
  }

  provisioner "local-exec" {
    when        = destroy
    command     = "rm -r \"$FOLDER\""
    environment = { FOLDER = self.input }
  }
}
