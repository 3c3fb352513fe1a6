"""A line with a copyright holder says nothing else."""

from __future__ import annotations

import pytest

from licet_ontology.fingerprint import words
from licet_ontology.holders import is_name

LINES = [
    "Copyright 2023 The Foo Team. All rights reserved.",
    "Copyright (c) 2020-2024, Foo Inc., Bar",
    "© 2024 Foo",
    "Copyright (C) 2019, 2021 John von Doe <john@doe.org>",
    "Copyright (c) Meta Platforms, Inc. and affiliates.",
    "Copyright The Foo Authors",
    "Copyright: (c) 2024, Foo",
    "(c) Copyright 2024 Foo GmbH & Co. KG",
    "Copyright © 2024-present, deepseek-ai",
    "Copyright (c) 2011 by The Regents of the University of California",
    "Copyright (c) 2016-    Facebook, Inc            (Adam Paszke)",
    "Copyright (c) 2014 Idiap Research Institute and the contributors",
    "Copyright (c) 2023 Allen Institute for AI",
    "Copyright (c) 2022 antirez, https://antirez.com",
    "Copyright (C) 2007 Free Software Foundation, Inc. <https://fsf.org/>",
    "COPYRIGHT (C) 2024 FOO CORPORATION. ALL RIGHTS RESERVED.",
    "Copyright (c) 2024 北京大学",
    "Copyright <year> <name of author>",
]


@pytest.mark.parametrize("line", LINES)
def test_a_line_with_a_holder_is_no_part_of_a_text(line: str) -> None:
    assert is_name(line)
    if not line.endswith(">"):
        assert words(f"{line}\n\none two three four") == ["one", "two", "three", "four"]


@pytest.mark.parametrize(
    "line",
    [
        "Copyright (c) 2024 Foo. Commercial use is prohibited.",
        "Copyright (c) 2024 Foo; military excluded",
        "Copyright 2024 Foo. Void In Germany",
        "Copyright 2024 Foo. This Is A Trial Version",
        "Copyright (c) 2024 Foo, revocable",
        "Copyright (c) 2024 Foo (evaluation)",
        "© 2024 Foo, for research",
        "COPYRIGHT 2024 FOO. NONPROFITS PAY NOTHING, OTHERS PAY",
        "Copyright 2024 Foo, nur für Forschung",
        "Copyright 2024 Foo 禁止商用",
        "All rights reserved. Distribution needs approval.",
    ],
)
def test_a_line_that_says_more_is_a_part_of_the_text(line: str) -> None:
    assert not is_name(line)
    assert len(words(f"{line}\n\none two three four")) > 4
