"""JSONata as Step Functions evaluates it, on jsonata-python instead of LocalStack's JVM.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""
