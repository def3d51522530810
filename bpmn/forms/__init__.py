"""Forms: form-js schemas read into fields, and answers checked and typed."""

from bpmn.forms.answers import MESSAGES, Message
from bpmn.forms.converting import Converted, forms_of, from_json_schema
from bpmn.forms.model import Clock, Field, Form, Group, Kind, Lines, Option, Text
from bpmn.forms.reading import read_form
from bpmn.forms.validating import Validated, validate

__all__ = [
    "MESSAGES",
    "Clock",
    "Converted",
    "Field",
    "Form",
    "Group",
    "Kind",
    "Lines",
    "Message",
    "Option",
    "Text",
    "Validated",
    "forms_of",
    "from_json_schema",
    "read_form",
    "validate",
]
