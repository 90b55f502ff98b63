# Without values of what does not exist yet, as in a first plan.
mock_provider "aws" {
  source = "../../../tests/mocks/aws"
}

run "what_is_created_with_the_stack_may_be_unknown" {
  command = plan
  module {
    source = "./tests/own_key"
  }

  assert {
    condition     = output.activities == ["cut", "fit", "index", "thumbs"]
    error_message = "it must plan"
  }
}
