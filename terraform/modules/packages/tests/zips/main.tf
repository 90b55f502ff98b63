# Stands in for `make zip`: files with the names of the zips, deleted at the end of the test.
terraform {
  required_version = ">= 1.11"
}

variable "folder" {
  description = "Where to create the files."
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
