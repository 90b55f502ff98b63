"""The extract of the reference is whole, and each named exception is still one."""

import json

from tests.judges.iam import exceptions, reference, refresh


def test_the_extract_has_every_service_and_its_source() -> None:
    assert reference.services() == set(refresh.SERVICES)
    source = json.loads((reference.SCHEMAS / "source.json").read_text())
    assert set(source) == {"name", "version", "license", "updatedAt"}
    assert all(reference.actions_of(service) for service in refresh.SERVICES)


def test_each_exception_is_still_one() -> None:
    """The day that the reference has them, they go."""
    templates = {
        template
        for service in refresh.SERVICES
        for action in reference.actions_of(service).values()
        for template in action.templates
    }
    for name in exceptions.TEMPLATES:
        (action,) = reference.matching(name)
        assert action.templates == ()
    for form, others in exceptions.FORMS.items():
        assert form in templates
        assert not templates & set(others)
    assert {template for listed in exceptions.TEMPLATES.values() for template in listed} <= templates
