"""``POST /api/check``: files of strangers, looked at, never run and never kept."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from licet_service.archives import RefusedArchiveError, unpacked
from licet_service.check_routes import CheckAnswer

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

CARD = "---\nlicense: apache-2.0\nbase_model: mistralai/Mistral-7B-v0.1\n---\n# M\n"
ZIP = {"Content-Type": "application/zip"}


def zipped(files: dict[str, bytes], **attributes: int) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for attribute, value in attributes.items():
                setattr(info, attribute, value)
            archive.writestr(info, content)
    return target.getvalue()


def tarred(*members: tuple[str, bytes, bytes]) -> bytes:
    """Return a tar archive of (name, type, content or target of a link)."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, type_, content in members:
            info = tarfile.TarInfo(name)
            info.type = type_
            if type_ == tarfile.REGTYPE:
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
            else:
                info.linkname = content.decode()
                archive.addfile(info)
    return target.getvalue()


def document(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()["paths"]["/api/check"]["post"]
    return found


################################################################ what is answered


def test_a_base_in_another_case_is_the_work_of_the_snapshot(client: TestClient) -> None:
    answers = [
        client.post("/api/check", json={"card": card}).json()
        for card in (CARD, CARD.replace("mistralai/Mistral", "MistralAI/mistral"))
    ]
    duties, otherwise = (answer["duties"] for answer in answers)
    assert duties == otherwise != []
    [note] = [one for one in answers[1]["notes"] if one["code"] == "spelled-otherwise"]
    assert (note["file"], note["line"]) == ("README.md", 3)


def test_the_example_of_the_description_runs(client: TestClient) -> None:
    schema = document(client)["requestBody"]["content"]["application/json"]["schema"]
    assert schema["examples"]
    for example in schema["examples"]:
        answer = client.post("/api/check", json=example)
        assert answer.status_code == 200
        found = CheckAnswer.model_validate(answer.json())
        assert found.work == "model/me/kitchen-7b"
        states = {duty.clause["kind"]: duty.state for duty in found.duties}
        assert states["state-changes"] == "fulfilled"
        assert states["license-copy"] == "missing"
        assert found.status == 1


def test_the_answer_is_described(client: TestClient) -> None:
    described = document(client)["responses"]["200"]["content"]
    assert described["application/json"]["schema"]["$ref"].endswith("/CheckAnswer")


def test_an_archive_is_read_like_the_same_files(client: TestClient) -> None:
    files = {"README.md": CARD.encode(), "model.gguf": b"GGUF"}
    sent = {"card": CARD, "files": [{"path": "model.gguf"}]}
    expected = client.post("/api/check", json=sent).json()
    repository = {f"repo-main/{name}": content for name, content in files.items()}
    members = [(name, tarfile.REGTYPE, content) for name, content in files.items()]
    for body, type_ in (
        (zipped(files), "application/zip"),
        (zipped(repository), "application/zip"),
        (tarred(*members), "application/x-tar"),
        (gzip.compress(tarred(*members)), "application/gzip"),
    ):
        answer = client.post("/api/check", content=body, headers={"Content-Type": type_})
        assert answer.json() == expected


@pytest.mark.parametrize(
    ("format_", "media_type", "begins"),
    [
        ("sarif", "application/sarif+json", "{"),
        ("junit", "application/xml", "<?xml"),
        ("markdown", "text/markdown", "## License check"),
        ("text", "text/plain", "model/me/m: "),
    ],
)
def test_the_report_comes_in_other_formats(
    client: TestClient, format_: str, media_type: str, begins: str
) -> None:
    answer = client.post("/api/check", json={"id": "me/m", "card": CARD, "format": format_})
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert answer.text.startswith(begins)


def test_nothing_sent_is_nothing_known(client: TestClient) -> None:
    assert client.post("/api/check", json={}).json()["status"] == 3


################################################################ what is refused


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 422),
        (b'{"card": 1}', 422),
        (b'{"cards": ""}', 422),
        (b'{"id": "not an id"}', 400),
        (b'{"reading": "hopeful"}', 400),
        (b'{"format": "pdf"}', 422),
        (b'{"files": [{"path": "../x"}]}', 400),
        (b'{"files": [{"path": "/etc/passwd"}]}', 400),
        (b'{"files": [{"path": "a"}, {"path": "a"}]}', 400),
        (b'{"files": [{"path": "a"}, {"path": "a/b"}]}', 400),
    ],
)
def test_what_is_no_repository_is_a_problem(client: TestClient, body: bytes, status: int) -> None:
    headers = {"Content-Type": "application/json"}
    answer = client.post("/api/check", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_another_type_of_body_is_refused(client: TestClient) -> None:
    answer = client.post("/api/check", content=b"x", headers={"Content-Type": "text/html"})
    assert answer.status_code == 415


LINK, HARD, DEVICE, PIPE = tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE
SYMLINK = 0o120777 << 16
REFUSED = {
    "no archive": b"hello",
    "empty": b"",
    "broken zip": zipped({"README.md": b"x"})[:40],
    "traversal": zipped({"../README.md": b"x"}),
    "inner traversal": zipped({"a/../../b": b"x"}),
    "absolute": zipped({"/etc/cron.d/x": b"x"}),
    "backslash": zipped({"..\\x": b"x"}),
    "drive": zipped({"C:x": b"x"}),
    "control character": zipped({"a\x1b[2J": b"x"}),
    "long name": zipped({"a" * 400: b"x"}),
    "deep": zipped({"/".join("a" * 40): b"x"}),
    "symlink": zipped({"README.md": b"/etc/passwd"}, external_attr=SYMLINK),
    "nested by name": zipped({"more.zip": b"x"}),
    "nested by content": zipped({"README.md": zipped({"a": b"x"})}),
    "bomb": zipped({"README.md": b"\0" * (33 * 1024 * 1024)}),
    "many files": zipped({f"{i}": b"" for i in range(2_001)}),
    "tar link": tarred(("README.md", LINK, b"/etc/passwd")),
    "tar hard link": tarred(("README.md", HARD, b"../x")),
    "tar device": tarred(("README.md", DEVICE, b"")),
    "tar pipe": tarred(("README.md", PIPE, b"")),
    "tar traversal": tarred(("../x", tarfile.REGTYPE, b"x")),
    "tar twice": tarred(("x", tarfile.REGTYPE, b"x"), ("x", tarfile.REGTYPE, b"y")),
    "gzip bomb": gzip.compress(b"\0" * (60 * 1024 * 1024)),
    "gzip of nothing": gzip.compress(b"hello"),
    "gzip cut": gzip.compress(tarred(("x", tarfile.REGTYPE, b"x" * 5000)))[:60],
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_archive_that_could_do_harm_is_refused(name: str) -> None:
    with pytest.raises(RefusedArchiveError):
        unpacked(REFUSED[name])


def test_a_refused_archive_is_a_problem(client: TestClient) -> None:
    answer = client.post("/api/check", content=REFUSED["symlink"], headers=ZIP)
    assert answer.status_code == 400
    assert "link" in answer.json()["detail"]


def test_weights_that_are_archives_by_format_are_taken_as_weights() -> None:
    assert unpacked(zipped({"pytorch_model.bin": b"PK\x03\x04"})) == {
        "pytorch_model.bin": b"PK\x03\x04"
    }


def test_a_large_body_is_refused_before_it_is_read(client: TestClient) -> None:
    body = json.dumps({"card": "x" * (1024 * 1024)})
    headers = {"Content-Type": "application/json"}
    assert client.post("/api/check", content=body, headers=headers).status_code == 413
