mock_provider "aws" {}

variables {
  folder   = "../../../build/terraform/test-packages/packages"
  packages = { dir = "../../../build/terraform/test-packages/packages" }
  names    = ["dispatcher", "process"]
  bucket   = "artefacts"
}

run "packages" {
  module {
    source = "./tests/zips"
  }
}

run "the_key_of_a_zip_contains_its_hash" {
  command = plan

  assert {
    condition     = { for name, object in aws_s3_object.this : name => [object.bucket, object.key] } == { for name in ["dispatcher", "process"] : name => ["artefacts", "functions/${name}-${substr(sha256(name), 0, 16)}.zip"] }
    error_message = "these zips, each under a key that changes with it"
  }
  assert {
    condition     = output.packages.process == { bucket = "artefacts", key = "functions/process-${substr(sha256("process"), 0, 16)}.zip", hash = base64sha256("process") }
    error_message = "the function must use that object"
  }
  assert {
    condition     = alltrue([for zip in aws_s3_object.this : length(coalesce(zip.tags, {})) == 0])
    error_message = "objects must have no tags: S3 allows 10"
  }
}

run "zips_of_a_release_are_used_in_place" {
  command = plan
  variables {
    packages = { bucket = "releases", zips = { for name in ["dispatcher", "process", "more"] : name => { key = "v1/${name}.zip", hash = base64sha256(name) } } }
    bucket   = null
  }

  assert {
    condition     = output.packages == { for name in ["dispatcher", "process"] : name => { bucket = "releases", key = "v1/${name}.zip", hash = base64sha256(name) } }
    error_message = "those that are named, as they were given"
  }
  assert {
    condition     = length(aws_s3_object.this) == 0
    error_message = "nothing is uploaded"
  }
}

run "rejects_a_folder_without_a_zip" {
  command = plan
  variables {
    names = ["dispatcher", "gone"]
  }
  expect_failures = [output.packages]
}

run "rejects_a_folder_that_is_not_there" {
  command = plan
  variables {
    packages = { dir = "nowhere" }
  }
  expect_failures = [output.packages]
}

run "rejects_a_release_without_a_zip" {
  command = plan
  variables {
    packages = { bucket = "releases", zips = { dispatcher = { key = "dispatcher.zip", hash = base64sha256("dispatcher") } } }
  }
  expect_failures = [output.packages]
}

run "rejects_a_hash_that_is_none" {
  command = plan
  variables {
    packages = { bucket = "releases", zips = { for name in ["dispatcher", "process"] : name => { key = name, hash = "0123" } } }
  }
  expect_failures = [var.packages]
}

run "rejects_zips_in_two_places" {
  command = plan
  variables {
    packages = { dir = "zips", bucket = "releases" }
  }
  expect_failures = [var.packages]
}

run "rejects_zips_nowhere" {
  command = plan
  variables {
    packages = {}
  }
  expect_failures = [var.packages]
}
