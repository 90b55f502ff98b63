"""The permissions a request needs: actions, resources and condition keys, service by service.

https://docs.aws.amazon.com/service-authorization/latest/reference/
"""
