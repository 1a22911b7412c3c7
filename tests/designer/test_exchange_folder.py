"""A folder of YAML says exactly what the database says, and says where it does not make sense."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings

from designer import drafts, published, publishing
from designer.errors import UnreadableFile
from designer.exchange import folder
from runtime.core import versions
from runtime.core.definitions import Definition
from runtime.database import Database
from runtime.errors import NoActiveRelease
from tests.builders import a_catalog, a_chain, a_plan, a_policy, a_queue, a_table, an_item, together
from tests.depth import deeper
from tests.designer.generated import definitions


@given(definitions)
@settings(max_examples=deeper(200))
def test_what_is_written_reads_back_to_the_same_hash(definition: Definition) -> None:
    back = folder.from_yaml(folder.to_yaml(definition))

    assert versions.version_id(back) == versions.version_id(definition)


@given(definitions)
@settings(max_examples=deeper(60))
def test_writing_is_stable(definition: Definition) -> None:
    text = folder.to_yaml(definition)

    assert folder.to_yaml(folder.from_yaml(text)) == text


def test_an_exported_release_imports_with_identical_hashes(database: Database, tmp_path: Path) -> None:
    with database.writing() as connection:
        for document in a_catalog(a_chain("survey", "install")).values():
            drafts.put(connection, document, revision=None, by="anna", now=1)
        release = publishing.publish(connection, author="anna", now=1)
        files = folder.export(connection, tmp_path, now=2)
        manifest = published.manifest_of(connection, release)

    assert files[0].relative_to(tmp_path).as_posix() == "plans/fibre.yaml"
    assert {name: versions.version_id(each) for name, each in together(*folder.read(tmp_path)).items()} == manifest


def test_without_an_active_release_there_is_nothing_to_export(sqlite: Database, tmp_path: Path) -> None:
    with pytest.raises(NoActiveRelease), sqlite.reading() as connection:
        folder.export(connection, tmp_path, now=2)


def test_a_definition_that_is_gone_leaves_the_folder_and_other_files_stay(tmp_path: Path) -> None:
    folder.write([a_queue("technicians"), a_queue("planners")], tmp_path)
    (tmp_path / "queues" / "notes.yaml").write_text("# mine\n")
    folder.write([a_queue("planners")], tmp_path)

    assert sorted(file.name for file in (tmp_path / "queues").iterdir()) == ["notes.yaml", "planners.yaml"]


def test_policies_have_a_folder_that_is_spelt_right(tmp_path: Path) -> None:
    (file,) = folder.write([a_policy()], tmp_path)

    assert file.relative_to(tmp_path).as_posix() == "policies/expensive.yaml"
    folder.write([], tmp_path)
    assert not file.exists()


def test_it_reads_well() -> None:
    plan = a_plan(an_item("survey", description="Somebody goes there.\nThey look."), an_item("done"), key="fibre")
    assert folder.to_yaml(plan) == (
        "kind: plan\n"
        "key: fibre\n"
        "name: Fibre\n"
        "items:\n"
        "  - kind: milestone\n"
        "    key: survey\n"
        "    name: Survey\n"
        "    description: |-\n"
        "      Somebody goes there.\n"
        "      They look.\n"
        "  - kind: milestone\n"
        "    key: done\n"
        "    name: Done\n"
    )
    assert "    inputs: ['> 100']\n" in folder.to_yaml(a_table())


def test_words_that_yaml_would_take_for_something_else_stay_words() -> None:
    queue = folder.from_yaml("kind: queue\nkey: 'on'\nname: yes\ndescription: 2024-01-01\n")

    assert (queue.key, queue.name, queue.description) == ("on", "yes", "2024-01-01")


@pytest.mark.parametrize(
    ("text", "line", "pointer", "message"),
    [
        ("kind: queue\nkey: a\nname: [\n", 4, "", "node content"),
        ("kind: queue\nkey: a\nkey: b\nname: x\n", 3, "", "'key' stands here twice"),
        ("kind: &k queue\nkey: a\nname: *k\n", 3, "", "an alias cannot be used"),
        ("kind: poem\nkey: a\n", 1, "/kind", "no kind of definition called 'poem'"),
        ("key: a\n", 1, "/kind", "no kind of definition called ''"),
        ("- a\n", 1, "", "a definition is a mapping"),
        ("", 1, "", "a definition is a mapping"),
        ("kind: queue\nkey: a\nname: 3\n", 3, "/name", "Expected `str`, got `int`"),
        ("kind: queue\nkey: a\nname: x\ncolour: red\n", 1, "", "unknown field `colour`"),
        (
            (
                "kind: plan\nkey: a\nname: x\nitems:\n  - kind: manual\n    key: q\n    name: Q\n  - kind: wait\n"
                "    key: w\n    name: W\n    delay: 4 hours\n"
            ),
            11,
            "/items/1/delay",
            "Expected `str` matching regex",
        ),
        ("kind: queue\nkey: a\nname: !!python/object:os.system x\n", 3, "", "could not determine a constructor"),
        ("kind: queue\nkey: a\nname: \x01\n", None, "", "characters are not allowed"),
    ],
)
def test_what_cannot_be_read_is_named_with_file_line_and_pointer(
    tmp_path: Path, text: str, line: int | None, pointer: str, message: str
) -> None:
    file = tmp_path / "odd.yaml"
    file.write_text(text)

    with pytest.raises(UnreadableFile) as refusal:
        folder.read(tmp_path)
    error = refusal.value
    assert (error.path, error.line, error.pointer) == (str(file), line, pointer)
    assert message in str(error)
    assert str(error).startswith(f"{file}:{line}:" if line else f"{file}:")


def test_two_files_cannot_be_one_definition(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(folder.to_yaml(a_queue()))
    (tmp_path / "two.yaml").write_text(folder.to_yaml(a_queue()))

    with pytest.raises(UnreadableFile, match=r"two\.yaml: .*one\.yaml is queue technicians too"):
        folder.read(tmp_path)


def test_a_folder_without_definitions_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent"):
        with pytest.raises(UnreadableFile):
            folder.read(path)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(UnreadableFile, match="cannot be read"):
        folder.read(tmp_path)


@pytest.mark.parametrize(
    "text",
    ["kind: queue\nkey: a\nname: " + "[" * 3000, "kind: queue\nkey: a\nname:\n" + " " * 200 + "- " * 3000 + "a\n"],
)
def test_what_is_nested_too_deep_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(UnreadableFile, match="nested more than 100 levels deep"):
        folder.from_yaml(text)
