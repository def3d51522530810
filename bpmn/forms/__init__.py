"""Forms: form-js schemas read into fields, and answers checked and typed."""

from bpmn.forms.answers import MESSAGES, Message
from bpmn.forms.model import Clock, Field, Form, Group, Kind, Option, Text
from bpmn.forms.reading import read_form
from bpmn.forms.validating import Validated, validate

__all__ = [
    "MESSAGES",
    "Clock",
    "Field",
    "Form",
    "Group",
    "Kind",
    "Message",
    "Option",
    "Text",
    "Validated",
    "read_form",
    "validate",
]
