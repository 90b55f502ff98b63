"""Limits of AWS that the library keeps, each in one place, with its source.

Sources: botocore's service models and https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""

# SendTaskSuccess takes 262,144 bytes of UTF-8. The Process state's Parallel wraps the output in an
# array and has the same limit, so two bytes are left for its brackets.
MAX_OUTPUT_BYTES = 262_144 - len("[]")
MAX_ERROR_CHARACTERS = 256
MAX_CAUSE_CHARACTERS = 32_768
MAX_WORKER_NAME_CHARACTERS = 80
# A DynamoDB item may have 400 KB in all; an input over this goes to S3 instead of the task table.
MAX_TABLE_INPUT_BYTES = 262_144
# Lambda's asynchronous invocation takes 1 MB.
MAX_ASYNC_PAYLOAD_BYTES = 1_048_576
# GetActivityTask holds the connection for up to 60 s; the client must wait longer than that.
POLL_READ_TIMEOUT_SECONDS = 70
# How much of a job's log goes into the cause of its failure.
MAX_LINES = 20
MAX_LINE_CHARACTERS = 1_000
