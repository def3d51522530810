"""The objects of a log, and how they wait for each other."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "objects": ("对象", "Objects"),
    "objects_told": ("{events} 个事件,{objects} 个对象。", "{events} events, {objects} objects."),
    "object_types": ("对象类型", "Types of objects"),
    "object_type": ("类型", "Type"),
    "object_count": ("对象", "Objects"),
    "silent": ("没有事件", "without any event"),
    "events_of_one": ("每个对象的事件,中位", "Events of one, median"),
    "life": ("存续,中位", "Life, median"),
    "lost": ("若为办件:丢失的事件", "As the case: events lost"),
    "told_again": ("重复计入的事件", "told again"),
    "mixed_up": ("步骤混在一起的对象", "objects mixed up"),
    "object_waits": ("对象如何互相等待", "How objects wait for each other"),
    "from_first": ("自首个到达起,中位", "From the first arrival, median"),
    "until_last": ("到最后一个到达为止,中位", "Until the last one is there, median"),
    "object_last": ("最后到达的是谁", "Who comes last"),
    "lagging": ("落后于其他,中位", "Behind the others, median"),
    "pooling": ("同类之间,中位", "Among themselves, median"),
    "type_case": ("办件", "case"),
    "type_taxpayer": ("纳税人", "taxpayer"),
    "type_officer": ("办理人员", "officer"),
    "type_office": ("机关", "office"),
    "type_document": ("文书", "document"),
}
