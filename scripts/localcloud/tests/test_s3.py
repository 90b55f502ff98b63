"""Buckets keep their objects in the cloud's state folder."""

from cloud import Cloud, unique


def test_objects_are_kept_in_the_clouds_own_folder(cloud: Cloud) -> None:
    bucket = unique("objects")
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="folder/object", Body=b"body")
    assert s3.get_object(Bucket=bucket, Key="folder/object")["Body"].read() == b"body"
    assert list(cloud.cli.state_dir.rglob(f"*{bucket}*"))
