"""The order of rows and their groups, as tables: no screen."""

from __future__ import annotations

import pytest

from deskconsole.inventory.host import Host
from deskconsole.tui.text.row_order import (
    Heading,
    RowOrder,
    column_at,
    groups_of,
    heading_cells,
    in_groups,
    in_order,
    natural,
    sortable,
)
from deskconsole.tui.text.rows import Columns, Row, arrange, heading, make_row
from support.screens.display_fleet import NOW, rooms


def rows() -> list[Row]:
    fleet = rooms()
    return [make_row(host, fleet.states[host.name], NOW) for host in fleet.hosts]


@pytest.mark.parametrize(
    ("order", "names"),
    [
        (RowOrder(), "1234567"),
        (RowOrder("label", descending=True), "7654321"),
        (RowOrder("state"), "4263175"),  # down, locked, retrying, deploying, live, not connected
        (RowOrder("state", descending=True), "5173624"),
        (RowOrder("group"), "1372564"),  # Room 2 before Room 10, none last
        (RowOrder("group", descending=True), "2561374"),
        (RowOrder("kilobytes", descending=True), "7123456"),  # no figure is last either way
        (RowOrder("kilobytes"), "2173456"),
    ],
)
def test_rows_stand_in_the_order_of_a_column(order: RowOrder, names: str) -> None:
    assert "".join(row.name[-1] for row in in_order(rows(), order)) == names


def test_numbers_in_names_count_as_numbers() -> None:
    names = ["lab-10", "Lab-2", "lab", "10.0.0.10", "10.0.0.9"]
    assert sorted(names, key=natural) == ["10.0.0.9", "10.0.0.10", "lab", "Lab-2", "lab-10"]


def test_a_folded_group_has_a_heading_and_no_rows() -> None:
    every = rows()
    assert groups_of(every) == ("Room 2", "Room 10", "")
    lines = in_groups(every, groups_of(every), {"Room 10"})
    assert [line.group if isinstance(line, Heading) else line.name[-1] for line in lines] == [
        "Room 2", "1", "3", "7", "Room 10", "", "4",
    ]  # fmt: skip
    assert lines[4] == Heading("Room 10", folded=True, hosts=3, marked=0, kinds=(("attention", 2),))


@pytest.mark.parametrize(("number", "words"), [(1, "1 needs attention"), (2, "2 need attention")])
def test_a_heading_speaks_of_one_host_and_of_more(number: int, words: str) -> None:
    group = Heading("Room 2", folded=False, hosts=3, marked=0, kinds=(("attention", number),))
    assert words in "".join(text for text, _ in heading_cells(group))


@pytest.mark.parametrize("columns", Columns)
def test_a_click_on_a_title_finds_its_column(columns: Columns) -> None:
    layout = arrange(rows(), 160, columns, sorted_by="address", sign="▴")
    ((titles, _),) = heading(layout)
    for field, title in (
        ("label", "host"),
        ("address", "address ▴"),
        ("state", "state"),
        ("kilobytes", "kB/s"),
    ):
        begin = titles.index(title)
        assert {column_at(layout, begin), column_at(layout, begin + len(title) - 1)} == {field}
    assert column_at(layout, 0) == ""


def test_the_order_moves_through_the_columns_and_back_to_that_of_the_file() -> None:
    fields = sortable(arrange(rows(), 160))
    order, seen = RowOrder(), []
    for _ in range(len(fields) + 1):
        order = order.moved(fields, 1)
        seen.append(order.field)
    assert seen == [*fields, ""]
    assert RowOrder().moved(fields, -1) == RowOrder("kilobytes", descending=True)
    assert RowOrder("label").by("label") == RowOrder("label", descending=True)


def test_what_a_hosts_file_calls_a_group_styles_nothing() -> None:
    row = make_row(Host(name="lab", group="[red]\x1b[31mRoom"), rooms().states["lab-05"], NOW)
    assert groups_of([row]) == ("[red]␛[31mRoom",)
